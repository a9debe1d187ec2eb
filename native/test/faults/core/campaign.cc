#include "campaign.h"

#include <sys/wait.h>

#include <cerrno>
#include <cstdio>

#include "../ways.h"

namespace faults {

namespace {
constexpr size_t kAtOnce = 3;  // most of the time they wait
}

// First nothing fails, which shows the calls. Others are seen only once one of these has failed.
void Campaign::run() {
  start(Series(Fault{}, 1));
  while (!running_.empty() || !waiting_.empty()) {
    while (!waiting_.empty() && running_.size() < kAtOnce) {
      const Series next = waiting_.front();
      waiting_.pop_front();
      start(next);
    }
    if (!running_.empty()) end_one();
  }
}

void Campaign::add(const std::string& call) {
  if (!known_.insert(call).second || call.find(name_) == std::string::npos) return;
  // What is closed is gone, whatever the answer.
  if (brief_ && call.starts_with("close ")) return;
  totals_.calls++;
  // Each call fails in one way; in the others the first, the third, the seventh, …
  int growth = brief_ ? 50 : 1;
  for (const Way& way : ways_to_fail(call.c_str())) {
    Fault fault;
    std::snprintf(fault.call, sizeof fault.call, "%s", call.c_str());
    fault.how = way.how;
    fault.error = way.error;
    fault.times = way.times;
    waiting_.emplace_back(fault, growth);
    // What fails for ever is another matter than what passes.
    fault.times = kForever;
    if (may_last(fault.call, way)) waiting_.emplace_back(fault, growth);
    if (brief_) return;
    growth = 2;
  }
}

void Campaign::start(const Series& series) {
  const auto fault = series.next();
  if (!fault) return;
  auto trial = std::make_unique<Trial>(*fault);
  const pid_t process = trial->process();
  running_.emplace(process, Running{series, *fault, std::move(trial)});
}

void Campaign::end_one() {
  int status = 0;
  const auto ended = running_.find(wait(&status));
  if (ended == running_.end()) return;
  Running running = std::move(ended->second);
  running_.erase(ended);
  judge(running, status);
  const Report& report = running.trial->report();
  for (size_t i = 0; i < report.call_count; i++) add(report.calls[i].name);
  running.series.ended(report.triggered > 0);
  waiting_.push_front(running.series);
}

void Campaign::judge(const Running& running, int status) {
  const Fault& fault = running.fault;
  const Report& report = running.trial->report();
  totals_.trials++;
  totals_.failed += report.triggered;
  totals_.checks += report.checks;
  const std::string problems = running.trial->problems(status);
  if (problems.empty()) return;
  totals_.problems++;
  const bool for_ever = fault.times == kForever;
  std::printf("%s, call %lld%s: %s\n%s", fault.call, static_cast<long long>(fault.first),
              for_ever ? " and all after it" : "",
              name_of({fault.how, fault.error, for_ever ? 1 : fault.times}), problems.c_str());
  std::fflush(stdout);
}

}  // namespace faults
