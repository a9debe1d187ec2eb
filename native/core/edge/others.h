#pragma once

#include <optional>

#include "../clock.h"
#include "../history/history.h"

namespace spanmeter {

// CPU of all threads but one and the sampler, from the samples: that of the process without that of the
// thread.

// Whether they used more than a hundredth of a core between the last two samples, so that it makes a
// difference what they have used since. Also where that is not known.
bool others_run(const ProcessHistory& process, const ThreadHistory& thread);

// The newest moment at which both are known: where the thread's clock had stood still, a sample has none of
// it.
Nanos newest_of_both(const ProcessHistory& process, const ThreadHistory& thread);

// Whether both were known at a moment, or before it.
bool reaches_back(const ProcessHistory& process, const ThreadHistory& thread, Nanos time);

// Whether both still have a sample of that moment, or of before.
bool has_rows_of(const ProcessHistory& process, const ThreadHistory& thread, Nanos time);

// At a moment up to that one; later, as it was then. Nothing where no sample reaches back as far.
std::optional<Nanos> others_at(const ProcessHistory& process, const ThreadHistory& thread, Nanos time);

// The same since the newest sample. What that says is kept until there is another: many spans end in between.
class LatestOthers {
 public:
  // At a moment after the newest sample, as if they went on as between the last two, with what cores the
  // thread leaves them. `cpu`: of the thread at that moment. Nothing without samples.
  std::optional<Nanos> after(const ProcessHistory& process, const ThreadHistory& thread, Nanos time,
                             Nanos cpu, int cores);

 private:
  struct Known {
    Nanos newest;  // when it was taken
    Nanos others, thread;
    double rate;  // of the others, in cores
  };
  static std::optional<Known> learn(const ProcessHistory& process, const ThreadHistory& thread);

  std::optional<Known> known_;
  // The sample that it is of.
  uint64_t head_ = 0, thread_head_ = 0;
  const ProcessHistory* process_ = nullptr;
  const ThreadHistory* thread_ = nullptr;
};

}  // namespace spanmeter
