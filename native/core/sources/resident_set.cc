#include "resident_set.h"

#include <unistd.h>

#include <utility>

#include "parse.h"

namespace spanmeter {

ResidentSet::ResidentSet(std::string path) : file_(std::move(path)), page_bytes_(sysconf(_SC_PAGESIZE)) {}

std::optional<int64_t> ResidentSet::read() {
  std::string_view text = file_.read();
  if (file_.error() != 0) return std::nullopt;
  if (page_bytes_ <= 0) page_bytes_ = sysconf(_SC_PAGESIZE);
  const std::optional<int64_t> pages = parse_field(next_line(text).value_or(""), 1);
  int64_t bytes = 0;
  if (!pages || page_bytes_ <= 0 || __builtin_mul_overflow(*pages, page_bytes_, &bytes)) {
    file_.reject();
    return std::nullopt;
  }
  return bytes;
}

}  // namespace spanmeter
