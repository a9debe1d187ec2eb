#pragma once

// A test is a function that registers itself; a check that fails is printed and counted.

#include <cmath>
#include <cstdio>
#include <vector>

namespace check {

struct Test {
  const char* name;
  void (*run)();
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

inline int failures = 0;

struct Register {
  Register(const char* name, void (*run)()) { tests().push_back({name, run}); }
};

inline void fail(const char* file, int line, const char* what) {
  failures++;
  std::printf("  %s:%d: %s\n", file, line, what);
}

template <typename A, typename B>
void equal(const A& a, const B& b, const char* what, const char* file, int line) {
  if (a == b) return;
  fail(file, line, what);
  std::printf("    got %.17g, expected %.17g\n", static_cast<double>(a), static_cast<double>(b));
}

inline void near(double a, double b, double tolerance, const char* what, const char* file, int line) {
  if (std::fabs(a - b) <= tolerance) return;
  fail(file, line, what);
  std::printf("    got %.9g, expected %.9g +- %.3g\n", a, b, tolerance);
}

}  // namespace check

#define TEST(name)                                                  \
  static void test_##name();                                        \
  static const check::Register register_##name(#name, test_##name); \
  static void test_##name()
#define CHECK(condition)                                           \
  do {                                                             \
    if (!(condition)) check::fail(__FILE__, __LINE__, #condition); \
  } while (0)
#define CHECK_EQUAL(a, b) check::equal(a, b, #a " == " #b, __FILE__, __LINE__)
#define CHECK_NEAR(a, b, tolerance) check::near(a, b, tolerance, #a " ~ " #b, __FILE__, __LINE__)
