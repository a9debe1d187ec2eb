#pragma once

#include "../sources/source.h"

namespace spanmeter {

// How much of an answer is wanted. What is not wanted is neither read at an edge nor computed.
struct Wanted {
  SourceSet sources = kAllSources;
  // Beyond what the default attributes of a span contain: CPU of the asking thread, percentiles, peak memory.
  bool details = true;
};

// What the default attributes of a span need of these sources.
constexpr Wanted essentials(SourceSet sources) {
  constexpr SourceSet kEssential =
      source_bit(Source::kMemory) | source_bit(Source::kSchedstat) | source_bit(Source::kCgroup);
  return {sources & kEssential, false};
}

}  // namespace spanmeter
