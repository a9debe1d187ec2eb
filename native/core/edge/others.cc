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

std::optional<Nanos> others_after(const ProcessHistory& process, const ThreadHistory& thread, Nanos time,
                                  Nanos cpu, int cores) {
  const Series& rows = process.process->rows();
  const uint64_t head = rows.head();
  if (head == 0) return std::nullopt;
  const Nanos newest = rows.time(head - 1);
  const auto others = others_at(process, thread, newest);
  if (!others || time <= newest) return others_at(process, thread, time);
  if (head == 1) return others;
  const Nanos before = rows.time(head - 2);
  const auto earlier = others_at(process, thread, before);
  const auto thread_then = value_at(*thread.cpu, ThreadRow::kCpu, newest);
  if (!earlier || !thread_then || newest <= before) return others;
  const double rate = static_cast<double>(*others - *earlier) / static_cast<double>(newest - before);
  const Nanos free = cores * (time - newest) - (cpu - *thread_then);
  const Nanos grown = static_cast<Nanos>(rate * static_cast<double>(time - newest));
  return *others + std::clamp<Nanos>(grown, 0, std::max<Nanos>(0, free));
}

}  // namespace spanmeter
