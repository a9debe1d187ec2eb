#include "ways.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <string_view>

namespace faults {

namespace {

struct Errors {
  std::string_view function;
  std::initializer_list<int> errors;
};

// For what the core asks: files that are read, clocks and usage of the own process. EPERM and ENOSYS are what
// filters of system calls answer, in containers and sandboxes.
const Errors kErrors[] = {
    {"open",
     {EACCES, EINTR, ELOOP, EMFILE, ENAMETOOLONG, ENFILE, ENODEV, ENOENT, ENOMEM, ENOTDIR, ENXIO, EOVERFLOW,
      EPERM, ENOSYS}},
    {"pread", {EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR, ENXIO, EOVERFLOW, ESPIPE, ESRCH, EPERM}},
    {"close", {EBADF, EINTR, EIO, ENOSPC, EDQUOT}},
    {"access", {EACCES, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EPERM, ENOSYS}},
    {"fstat", {EACCES, EBADF, EFAULT, ELOOP, ENOMEM, EOVERFLOW, EPERM}},
    {"fdopendir", {EBADF, ENOMEM, ENOTDIR}},
    {"opendir", {EACCES, EMFILE, ENFILE, ENOENT, ENOMEM, ENOTDIR}},
    {"closedir", {EBADF}},
    {"readdir", {EBADF, ENOENT, EPERM}},
    {"clock_gettime", {EFAULT, EINVAL, ENODEV, EPERM, ENOSYS}},
    {"clock_getres", {EFAULT, EINVAL, EPERM, ENOSYS}},
    {"getrusage", {EFAULT, EINVAL, EPERM, ENOSYS}},
    {"sysconf", {EINVAL}},
    {"prctl", {EINVAL, EFAULT, EPERM, ENOSYS}},
    {"futex wait", {EACCES, EAGAIN, EFAULT, EINTR, EINVAL, ETIMEDOUT, EPERM, ENOSYS}},
    {"futex wake", {EACCES, EFAULT, EINVAL, EPERM, ENOSYS}},
    {"sched_getattr", {EINVAL, ESRCH, E2BIG, EPERM, ENOSYS}},
    {"sched_setattr", {EINVAL, ESRCH, E2BIG, EBUSY, EPERM, ENOSYS}},
    {"sched_getaffinity", {EFAULT, EINVAL, ESRCH, EPERM, ENOSYS}},
    {"pthread_create", {EAGAIN, EINVAL, EPERM}},
    {"pthread_join", {EDEADLK, EINVAL, ESRCH}},
    {"pthread_attr_init", {ENOMEM}},
    {"pthread_attr_setstacksize", {EINVAL}},
    {"pthread_attr_destroy", {EINVAL}},
    {"pthread_sigmask", {EFAULT, EINVAL}},
    {"mmap", {EAGAIN, EINVAL, ENFILE, ENOMEM, EPERM}},
    {"munmap", {EINVAL, ENOMEM}},
    {"new", {ENOMEM}},
};

constexpr int64_t kStorm = 1000;

}  // namespace

std::vector<Way> ways_to_fail(const char* call) {
  const std::string_view name(call);
  const std::string_view function = name.substr(0, name.find(' '));
  std::vector<Way> ways;
  for (const Errors& each : kErrors) {
    if (each.function != function && each.function != name) continue;
    for (const int error : each.errors) {
      // A cgroup without the file has no limit: nobody could tell.
      if (error == ENOENT && name.ends_with("/cpu.max")) continue;
      ways.push_back({How::kError, error});
      if (error == EINTR && function != "close") ways.push_back({How::kError, error, kStorm});
    }
  }
  if (function == "pread") {
    for (const How how : {How::kShort, How::kEmpty, How::kGarbage}) ways.push_back({how});
  } else if (function == "readdir") {
    for (const How how : {How::kEmpty, How::kGarbage}) ways.push_back({how});
  } else if (function == "fstat") {
    ways.push_back({How::kGarbage});
  }
  return ways;
}

bool may_last(const char* call, const Way& way) {
  const bool waits = std::string_view(call) == "futex wait";
  return way.error != EINTR && !(waits && (way.error == EAGAIN || way.error == ETIMEDOUT));
}

Fault fault_of(const char* text) {
  Fault fault;
  long long first = 0, times = 0;
  int how = 0;
  if (std::sscanf(text, "%127[^|]|%lld|%lld|%d|%d", fault.call, &first, &times, &how, &fault.error) != 5) {
    std::fprintf(stderr, "no fault: %s\n", text);
    std::_Exit(125);
  }
  fault.first = first;
  fault.times = times == 0 ? kForever : times;
  fault.how = static_cast<How>(how);
  return fault;
}

const char* name_of(const Way& way) {
  constexpr const char* kHow[] = {"", "short", "empty", "garbage"};
  if (way.how != How::kError) return kHow[static_cast<size_t>(way.how)];
  if (way.error == 0) return "unknown";
  return way.times > 1 ? "EINTR, a thousand times" : strerrorname_np(way.error);
}

}  // namespace faults
