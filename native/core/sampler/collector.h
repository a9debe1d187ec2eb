#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>

#include "../sources/cgroup.h"
#include "../sources/io_counters.h"
#include "../sources/network.h"
#include "../sources/process_clock.h"
#include "../sources/resident_set.h"
#include "../sources/run_delay.h"
#include "admission.h"
#include "gap_witness.h"
#include "plan.h"
#include "published.h"

namespace spanmeter {

// Takes one sample: reads the sources and appends their values to the histories. Lives on the sampler thread.
class Collector {
 public:
  // `own_cpu` and `own_usage`: what earlier sampler threads of this process used.
  Collector(Published& published, Nanos own_cpu, const Usage& own_usage);

  // `period` is the one in force.
  Admission::Verdict collect(const Plan& plan, Nanos period);
  // CPU that the sampler threads used, as of the last reading.
  Nanos used() const { return last_own_; }

  Usage own_usage() const;
  GapWitness& witness() { return witness_; }
  // Ticks from `due` to `now` were missed.
  Cause explain(Nanos due, Nanos now) { return witness_.explain(due, now, last_process_); }
  // The thread is about to sleep.
  void sleeps() { witness_.sleeps(); }

 private:
  struct Clocks {
    ProcessReading process;
    Nanos own;
    Nanos used() const { return process.process - own; }
  };
  // Nothing where a clock cannot be read.
  std::optional<Clocks> read_clocks();
  Admission::Verdict collect_clocks(const Plan& plan, Nanos period);
  void look_for_cores(Nanos now);
  void append(const Plan& plan, const Clocks& clocks, Nanos period);
  void collect_memory(const Plan& plan, Nanos now);
  void collect_usage(const Plan& plan, Nanos now);
  void collect_wait(const Plan& plan, Nanos now);
  void collect_io(const Plan& plan, Nanos now);
  void collect_network(const Plan& plan, Nanos now);
  void collect_cgroup(const Plan& plan, Nanos now);
  std::optional<Usage> read_own_usage() const;
  // Whether a source is wanted and due again.
  bool due(const Plan& plan, Source source, Nanos now) const;
  // Says how a reading went, and when the next one is due.
  void done(Source source, int error, Nanos now, Nanos interval);

  Published& published_;
  const Nanos earlier_cpu_;
  const Usage earlier_usage_;

  Nanos cores_due_ = 0;
  ProcessClock process_;
  Admission admission_;
  ResidentSet resident_;
  IoCounters io_;
  Network network_;
  Cgroup cgroup_;
  GapWitness witness_{cgroup_};
  std::map<pid_t, RunDelay> run_delays_;

  // The newest row of the process series.
  Nanos last_time_ = 0;  // 0 before the first
  Nanos covered_ = 0;
  Nanos last_process_ = 0;  // CLOCK_PROCESS_CPUTIME_ID

  Nanos last_own_ = 0;  // of this thread and its predecessors, as of the last reading

  // The newest row of the memory series.
  Nanos memory_time_ = 0;  // 0 before the first
  int64_t last_resident_ = 0;
  int64_t memory_area_ = 0;

  // What this thread did as of the newest row of the usage series, and how often it had slept until then.
  Usage last_usage_;
  int64_t sleeps_then_ = 0;

  std::array<Nanos, kSourceCount> due_{};
};

}  // namespace spanmeter
