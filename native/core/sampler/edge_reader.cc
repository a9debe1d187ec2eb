#include "edge_reader.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace spanmeter {

namespace {
// A reading of two clocks takes 1 us, one of everything 20.
constexpr Nanos kUncutClocks = 20 * kMicrosecond;
constexpr Nanos kUncut = 60 * kMicrosecond;
// A reading that the scheduler cut in two is taken again, but not for ever.
constexpr int kAttempts = 3;
}  // namespace

EdgeReader::EdgeReader() : tid_(static_cast<pid_t>(syscall(SYS_gettid))), run_delay_(tid_) {}

Edge EdgeReader::start(const Sampler& sampler, const What& what) {
  Edge edge;
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    const Nanos begin = monotonic_now();
    read_others(sampler.published(), what.sources, begin, edge);
    read_clocks(sampler, what.thread_clock, edge);
    if (edge.time - begin <= kUncut) break;
    run_delay_.expire();
  }
  return edge;
}

Edge EdgeReader::stop(const Sampler& sampler, const What& what) {
  Edge edge;
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    read_clocks(sampler, what.thread_clock, edge);
    read_others(sampler.published(), what.sources, edge.time, edge);
    if (monotonic_now() - edge.time <= kUncut) break;
    run_delay_.expire();
  }
  return edge;
}

// All clocks as of the middle of the time it took to read them, close together: they are what a short window
// is judged by.
void EdgeReader::read_clocks(const Sampler& sampler, bool thread_clock, Edge& edge) {
  const Published& published = sampler.published();
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    // Before the process clock, which is fresh only for threads whose clock was read before it, and for this
    // one. While the sampler is awake it knows which threads run; while it is parked nobody does, and all are
    // read.
    if (!published.refresh_active(tid_)) threads_.refresh(monotonic_now());
    const Nanos before = monotonic_now();
    edge.sampler = sampler_cpu(sampler);
    if (thread_clock) edge.thread = read_clock(CLOCK_THREAD_CPUTIME_ID).value_or(kMissing);
    edge.cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0) - edge.sampler;
    const Nanos after = monotonic_now();
    edge.time = before + (after - before) / 2;
    if (after - before <= kUncutClocks) break;
  }
}

Nanos EdgeReader::sampler_cpu(const Sampler& sampler) {
  const Published::Phase phase = sampler.published().phase();
  if (phase.resting() && phase == sampler_phase_) return sampler_cpu_;
  sampler_cpu_ = sampler.cpu();
  // Not for longer than this reading, if the thread woke meanwhile.
  sampler_phase_ = sampler.published().phase() == phase ? phase : Published::Phase{0};
  return sampler_cpu_;
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
