#include "io_counters.h"

#include <string_view>
#include <utility>

#include "parse.h"

namespace spanmeter {

IoCounters::IoCounters(std::string path) : file_(std::move(path)) {}

std::optional<IoBytes> IoCounters::read() {
  const std::string_view text = file_.read();
  if (file_.error() != 0) return std::nullopt;
  const std::optional<int64_t> read = find_value(text, "read_bytes:");
  const std::optional<int64_t> written = find_value(text, "write_bytes:");
  if (!read || !written) {
    file_.reject();
    return std::nullopt;
  }
  return IoBytes{*read, *written};
}

}  // namespace spanmeter
