// The life of the sampler thread: launch, loop, park, halt.

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
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
  stop_.store(false);
  earlier_cpu_.store(final_cpu_.load());
  published_.period.store(plan()->size.period, std::memory_order_relaxed);  // not that of an earlier thread
  // A signal meant for the host must never be delivered here: the thread inherits a mask that blocks all of
  // them.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  const int error = pthread_create(&thread_, &attributes, enter, this);
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  running_ = error == 0;
  return error;
}

void Sampler::halt() {
  if (!running_) return;
  stop_.store(true);
  wake_.wake();
  pthread_join(thread_, nullptr);
  running_ = false;
}

void* Sampler::enter(void* self) {
  static_cast<Sampler*>(self)->run();
  return nullptr;
}

// Takes over the plan that was made while the thread was running. True when there was one.
bool Sampler::adopt(std::shared_ptr<const Plan>& plan) {
  if (!has_next_.load(std::memory_order_acquire)) return false;
  std::shared_ptr<const Plan> next;
  {
    const std::lock_guard<std::mutex> lock(plan_mutex_);
    next = std::exchange(next_, nullptr);
    has_next_.store(false, std::memory_order_relaxed);
  }
  if (!next) return false;
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
  plan_generation_.fetch_add(1, std::memory_order_release);
  plan = std::move(next);
  return true;
}

void Sampler::run() {
  // At once: until it is known what this thread uses counts for the process.
  tid_.store(static_cast<pid_t>(syscall(SYS_gettid)), std::memory_order_release);
  prctl(PR_SET_NAME, "spanmeter");
  schedule_promptly();
  std::shared_ptr<const Plan> plan = this->plan();
  Collector collector(published_, earlier_cpu_.load(), earlier_usage_);
  Pace pace(plan->size.period, plan->max_overhead, monotonic_now(), watchers_.look());

  for (;;) {
    published_.period.store(pace.period(), std::memory_order_relaxed);
    const uint32_t ticket = wake_.ticket();
    if (stop_.load()) break;
    if (adopt(plan)) pace.adopt(plan->size.period, plan->max_overhead, monotonic_now());
    const Nanos now = monotonic_now();
    switch (pace.next(now, watchers_.look())) {
      case Pace::Step::kPark:
        park(collector);
        pace.unparked(monotonic_now());
        break;
      case Pace::Step::kRest:
        collector.sleeps();
        wake_.sleep(ticket, pace.due());
        break;
      case Pace::Step::kTick:
        take_tick(collector, *plan, pace, now);
        break;
    }
  }

  earlier_usage_ = collector.own_usage();
  final_cpu_.store(collector.own_cpu(), std::memory_order_release);
  tid_.store(0, std::memory_order_release);
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

void Sampler::park(Collector& collector) {
  const uint32_t started = watchers_.look().started;
  parked_.store(true);
  for (;;) {
    const uint32_t ticket = wake_.ticket();
    const Watchers::Seen seen = watchers_.look();
    if (seen.open > 0 || seen.started != started) break;
    if (stop_.load() || has_next_.load(std::memory_order_acquire)) break;
    collector.sleeps();
    wake_.sleep(ticket, WakeWord::kForever);
  }
  parked_.store(false);
}

}  // namespace spanmeter
