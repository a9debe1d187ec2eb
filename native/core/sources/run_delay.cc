#include "run_delay.h"

#include <utility>

#include "parse.h"

namespace spanmeter {

RunDelay::RunDelay(pid_t tid) : RunDelay("/proc/self/task/" + std::to_string(tid) + "/schedstat") {}

RunDelay::RunDelay(std::string path) : file_(std::move(path)) {}

std::optional<Nanos> RunDelay::read() {
  std::string_view text = file_.read();
  if (file_.error() != 0) return std::nullopt;
  const std::optional<Nanos> delay = parse_field(next_line(text).value_or(""), 1);
  if (!delay) file_.reject();
  return delay;
}

}  // namespace spanmeter
