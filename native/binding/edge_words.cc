#include "edge_words.h"

#include <cmath>
#include <cstring>

#include "layout.h"

namespace spanmeter {

void store(const Environment& environment, const Edge& edge, double* out) {
  int64_t words[kEdgeLength];
  std::memcpy(words, &edge, sizeof edge);
  out[0] = environment.to_js(edge.time);
  for (size_t i = 1; i < kEdgeLength; i++)
    out[i] = words[i] == kMissing ? kNotKnown : static_cast<double>(words[i]);
}

Edge load(const Environment& environment, const double* in) {
  int64_t words[kEdgeLength] = {};
  for (size_t i = 1; i < kEdgeLength; i++) {
    const bool known = std::fabs(in[i]) < 4e18;  // false for NaN, and for what JavaScript may have put there
    words[i] = known ? static_cast<int64_t>(in[i]) : kMissing;
  }
  Edge edge;
  std::memcpy(&edge, words, sizeof edge);
  edge.time = environment.to_core(in[0]);
  return edge;
}

}  // namespace spanmeter
