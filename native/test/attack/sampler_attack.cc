#include <sys/syscall.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "../../core/history/rows.h"
#include "../../core/sampler/sampler.h"
#include "../check.h"
#include "attack.h"

namespace spanmeter {
namespace {

constexpr int kThreads = 6;

pid_t own_tid() {
  return static_cast<pid_t>(syscall(SYS_gettid));
}

// All that the sampler says of itself, as health() and an edge read it.
void read_published(const Published& published, Findings& findings) {
  int64_t sum = published.samples.load(std::memory_order_relaxed);
  for (const auto& missed : published.missed) sum += missed.load(std::memory_order_relaxed);
  for (const auto& error : published.errors) sum += error.load(std::memory_order_relaxed);
  sum += published.longest_gap.load(std::memory_order_relaxed);
  sum += published.own_cpu.load(std::memory_order_relaxed);
  sum += published.period.load(std::memory_order_relaxed);
  sum += published.own_usage().minor_faults + published.lateness.quantile(0.5) + published.lateness.max();
  findings.expect(sum > 0);
}

// Comes with a demand of its own, looks around and goes, so that plans, threads and parking follow each other
// as fast as they can.
void come_and_go(std::mt19937_64& random, Findings& findings) {
  Sampler& sampler = Sampler::instance();
  const pid_t tid = own_tid();
  const Nanos period = static_cast<Nanos>(1 + random() % 20) * 50 * kMicrosecond;
  const Sampler::Joined joined =
      sampler.join({{period, static_cast<Nanos>(1 + random() % 64) * period}}, tid);
  findings.expect(joined.error == 0);
  const bool watches = random() % 2 == 0;
  if (watches) sampler.watch();
  Nanos used = 0;
  std::shared_ptr<const Plan> plan;
  // Until the plan that was asked for is in force, and some look longer.
  for (uint64_t looks = random() % 20; !findings.stop; looks -= looks > 0 ? 1 : 0) {
    plan = sampler.plan();
    findings.expect(plan != nullptr && plan->process != nullptr);
    const Nanos now = sampler.cpu().value_or(0);
    findings.expect(now >= used);
    used = now;
    read_published(sampler.published(), findings);
    findings.expect(sampler.plan_generation() > 0 && sampler.state() <= Sampler::State::kSampling);
    findings.answers++;
    // One that is older may know the thread, which was here before.
    if (looks == 0 && plan != nullptr && plan->thread(tid) && plan->size.period <= period) break;
    if (random() % 4 == 0) std::this_thread::yield();
  }
  if (watches) sampler.unwatch();
  sampler.leave(joined.id);
}

TEST(monitors_come_and_go_at_any_time) {
  const Nanos end = monotonic_now() + share_of_time();
  Findings findings;
  std::vector<std::thread> threads;
  for (uint64_t t = 1; t <= kThreads; t++) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(t);
      do come_and_go(random, findings);
      while (!findings.stop && monotonic_now() < end);
    });
  }
  // Somebody who asks for nothing looks on, also while there is no sampler.
  threads.emplace_back([&] {
    const Sampler& sampler = Sampler::instance();
    ThreadClocks clocks;
    while (!findings.stop && monotonic_now() < end) {
      const std::shared_ptr<const Plan> plan = sampler.plan();
      findings.expect(plan == nullptr || plan->process != nullptr);
      findings.expect(sampler.state() <= Sampler::State::kSampling);
      clocks.refresh();
      findings.expect(sampler.cpu(clocks) >= 0);
    }
  });
  for (std::thread& thread : threads) thread.join();
  if (findings.wrong > 0) std::printf("  wrong by the check in line %u\n", findings.line.load());
  CHECK_EQUAL(findings.wrong.load(), 0);
  CHECK(findings.answers > 0);
}

// One after the other, threads run for a moment and end, as sampler threads do.
TEST(the_cpu_time_of_sampler_threads_never_falls) {
  const Nanos end = monotonic_now() + share_of_time();
  SamplerCpu cpu;
  Findings findings;
  std::vector<std::thread> readers;
  for (int reader = 0; reader < kThreads; reader++) {
    readers.emplace_back([&] {
      for (Nanos before = 0; !findings.stop; findings.answers++) {
        const Nanos now = cpu.now().value_or(0);
        findings.expect(now >= before);
        before = now;
      }
    });
  }
  Nanos sum = 0;
  while (!findings.stop && monotonic_now() < end) {
    std::thread([&] {
      const Nanos earlier = cpu.begin(own_tid());
      while (*read_clock(CLOCK_THREAD_CPUTIME_ID) < kMillisecond / 10) continue;
      sum += *read_clock(CLOCK_THREAD_CPUTIME_ID);
      cpu.end(earlier);
    }).join();
  }
  findings.stop = true;
  for (std::thread& reader : readers) reader.join();
  CHECK_EQUAL(findings.wrong.load(), 0);
  CHECK(findings.answers > 0);
  CHECK(cpu.now().value_or(0) >= sum);
}

}  // namespace
}  // namespace spanmeter
