#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "../core/history/edge.h"
#include "../core/sampler/gap.h"
#include "../core/sources/source.h"
#include "../core/window/window_stats.h"

namespace spanmeter {

// The order of the numbers that cross the border in arrays. `layout` exports it by name, and a test compares
// that with src/backend/native/layout.ts.
#define X(name) #name,
constexpr const char* kEdgeNames[] = {SPANMETER_EDGE(X)};
constexpr const char* kStatsNames[] = {SPANMETER_STATS(X)};
#undef X
constexpr const char* kSourceNames[] = {"threads", "memory",  "faults", "schedstat",
                                        "io",      "network", "cgroup"};
constexpr const char* kCauseNames[] = {"throttled", "stopped",   "suspended",
                                       "starved",   "imprecise", "unknown"};
constexpr size_t kEdgeLength = std::size(kEdgeNames);
constexpr size_t kStatsLength = std::size(kStatsNames);
static_assert(std::size(kSourceNames) == kSourceCount, "each source has a name");
static_assert(std::size(kCauseNames) == kCauseCount, "each cause has a name");
static_assert(sizeof(Edge) == kEdgeLength * sizeof(int64_t), "an edge is its words and nothing else");
static_assert(sizeof(WindowStats) == kStatsLength * sizeof(double),
              "an answer is its numbers and nothing else");

// The array that a ledger shares with JavaScript: the numbers of an answer, and a flag that is 1 from
// when the event loop began to wait, and the thread turned to nobody, until JavaScript turns it and sets that
// to 0.
enum LedgerSlot : size_t { kFirstAnswer, kSecondAnswer, kThirdAnswer, kLoopWaited, kLedgerLength };
constexpr std::array<const char*, kLedgerLength> kLedgerNames = {"firstAnswer", "secondAnswer", "thirdAnswer",
                                                                 "loopWaited"};

}  // namespace spanmeter
