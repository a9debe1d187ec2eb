// What health() says of what failed, and whether it passes.

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "../../burner.h"
#include "../../eventually.h"
#include "../calls.h"
#include "ours.h"
#include "outside.h"
#include "report.h"
#include "scenario.h"

namespace faults {

using namespace spanmeter;

namespace {
// A source that failed is read again after a second, and named until then.
constexpr Nanos kNamedFor = 900 * kMillisecond;
constexpr Nanos kPause = 20 * kMillisecond;

// Whether a source cannot be read then. An interrupted read is taken again, and one that ended early goes on.
bool loses_a_source(const Fault& fault) {
  if (fault.how == How::kShort || (fault.how == How::kError && fault.error == EINTR)) return false;
  const std::string_view call(fault.call);
  constexpr std::string_view kReadOnce[] = {"/proc/self/statm", "/proc/self/io", "/proc/self/net/dev"};
  for (const std::string_view file : kReadOnce) {
    if (call.ends_with(file)) return call.starts_with("pread") || call.starts_with("open");
  }
  return fault.times == kForever && call.starts_with("pread") && call.ends_with("/schedstat");
}
}  // namespace

void HealthWatch::look(Monitor& monitor) {
  const Nanos now = monotonic_now();
  looked_away_ = looked_away_ || (looked_at_ != 0 && now - looked_at_ > kNamedFor);
  looked_at_ = now;
  in_core([&] {
    const Health health = monitor.health();
    for (const int error : health.errors) named_ = named_ || error != 0;
    for (const int64_t missed : health.missed) {
      if (missed < 0 || missed > 1'000'000)
        problem("health: %lld ticks were missed", static_cast<long long>(missed));
    }
    if (health.cpu < 0 || health.cpu > 60 * kSecond)
      problem("health: the sampler used %g ms", to_ms(health.cpu));
    if (health.longest_gap < 0 || health.longest_gap > 60 * kSecond)
      problem("health: the longest gap is %g ms", to_ms(health.longest_gap));
  });
}

void HealthWatch::expect_named(Monitor& monitor) {
  if (triggered_on_own_thread() == 0 || !loses_a_source(armed())) return;
  const auto is_named = [&] {
    look(monitor);
    return named_ || looked_away_;
  };
  if (!eventually(is_named, kPause)) problem("health: nothing is said of what failed");
}

void expect_recovery(Monitor& monitor, HealthWatch& health) {
  const auto is_well = [&] {
    health.look(monitor);
    bool well = false;
    in_core([&] {
      const Health now = monitor.health();
      well = std::all_of(now.errors.begin(), now.errors.end(), [](int error) { return error == 0; });
    });
    return well;
  };
  in_core([&] { monitor.mark(); });
  if (!eventually(is_well, kPause)) {
    const Health now = monitor.health();
    problem("a source was not read again, though what failed has passed");
    for (size_t i = 0; i < now.errors.size(); i++) {
      if (now.errors[i] != 0) problem("  source %zu: %s", i, strerrorname_np(now.errors[i]));
    }
    return;
  }
  // The edges too, which are read on this thread.
  const auto is_whole = [&] {
    const Edge edge = [&] {
      Edge read;
      in_core([&] { read = monitor.edge(); });
      return read;
    }();
    return edge.cpu != kMissing && edge.sampler != kMissing && edge.thread != kMissing &&
           edge.resident != kMissing && edge.runDelay != kMissing && edge.minorFaults != kMissing &&
           edge.ioRead != kMissing && edge.received != kMissing;
  };
  if (!eventually(is_whole, kPause)) problem("an edge is not whole, though what failed has passed");
  in_core([&] { monitor.release(); });
}

}  // namespace faults
