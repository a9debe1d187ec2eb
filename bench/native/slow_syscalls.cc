// slow_syscalls MICROSECONDS COMMAND ARG...: runs a command each of whose system calls, and those of its
// children, takes that much longer, as on a machine that pays more for them. Without privilege: a seccomp
// filter multiplies for a while and allows the call. How much there is to multiply is measured before.

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "../../native/core/clock.h"

namespace {

using spanmeter::Nanos;

constexpr int kMost = BPF_MAXINSNS - 2;  // multiplications in one filter

// One more filter in front of each system call of this process.
bool add_filter(int multiplications) {
  // Begins with an argument of the call, so that no kernel may keep the answer for the call's number.
  std::vector<sock_filter> program{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + 5 * sizeof(uint64_t))};
  program.insert(program.end(), static_cast<size_t>(multiplications), BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 3));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

bool slow_down(int multiplications) {
  for (; multiplications > kMost; multiplications -= kMost) {
    if (!add_filter(kMost)) return false;
  }
  return add_filter(multiplications);
}

// How long a cheap one takes when nothing comes between.
double nanoseconds_of_a_call() {
  constexpr int kCalls = 20, kRounds = 1000;
  Nanos least = INT64_MAX;
  for (int round = 0; round < kRounds; round++) {
    const Nanos begin = spanmeter::monotonic_now();
    for (int i = 0; i < kCalls; i++) getppid();
    least = std::min(least, spanmeter::monotonic_now() - begin);
  }
  return static_cast<double>(least) / kCalls;
}

// The same in a child that was slowed down first, as a filter stays for good.
double nanoseconds_when_slowed(int multiplications) {
  constexpr int kProtection = PROT_READ | PROT_WRITE, kFlags = MAP_SHARED | MAP_ANONYMOUS;
  double& result = *static_cast<double*>(mmap(nullptr, sizeof result, kProtection, kFlags, -1, 0));
  const pid_t child = fork();
  if (child == 0) {
    if (slow_down(multiplications)) result = nanoseconds_of_a_call();
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  return result;
}

// How many take that much longer; the first one also stands for what any filter costs.
int multiplications_of(double nanoseconds) {
  const double one = nanoseconds_when_slowed(1), most = nanoseconds_when_slowed(kMost);
  const double each = (most - one) / (kMost - 1);
  const double many = 1 + (nanoseconds - (one - nanoseconds_of_a_call())) / each;
  return static_cast<int>(std::clamp(many, 1.0, 1e6));
}

int fail(const char* what, int code) {
  std::fprintf(stderr, "slow_syscalls: %s: %s\n", what, std::strerror(errno));
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  char* end = nullptr;
  const double microseconds = argc > 2 ? std::strtod(argv[1], &end) : 0;
  if (argc < 3 || *end != '\0' || !(microseconds > 0)) {
    std::fprintf(stderr, "usage: slow_syscalls MICROSECONDS COMMAND ARG...\n");
    return 125;
  }
  // More than the kernel takes is refused by it: some 32 000 instructions, of all filters together.
  if (!slow_down(multiplications_of(microseconds * 1e3))) return fail("the filter", 125);
  execvp(argv[2], argv + 2);
  return fail(argv[2], errno == ENOENT ? 127 : 126);
}
