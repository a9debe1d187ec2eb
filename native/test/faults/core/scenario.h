#pragma once

#include "../../../core/monitor.h"

namespace faults {

// All that the core does, from its start to its end, and what it must say meanwhile. Problems go to report().
void run_scenario();

// Parts of it. The monitor runs; a burner on another thread is part of the first.
void check_marks(spanmeter::Monitor& monitor);
void check_spans(spanmeter::Monitor& monitor);
void check_history(spanmeter::Monitor& monitor);
// A second JavaScript thread comes, asks for more, and goes.
void check_second_thread();
void check_ledger(spanmeter::AskingThread& thread);
void check_probes();

// What health() says of the sources and of the sampler.
class HealthWatch {
 public:
  void look(spanmeter::Monitor& monitor);
  // What failed on the sampler's thread is named, or has been, where that is a source.
  void expect_named(spanmeter::Monitor& monitor);

 private:
  bool named_ = false;
  spanmeter::Nanos looked_at_ = 0;
  bool looked_away_ = false;  // for so long that an error may have come and gone
};
// Waits until all sources are read again and a window is whole, if what failed has passed.
void expect_recovery(spanmeter::Monitor& monitor, HealthWatch& health);

}  // namespace faults
