#include "others.h"

#include <algorithm>

#include "../history/point.h"
#include "../history/rows.h"

namespace spanmeter {

namespace {
// The rows of which the newest is the older one.
const Series& slower(const ProcessHistory& process, const ThreadHistory& thread) {
  const Series &all = process.process->rows(), &one = thread.cpu->rows();
  return one.newest_time() < all.newest_time() ? one : all;
}
}  // namespace

Nanos newest_of_both(const ProcessHistory& process, const ThreadHistory& thread) {
  return slower(process, thread).newest_time();
}

bool reaches_back(const ProcessHistory& process, const ThreadHistory& thread, Nanos time) {
  const Nanos newest = newest_of_both(process, thread);
  // Mostly the newest sample is of before, and that says it.
  return newest > 0 && (newest <= time || others_at(process, thread, time).has_value());
}

bool has_rows_of(const ProcessHistory& process, const ThreadHistory& thread, Nanos time) {
  // A row that is overwritten meanwhile is of later, and there is none of then.
  const auto has = [time](const Series& rows) {
    const uint64_t oldest = rows.oldest();
    return oldest < rows.head() && rows.time(oldest) <= time;
  };
  return has(process.process->rows()) && has(thread.cpu->rows());
}

std::optional<Nanos> others_at(const ProcessHistory& process, const ThreadHistory& thread, Nanos time) {
  const Nanos until = std::min(time, newest_of_both(process, thread));
  const auto all = value_at(*process.process, ProcessRow::kCpu, until);
  const auto one = value_at(*thread.cpu, ThreadRow::kCpu, until);
  if (!all || !one) return std::nullopt;
  return *all - *one;
}

bool others_run(const ProcessHistory& process, const ThreadHistory& thread) {
  const Series& rows = slower(process, thread);
  const uint64_t head = rows.head();
  if (head < 2) return true;
  const Nanos newest = rows.time(head - 1), before = rows.time(head - 2);
  const auto now = others_at(process, thread, newest), earlier = others_at(process, thread, before);
  return !now || !earlier || 100 * (*now - *earlier) > newest - before;
}

std::optional<Nanos> LatestOthers::after(const ProcessHistory& process, const ThreadHistory& thread,
                                         Nanos time, Nanos cpu, int cores) {
  const uint64_t head = process.process->rows().head(), thread_head = thread.cpu->rows().head();
  if (head == 0) return std::nullopt;
  if (head != head_ || thread_head != thread_head_ || &process != process_ || &thread != thread_) {
    known_ = learn(process, thread);
    head_ = head;
    thread_head_ = thread_head;
    process_ = &process;
    thread_ = &thread;
  }
  if (!known_ || time <= known_->newest) return others_at(process, thread, time);
  const auto& [newest, others, thread_then, rate] = *known_;
  const Nanos free = cores * (time - newest) - (cpu - thread_then);
  const Nanos grown = static_cast<Nanos>(rate * static_cast<double>(time - newest));
  return others + std::clamp<Nanos>(grown, 0, std::max<Nanos>(0, free));
}

std::optional<LatestOthers::Known> LatestOthers::learn(const ProcessHistory& process,
                                                       const ThreadHistory& thread) {
  const Series& rows = slower(process, thread);
  const uint64_t head = rows.head();
  if (head == 0) return std::nullopt;
  const Nanos newest = rows.time(head - 1);
  const auto others = others_at(process, thread, newest);
  const auto thread_then = value_at(*thread.cpu, ThreadRow::kCpu, newest);
  if (!others || !thread_then) return std::nullopt;
  Known known{newest, *others, *thread_then, 0};
  if (head == 1) return known;
  const Nanos before = rows.time(head - 2);
  const auto earlier = others_at(process, thread, before);
  if (earlier && newest > before)
    known.rate = static_cast<double>(*others - *earlier) / static_cast<double>(newest - before);
  return known;
}

}  // namespace spanmeter
