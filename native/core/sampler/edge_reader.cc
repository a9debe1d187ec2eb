#include "edge_reader.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace spanmeter {

namespace {
// A reading of two clocks takes 1 us.
constexpr Nanos kUncut = 20 * kMicrosecond;
}  // namespace

EdgeReader::EdgeReader() : tid_(static_cast<pid_t>(syscall(SYS_gettid))), run_delay_(tid_) {}

Edge EdgeReader::start(const Sampler& sampler, const What& what) {
  Edge edge;
  read_others(sampler.published(), what.sources, monotonic_now(), edge);
  read_clocks(sampler, what.thread_clock, edge);
  return edge;
}

Edge EdgeReader::stop(const Sampler& sampler, const What& what) {
  Edge edge;
  read_clocks(sampler, what.thread_clock, edge);
  read_others(sampler.published(), what.sources, edge.time, edge);
  return edge;
}

// Close together: they are what a short window is judged by.
void EdgeReader::read_clocks(const Sampler& sampler, bool thread_clock, Edge& edge) {
  const Published& published = sampler.published();
  // Before the process clock, which is fresh only for threads whose clock was read before it, and for this
  // one. While the sampler is awake it knows which threads run; while it is parked nobody does, and all are
  // read.
  if (!published.refresh_active(tid_)) threads_.refresh(monotonic_now());
  // All clocks as of the middle of the time it took to read them; once more if the scheduler cut the reading
  // in two.
  for (int attempt = 0; attempt < 3; attempt++) {
    const Nanos before = monotonic_now();
    // As of its last sample: what it used since is the same little at each edge, and drops out of a window.
    edge.sampler = published.own_cpu.load(std::memory_order_relaxed);
    if (thread_clock) edge.thread = read_clock(CLOCK_THREAD_CPUTIME_ID).value_or(kMissing);
    edge.cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0) - edge.sampler;
    const Nanos after = monotonic_now();
    edge.time = before + (after - before) / 2;
    if (after - before <= kUncut) break;
  }
}

void EdgeReader::read_others(const Published& published, SourceSet sources, Nanos now, Edge& edge) {
  if (contains(sources, Source::kFaults)) {
    if (const auto all = read_usage(RUSAGE_SELF, &edge.peak)) {
      const Usage usage = *all - published.own_usage();
      edge.minorFaults = usage.minor_faults;
      edge.majorFaults = usage.major_faults;
      edge.voluntarySwitches = usage.voluntary_switches;
      edge.involuntarySwitches = usage.involuntary_switches;
    }
  }
  if (contains(sources, Source::kIo)) {
    if (const auto bytes = io_.read()) {
      edge.ioRead = bytes->read;
      edge.ioWritten = bytes->written;
    }
  }
  if (contains(sources, Source::kNetwork)) {
    if (const auto bytes = network_.read(now)) {
      edge.received = bytes->received;
      edge.transmitted = bytes->transmitted;
    }
  }
  if (contains(sources, Source::kMemory)) edge.resident = resident_.read(now).value_or(kMissing);
  if (contains(sources, Source::kSchedstat)) edge.runDelay = run_delay_.read(now).value_or(kMissing);
}

}  // namespace spanmeter
