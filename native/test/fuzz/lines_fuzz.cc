// Files of one line, or of lines with a key: statm, schedstat, io and status.

#include <unistd.h>

#include "../../core/sampler/scheduling.h"
#include "../../core/sources/io_counters.h"
#include "../../core/sources/resident_set.h"
#include "../../core/sources/run_delay.h"
#include "made_files.h"
#include "target.h"

namespace {

using fuzz::Input;
using fuzz::MadeFiles;

const std::string kFile = std::string(MadeFiles::kRoot) + "/file";

std::string numbers(const std::vector<int64_t>& values) {
  std::string line;
  for (const int64_t value : values) line += (line.empty() ? "" : " ") + std::to_string(value);
  return line + '\n';
}

// A true file says what it was made of, a part of it the same or nothing, and anything else nothing but
// numbers that can be; a source that could not read one reads the next.
template <typename Source, typename Is, typename CanBe>
void read_all(Input& input, Source& source, const std::string& text, Is is_true, CanBe can_be) {
  for (const bool damaged : {false, true, false}) {
    const bool cut = damaged && input.chance();
    MadeFiles::put(kFile, !damaged ? text : cut ? input.cut(text) : input.damage(text));
    const auto value = source.read();
    PROMISE(value.has_value() == (source.error() == 0));
    PROMISE(damaged || value.has_value());
    PROMISE(!value || can_be(*value));
    PROMISE(!value || (damaged && !cut) || is_true(*value));
  }
}

TARGET(statm) {
  const int64_t page = sysconf(_SC_PAGESIZE);
  // Pages of which the bytes fit.
  const int64_t pages = input.number(INT64_MAX / page);
  const std::string text = numbers({input.number(), pages, input.number(), input.number(), 0, 9, 0});
  spanmeter::ResidentSet source(kFile);
  read_all(
      input, source, text, [&](int64_t bytes) { return bytes == pages * page; },
      [&](int64_t bytes) { return bytes >= 0 && bytes % page == 0; });
}

TARGET(schedstat) {
  const int64_t delay = input.number();
  spanmeter::RunDelay source(kFile);
  read_all(
      input, source, numbers({input.number(), delay, input.number()}),
      [&](int64_t nanoseconds) { return nanoseconds == delay; },
      [](int64_t nanoseconds) { return nanoseconds >= 0; });
}

TARGET(io) {
  const int64_t read = input.number();
  const int64_t written = input.number();
  const std::string text = "rchar: " + numbers({input.number()}) + "wchar: " + numbers({input.number()}) +
                           "syscr: 1\nsyscw: 2\nread_bytes: " + numbers({read}) +
                           "write_bytes: " + numbers({written}) +
                           "cancelled_write_bytes: " + numbers({input.number()});
  spanmeter::IoCounters source(kFile);
  read_all(
      input, source, text,
      [&](const spanmeter::IoBytes& bytes) { return bytes.read == read && bytes.written == written; },
      [](const spanmeter::IoBytes& bytes) { return bytes.read >= 0 && bytes.written >= 0; });
}

// A thread whose system calls are filtered makes none that the filter may kill it for.
TARGET(status) {
  const int64_t mode = input.number(2);
  std::string text = "Name:\t" + input.word(15) + "\nState:\tR (running)\nThreads:\t" +
                     numbers({input.number(9)}) + "NoNewPrivs:\t0\nSeccomp:\t" + numbers({mode}) +
                     "Seccomp_filters:\t" + numbers({input.number(9)});
  const bool whole = input.chance();
  if (!whole) text = input.cut(text);
  MadeFiles::put(MadeFiles::kStatus, text);
  const spanmeter::Promptness promptness = spanmeter::schedule_promptly();
  PROMISE(promptness.slice >= 0 && promptness.timer_slack >= 0);
  const bool says_free = text.find("\nSeccomp:\t0\n") != std::string::npos;
  PROMISE(says_free || promptness.slice == 0);
  // Anything at all in its place.
  MadeFiles::put(MadeFiles::kStatus, input.damage(text));
  PROMISE(spanmeter::schedule_promptly().slice >= 0);
}

}  // namespace
