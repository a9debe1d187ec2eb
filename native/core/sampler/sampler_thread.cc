// The life of the sampler thread: launch, loop, park, halt.

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <new>
#include <optional>
#include <utility>

#include "collector.h"
#include "pace.h"
#include "sampler.h"
#include "scheduling.h"

namespace spanmeter {

namespace {
// The loop needs little; the C library takes its thread-local storage from the stack as well.
constexpr size_t kStackBytes = size_t{256} * 1024;
}  // namespace

int Sampler::launch() {
  stop_.store(false, std::memory_order_relaxed);
  published_.period.store(plan()->size.period, std::memory_order_relaxed);  // not that of an earlier thread
  // A signal meant for the host must never be delivered here: the thread inherits a mask that blocks all of
  // them.
  sigset_t all, before;
  sigfillset(&all);
  const bool masked = pthread_sigmask(SIG_SETMASK, &all, &before) == 0;
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error == 0) {
    // Where that is too small, the usual stack it is.
    pthread_attr_setstacksize(&attributes, kStackBytes);
    error = pthread_create(&thread_, &attributes, enter, this);
    pthread_attr_destroy(&attributes);
  }
  if (masked) pthread_sigmask(SIG_SETMASK, &before, nullptr);
  running_ = error == 0;
  return error;
}

void Sampler::halt() {
  if (!running_) return;
  stop_.store(true, std::memory_order_relaxed);
  parking_.call();
  pthread_join(thread_, nullptr);
  running_ = false;
}

void* Sampler::enter(void* self) {
  static_cast<Sampler*>(self)->run();
  return nullptr;
}

// Whether there is something to do for a parked thread.
bool Sampler::called() const {
  return stop_.load(std::memory_order_relaxed) || has_next_.load(std::memory_order_relaxed);
}

// Takes over the plan that was made while the thread was running. True when there was one.
bool Sampler::adopt(std::shared_ptr<const Plan>& plan) {
  if (!has_next_.load(std::memory_order_relaxed)) return false;
  std::shared_ptr<const Plan> next;
  {
    const std::lock_guard<std::mutex> lock(plan_mutex_);
    next = std::exchange(next_, nullptr);
    has_next_.store(false, std::memory_order_relaxed);
  }
  // Readers go on with the old memory until the new one holds what they may ask for.
  if (next->process != plan->process) next->process->adopt(*plan->process);
  for (const auto& thread : next->threads) {
    const auto& before = plan->thread(thread->tid);
    if (before && before != thread) thread->adopt(*before);
  }
  {
    const std::lock_guard<std::mutex> lock(plan_mutex_);
    plan_ = next;
  }
  plan_generation_.fetch_add(1, std::memory_order_relaxed);
  plan = std::move(next);
  return true;
}

void Sampler::run() {
  // At once: until it is known what this thread uses counts for the process.
  const Nanos earlier_cpu = cpu_.begin(static_cast<pid_t>(syscall(SYS_gettid)));
  prctl(PR_SET_NAME, "spanmeter");
  schedule_promptly();
  std::optional<Collector> made;
  make(made, earlier_cpu);
  if (made) sample(*made);
  earlier_usage_ = made ? made->own_usage() : earlier_usage_;
  cpu_.end(made ? made->used() : earlier_cpu);
}

// As soon as there is memory for it. Nothing if the sampler is to stop before that.
void Sampler::make(std::optional<Collector>& collector, Nanos earlier_cpu) {
  constexpr Nanos kMakeAgainAfter = kSecond;
  while (!collector) {
    const uint32_t ticket = parking_.ticket();
    if (stop_.load(std::memory_order_relaxed)) return;
    try {
      collector.emplace(published_, earlier_cpu, earlier_usage_);
    } catch (const std::bad_alloc&) {
      published_.lacks_memory();
      parking_.sleep(ticket, monotonic_now() + kMakeAgainAfter);
    }
  }
}

void Sampler::sample(Collector& collector) {
  std::shared_ptr<const Plan> plan = this->plan();
  Pace pace(plan->size.period, plan->max_overhead, monotonic_now(), parking_.look());

  for (;;) {
    published_.period.store(pace.period(), std::memory_order_relaxed);
    const uint32_t ticket = parking_.ticket();
    if (stop_.load(std::memory_order_relaxed)) break;
    if (adopt(plan)) pace.adopt(plan->size.period, plan->max_overhead, monotonic_now());
    const Nanos now = monotonic_now();
    const Watchers::Seen seen = parking_.look();
    switch (pace.next(now, seen)) {
      case Pace::Step::kPark:
        parking_.park(
            seen, [this] { return called(); }, [&] { collector.sleeps(); });
        pace.unparked(monotonic_now());
        break;
      case Pace::Step::kRest:
        collector.sleeps();
        parking_.sleep(ticket, pace.due());
        break;
      case Pace::Step::kTick:
        try_tick(collector, *plan, pace, now);
        break;
    }
  }
}

// Without memory there is no sample.
void Sampler::try_tick(Collector& collector, const Plan& plan, Pace& pace, Nanos now) {
  try {
    take_tick(collector, plan, pace, now);
  } catch (const std::bad_alloc&) {
    published_.lacks_memory();
    published_.add_missed(Cause::kUnknown, 1);
  }
}

void Sampler::take_tick(Collector& collector, const Plan& plan, Pace& pace, Nanos now) {
  const Nanos due = pace.due();
  const int64_t missed = pace.begin_tick(now);
  // At once: whatever takes the CPU from here on belongs to the next gap.
  if (missed > 0) {
    published_.add_missed(collector.explain(due, now), missed);
  } else {
    collector.witness().look(now);
  }
  const Admission::Verdict verdict = collector.collect(plan, pace.period());
  published_.lateness.record(now - due);
  if (verdict == Admission::Verdict::kSample) {
    published_.samples.fetch_add(1, std::memory_order_relaxed);
    if (const auto gap = pace.sampled(now)) published_.add_gap(*gap);
  } else if (verdict == Admission::Verdict::kTooSoon) {
    published_.add_missed(Cause::kImprecise, 1);
  } else {
    published_.add_missed(collector.explain(now, monotonic_now()), 1);
  }
  pace.end_tick(now, collector.used());
}

}  // namespace spanmeter
