#pragma once

// A target is a function that registers itself; it gets each input, and a promise that does not hold ends the
// program, which keeps the input.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "input.h"

namespace fuzz {

struct Target {
  std::string name;
  void (*run)(Input& input);
};

inline std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

struct Register {
  Register(const char* name, void (*run)(Input&)) { targets().push_back({name, run}); }
};

[[noreturn]] inline void broken(const char* file, int line, const char* promise) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, promise);
  std::abort();
}

}  // namespace fuzz

#define TARGET(name)                                                    \
  static void fuzz_##name(fuzz::Input& input);                          \
  static const fuzz::Register register_fuzz_##name(#name, fuzz_##name); \
  static void fuzz_##name(fuzz::Input& input)
#define PROMISE(condition)                                          \
  do {                                                              \
    if (!(condition)) fuzz::broken(__FILE__, __LINE__, #condition); \
  } while (0)
