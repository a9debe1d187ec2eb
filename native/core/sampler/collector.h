#pragma once

#include <map>
#include <memory>

#include "../sources/resident_set.h"
#include "../sources/run_delay.h"
#include "../sources/thread_clocks.h"
#include "plan.h"
#include "published.h"

namespace spanmeter {

// Takes one sample: reads the sources and appends their values to the histories. Lives on the sampler thread.
class Collector {
 public:
  // `own_cpu` and `own_usage`: what earlier sampler threads of this process used.
  Collector(Published& published, Nanos own_cpu, const Usage& own_usage);

  void collect(const Plan& plan);
  // The clocks keep running while the sampler is parked, so what is known of activity is out of date.
  void forget_activity() { published_.forget_active(); }

  Nanos own_cpu() const;
  Usage own_usage() const;

 private:
  struct Clocks {
    Nanos time, process, own;
  };
  Clocks read_clocks(Nanos period);
  void collect_clocks(const Plan& plan, const Clocks& clocks);
  void collect_memory(const Plan& plan, Nanos now);
  void collect_usage(const Plan& plan, Nanos now);
  void collect_wait(const Plan& plan, Nanos now);
  void report(Source source, int error);

  Published& published_;
  const Nanos earlier_cpu_;
  const Usage earlier_usage_;

  ThreadClocks threads_;
  ResidentSet resident_;
  std::map<pid_t, RunDelay> run_delays_;

  // The newest row of the process series.
  Nanos last_time_ = 0;  // 0 before the first
  Nanos covered_ = 0;

  Nanos memory_due_ = 0;
  Nanos usage_due_ = 0;
  Nanos wait_due_ = 0;
};

}  // namespace spanmeter
