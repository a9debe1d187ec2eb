#pragma once

#include <cstddef>
#include <cstdint>

namespace spanmeter {

// What can be lost on a machine without the rest suffering. The CPU clocks of the process and of the asking
// thread need no file and are always there.
enum class Source : size_t { kThreads, kMemory, kFaults, kSchedstat, kIo, kNetwork, kCgroup, kCount };

constexpr size_t kSourceCount = static_cast<size_t>(Source::kCount);

// A set of sources; kThreads is always in it.
using SourceSet = uint32_t;

constexpr SourceSet source_bit(Source source) {
  return SourceSet{1} << static_cast<size_t>(source);
}
constexpr SourceSet kAllSources = (SourceSet{1} << kSourceCount) - 1;
constexpr bool contains(SourceSet set, Source source) {
  return (set & source_bit(source)) != 0;
}

}  // namespace spanmeter
