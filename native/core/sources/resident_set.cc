#include "resident_set.h"

#include <unistd.h>

#include <utility>

#include "parse.h"

namespace spanmeter {

ResidentSet::ResidentSet(std::string path) : file_(std::move(path)), page_bytes_(sysconf(_SC_PAGESIZE)) {}

std::optional<int64_t> ResidentSet::read() {
  const std::string_view line = file_.read();
  if (file_.error() != 0) return std::nullopt;
  const std::optional<int64_t> pages = parse_field(line, 1);
  if (!pages) {
    file_.reject();
    return std::nullopt;
  }
  return *pages * page_bytes_;
}

}  // namespace spanmeter
