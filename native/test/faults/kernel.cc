// Clocks, usage, and what else is asked of the kernel.

#include <linux/futex.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdarg>

#include "stand_in.h"

using faults::Outcome;

namespace {

// Every Linux has CLOCK_MONOTONIC and the C library reads it without the kernel: no errno is possible.
const char* name_of(clockid_t clock) {
  switch (clock) {
    case CLOCK_MONOTONIC:
      return nullptr;
    case CLOCK_PROCESS_CPUTIME_ID:
      return "of the process";
    case CLOCK_THREAD_CPUTIME_ID:
      return "of the own thread";
    case CLOCK_BOOTTIME:
      return "CLOCK_BOOTTIME";
    default:
      return "of another thread";
  }
}

// Asking for the own id always succeeds.
const char* name_of_system_call(long number, long operation) {
  switch (number) {
    case SYS_futex:
      return (operation & FUTEX_CMD_MASK) == FUTEX_WAKE ? "futex wake" : "futex wait";
    case SYS_sched_getattr:
      return "sched_getattr";
    case SYS_sched_setattr:
      return "sched_setattr";
    default:
      return nullptr;
  }
}

const char* name_of_option(int option) {
  switch (option) {
    case PR_SET_NAME:
      return "PR_SET_NAME";
    case PR_SET_TIMERSLACK:
      return "PR_SET_TIMERSLACK";
    case PR_GET_TIMERSLACK:
      return "PR_GET_TIMERSLACK";
    default:
      return "";
  }
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, struct timespec* time) noexcept {
  REAL(clock_gettime);
  const char* const name = name_of(clock);
  const Outcome outcome = name == nullptr ? Outcome{} : NEXT_CALL("clock_gettime", name);
  return outcome.fails ? faults::fail(outcome, -1) : real(clock, time);
}

int clock_getres(clockid_t clock, struct timespec* resolution) noexcept {
  REAL(clock_getres);
  const Outcome outcome = NEXT_CALL("clock_getres", "");
  return outcome.fails ? faults::fail(outcome, -1) : real(clock, resolution);
}

int getrusage(__rusage_who_t who, struct rusage* usage) noexcept {
  REAL(getrusage);
  const Outcome outcome = NEXT_CALL("getrusage", who == RUSAGE_SELF ? "of the process" : "of the own thread");
  return outcome.fails ? faults::fail(outcome, -1) : real(who, usage);
}

long sysconf(int name) noexcept {
  REAL(sysconf);
  const Outcome outcome = NEXT_CALL("sysconf", "");
  return outcome.fails ? faults::fail(outcome, -1L) : real(name);
}

int prctl(int option, ...) noexcept {
  REAL(prctl);
  if (option == PR_SET_NAME && OURS) faults::name_own_thread();
  const Outcome outcome = NEXT_CALL("prctl", name_of_option(option));
  if (outcome.fails) return faults::fail(outcome, -1);
  va_list arguments;
  va_start(arguments, option);
  unsigned long values[4];
  for (unsigned long& value : values) value = va_arg(arguments, unsigned long);
  va_end(arguments);
  return real(option, values[0], values[1], values[2], values[3]);
}

long syscall(long number, ...) noexcept {
  REAL(syscall);
  va_list arguments;
  va_start(arguments, number);
  long values[6];
  for (long& value : values) value = va_arg(arguments, long);
  va_end(arguments);
  const char* const name = name_of_system_call(number, values[1]);
  const Outcome outcome = name == nullptr ? Outcome{} : NEXT_CALL(name, "");
  if (outcome.fails) return faults::fail(outcome, -1L);
  return real(number, values[0], values[1], values[2], values[3], values[4], values[5]);
}

int sched_getaffinity(pid_t thread, size_t size, cpu_set_t* set) noexcept {
  REAL(sched_getaffinity);
  const Outcome outcome = NEXT_CALL("sched_getaffinity", "");
  return outcome.fails ? faults::fail(outcome, -1) : real(thread, size, set);
}

}  // extern "C"
