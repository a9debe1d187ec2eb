// Runs all tests, or those whose name contains the first argument.

#include <cstring>

#include "check.h"

int main(int argc, char** argv) {
  int passed = 0;
  int failed = 0;
  for (const check::Test& test : check::tests()) {
    if (argc > 1 && std::strstr(test.name, argv[1]) == nullptr) continue;
    check::failures = 0;
    test.run();
    const bool ok = check::failures == 0;
    (ok ? passed : failed)++;
    std::printf("%s %s\n", ok ? "ok" : "FAILED", test.name);
    std::fflush(stdout);
  }
  std::printf("core: %d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
