#include "others.h"

#include <algorithm>

#include "../history/point.h"
#include "../history/rows.h"

namespace spanmeter {

std::optional<Nanos> others_at(const ProcessHistory& process, const ThreadHistory& thread, Nanos time) {
  const auto all = value_at(*process.process, ProcessRow::kCpu, time);
  const auto one = value_at(*thread.cpu, ThreadRow::kCpu, time);
  if (!all || !one) return std::nullopt;
  return *all - *one;
}

bool others_run(const ProcessHistory& process, const ThreadHistory& thread) {
  const Series& rows = process.process->rows();
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
    known_ = learn(process, thread, head);
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
                                                       const ThreadHistory& thread, uint64_t head) {
  const Series& rows = process.process->rows();
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
