// empty_loop PERIOD_US DURATION_MS: an empty wake-up loop in a process that does nothing else.

#include <cstdio>
#include <cstdlib>

#include "wake_loop.h"

int main(int argc, char** argv) {
  using namespace spanmeter;
  if (argc != 3) return 2;
  bench::WakeLoop loop;
  loop.run(static_cast<Nanos>(std::atof(argv[1]) * kMicrosecond), std::atoll(argv[2]) * kMillisecond);
  std::printf("due %lld\ntaken %lld\ncpuUs %.3f\n", static_cast<long long>(loop.due),
              static_cast<long long>(loop.taken), static_cast<double>(loop.cpu) / 1e3);
}
