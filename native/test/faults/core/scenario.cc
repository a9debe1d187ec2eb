#include "scenario.h"

#include <dirent.h>

#include <optional>

#include "../../burner.h"
#include "../calls.h"
#include "ours.h"
#include "outside.h"
#include "report.h"

namespace faults {

using namespace spanmeter;

namespace {

const Demand kDemand{{4 * kMillisecond, 200 * kMillisecond}};
constexpr int kAttempts = 2;

int open_descriptors() {
  int count = 0;
  DIR* const folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) count++;
  closedir(folder);
  return count;
}

// What failed once may pass: then a second attempt starts it.
bool start(std::optional<AskingThread>& thread, std::optional<Monitor>& monitor, bool passes) {
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    int error = 0;
    const bool made = in_core([&] {
      if (!thread) thread.emplace();
      if (!monitor) monitor.emplace(*thread, kDemand, false);
      error = monitor->start();
    });
    if (made && error == 0) return true;
    if (triggered() == 0) problem("it does not start, though nothing failed");
  }
  if (passes) problem("it does not start again, though what failed has passed");
  return false;
}

void use(AskingThread& thread, Monitor& monitor, bool passes) {
  HealthWatch health;
  const auto step = [&](auto work) {
    health.look(monitor);
    work();
    health.look(monitor);
  };
  step([&] { check_marks(monitor); });
  step([&] { check_spans(monitor); });
  step([&] { check_second_thread(); });
  step([&] { check_ledger(thread); });
  sleep_for(25 * kMillisecond);  // it parks
  step([&] { check_spans(monitor); });
  step([&] { check_history(monitor); });
  check_probes();
  health.expect_named(monitor);
  if (passes) expect_recovery(monitor, health);
  step([&] { check_marks(monitor); });
}

}  // namespace

void run_scenario() {
  const bool passes = armed().times != kForever;
  const int64_t blocks = blocks_held(), mappings = mappings_held();
  const int descriptors = open_descriptors();
  {
    std::optional<AskingThread> thread;
    std::optional<Monitor> monitor;
    if (start(thread, monitor, passes)) {
      use(*thread, *monitor, passes);
      in_core([&] { monitor->stop(); });
      if (start(thread, monitor, passes)) check_marks(*monitor);
    }
    in_core([&] {
      monitor.reset();
      thread.reset();
    });
  }
  if (blocks_held() != blocks)
    problem("%lld blocks of memory are lost", static_cast<long long>(blocks_held() - blocks));
  if (mappings_held() != mappings)
    problem("%lld mappings of memory are lost", static_cast<long long>(mappings_held() - mappings));
  if (open_descriptors() != descriptors) problem("%d descriptors are lost", open_descriptors() - descriptors);
}

}  // namespace faults
