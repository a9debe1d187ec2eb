// Windows of all kinds against the clocks around their edges.

#include <optional>
#include <thread>

#include "../../burner.h"
#include "../calls.h"
#include "ours.h"
#include "outside.h"
#include "report.h"
#include "scenario.h"

namespace faults {

using namespace spanmeter;

namespace {
// What a window is about: enough to tell a counter that was lost from one that was read.
constexpr Nanos kBurn = 5 * kMillisecond;
}  // namespace

void check_marks(Monitor& monitor) {
  std::optional<Edge> start, end;
  Around around{};
  around.before_start = Outside::now();
  in_core([&] { start = monitor.mark(); });
  around.after_start = Outside::now();
  burn(kBurn);
  std::thread([] { burn(kBurn); }).join();
  around.before_end = Outside::now();
  in_core([&] { end = monitor.edge(); });
  around.after_end = Outside::now();
  // What fails once is read again.
  const bool once = armed().times == 1;
  if (once && ((start && start->cpu == kMissing) || (end && end->cpu == kMissing)))
    problem("marks: a clock that could be read again was not");
  if (start && end) {
    in_core([&] {
      const WindowStats stats = monitor.window({start->time, end->time, &*start, &*end});
      leave_core();
      check_window("marks", stats, around, unsure_of_marks(monitor.health()));
      enter_core();
    });
  }
  if (start) in_core([&] { monitor.release(); });
}

void check_spans(Monitor& monitor) {
  for (const bool details : {false, true}) {
    Around around{};
    SlotHandle span = 0;
    WindowStats stats;
    bool closed = false;
    around.before_start = Outside::now();
    in_core([&] { span = monitor.open_span(details); });
    around.after_start = Outside::now();
    burn(kBurn);
    around.before_end = Outside::now();
    in_core([&] { closed = monitor.close_span(span, details, stats); });
    around.after_end = Outside::now();
    const Nanos unsure = unsure_of_spans(monitor.health());
    if (closed) check_window(details ? "span, full" : "span", stats, around, unsure);
    if (!closed && triggered() == 0) problem("a span has no window, though nothing failed");
  }
}

// Over all that was sampled, also where it ends in the future.
void check_history(Monitor& monitor) {
  const Nanos now = monotonic_now();
  for (const Nanos until : {now, now + kSecond}) {
    in_core([&] {
      const WindowStats stats = monitor.window({now - kSecond, until});
      const Columns columns = monitor.columns({now - kSecond, until}, 50);
      leave_core();
      const double most = to_ms(read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0));
      if (stats.cpuTimeMs < 0 || stats.cpuTimeMs > most) problem("history: cpuTimeMs is %g", stats.cpuTimeMs);
      if (stats.cpuMax > 101.1 * available_cores()) problem("history: cpuMax is %g", stats.cpuMax);
      for (const double cpu : columns.cpu.max) {
        if (cpu < 0 || cpu > 101.1 * available_cores()) problem("history: a column of %g %%", cpu);
      }
      enter_core();
    });
  }
}

void check_second_thread() {
  std::thread([] {
    std::optional<AskingThread> thread;
    std::optional<Monitor> monitor;
    int error = 0;
    const bool made = in_core([&] {
      thread.emplace();
      monitor.emplace(*thread, Demand{{kMillisecond, 400 * kMillisecond}}, true);
      error = monitor->start();
    });
    if (made && error == 0) {
      check_marks(*monitor);
      sleep_for(3 * kMillisecond);  // for the sampler, which takes over what is asked for
      check_spans(*monitor);
    }
    in_core([&] {
      monitor.reset();
      thread.reset();
    });
  }).join();
}

}  // namespace faults
