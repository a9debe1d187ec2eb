#include "edge_reader.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace spanmeter {

EdgeReader::EdgeReader(int cores)
    : tid_(static_cast<pid_t>(syscall(SYS_gettid))), cores_(cores), run_delay_(tid_) {}

Edge EdgeReader::start(const Sampler& sampler, SourceSet sources) {
  Edge edge;
  read_others(sampler, sources, edge);
  read_clocks(sampler, edge);
  return edge;
}

Edge EdgeReader::stop(const Sampler& sampler, SourceSet sources) {
  Edge edge;
  read_clocks(sampler, edge);
  read_others(sampler, sources, edge);
  return edge;
}

// A reading that the scheduler cut in two is taken again, and one that failed, but not for ever: the quickest
// of the whole ones counts.
Nanos EdgeReader::read_clocks(const Sampler& sampler, Edge& edge) {
  constexpr int kAttempts = 3;
  if (!usual_.known()) {
    for (int i = 0; i < kAttempts; i++) {
      if (const auto reading = process_.read()) usual_.learn(*reading);
    }
  }
  std::optional<Nanos> quickest;
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    const std::optional<ProcessReading> reading = process_.read();
    if (!reading) continue;
    const std::optional<Nanos> of_sampler = sampler.cpu(process_.threads());
    if (!quickest || (of_sampler && reading->lag < *quickest)) take(*reading, of_sampler, edge);
    if (!of_sampler) continue;
    quickest = std::min(reading->lag, quickest.value_or(reading->lag));
    if (!usual_.exceeded_by(*reading, attempt > 0)) break;
  }
  if (edge.time == kMissing) edge.time = monotonic_now();
  return quickest.value_or(0);
}

void EdgeReader::take(const ProcessReading& reading, std::optional<Nanos> sampler, Edge& edge) const {
  edge.time = reading.time;
  edge.thread = reading.own;
  edge.sampler = sampler.value_or(kMissing);
  edge.cpu = sampler ? reading.process - *sampler : kMissing;
  edge.unsure = std::min(reading.moved, cores_) * reading.spread() / 2;
}

void EdgeReader::read_others(const Sampler& sampler, SourceSet sources, Edge& edge) {
  if (contains(sources, Source::kFaults)) read_usage(sampler.published(), edge);
  if (contains(sources, Source::kIo)) read_io(edge);
  if (contains(sources, Source::kNetwork)) read_network(edge);
  if (contains(sources, Source::kMemory)) read_memory(edge);
  if (contains(sources, Source::kSchedstat)) read_run_delay(edge);
}

void EdgeReader::read_usage(const Published& published, Edge& edge) {
  const auto all = spanmeter::read_usage(RUSAGE_SELF, &edge.peak);
  if (!all) return;
  const Usage usage = *all - published.own_usage();
  edge.minorFaults = usage.minor_faults;
  edge.majorFaults = usage.major_faults;
  edge.voluntarySwitches = usage.voluntary_switches;
  edge.involuntarySwitches = usage.involuntary_switches;
}

void EdgeReader::read_io(Edge& edge) {
  const auto bytes = io_.read();
  if (!bytes) return;
  edge.ioRead = bytes->read;
  edge.ioWritten = bytes->written;
}

void EdgeReader::read_network(Edge& edge) {
  const auto bytes = network_.read();
  if (!bytes) return;
  edge.received = bytes->received;
  edge.transmitted = bytes->transmitted;
}

void EdgeReader::read_memory(Edge& edge) {
  edge.resident = resident_.read().value_or(kMissing);
}

void EdgeReader::read_run_delay(Edge& edge) {
  edge.runDelay = run_delay_.read().value_or(kMissing);
}

}  // namespace spanmeter
