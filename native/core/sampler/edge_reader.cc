#include "edge_reader.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "../cores.h"

namespace spanmeter {

namespace {
// A reading of two clocks takes 1 us, one of everything 20.
constexpr Nanos kUncutClocks = 20 * kMicrosecond;
constexpr Nanos kUncut = 60 * kMicrosecond;
// A reading that the scheduler cut in two is taken again, but not for ever.
constexpr int kAttempts = 3;
}  // namespace

EdgeReader::EdgeReader()
    : tid_(static_cast<pid_t>(syscall(SYS_gettid))), cores_(available_cores()), run_delay_(tid_) {}

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
    edge.sampler = sampler_cpu(sampler);
    // While the sampler is awake it knows which threads run; while it is parked nobody does, and all are
    // read.
    ProcessReading reading;
    const Nanos before = monotonic_now();
    if (const auto active = published.refresh_active(tid_)) {
      if (thread_clock) reading.own = read_clock(CLOCK_THREAD_CPUTIME_ID).value_or(kMissing);
      reading.process = read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0);
      reading.lag = monotonic_now() - before;
      reading.time = before + reading.lag / 2;
      reading.moved = *active;
    } else {
      reading = process_.read();
    }
    if (thread_clock) edge.thread = reading.own;
    edge.time = reading.time;
    edge.cpu = reading.process - edge.sampler;
    edge.unsure = std::min(reading.moved, cores_) * reading.lag / 2;
    if (monotonic_now() - reading.time <= kUncutClocks) break;
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
