#include "thread_clocks.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>
#include <utility>

namespace spanmeter {

namespace {
// A directory that cannot be read is tried again after this long.
constexpr Nanos kListAgainAfter = kSecond;
// A thread may end between the listing and the reading of its clock, but not again and again.
constexpr int kUnread = 4;
}  // namespace

ThreadClocks::ThreadClocks(std::string path) : path_(std::move(path)) {}

ThreadClocks::~ThreadClocks() {
  if (directory_ != nullptr) closedir(directory_);
}

std::optional<Nanos> ThreadClocks::cpu(pid_t tid) const {
  for (const Thread& thread : threads_) {
    if (thread.tid == tid) return thread.known ? std::optional(thread.cpu) : std::nullopt;
  }
  return std::nullopt;
}

bool ThreadClocks::changed() {
  if (directory_ == nullptr) return true;
  struct stat info;
  return fstat(dirfd(directory_), &info) != 0 || static_cast<uint64_t>(info.st_nlink) != links_;
}

void ThreadClocks::rescan() {
  try {
    list();
  } catch (const std::bad_alloc&) {
    error_ = ENOMEM;
  }
}

void ThreadClocks::list() {
  if (directory_ == nullptr) {
    int fd = -1;
    do {
      fd = open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } while (fd < 0 && errno == EINTR);
    if (fd >= 0) directory_ = fdopendir(fd);
    if (directory_ == nullptr) {
      error_ = errno;
      if (fd >= 0) close(fd);
      return;
    }
  }
  // Taken before the listing: a thread born in between changes it again and is found by the next refresh.
  struct stat info;
  const uint64_t links = fstat(dirfd(directory_), &info) == 0 ? static_cast<uint64_t>(info.st_nlink) : 0;

  const pid_t self = static_cast<pid_t>(syscall(SYS_gettid));
  std::vector<Thread> found;
  found.reserve(threads_.size() + 4);
  rewinddir(directory_);
  bool lists_self = false;
  for (;;) {
    errno = 0;  // musl's strtol() sets it for a name that is no number
    const dirent* entry = readdir(directory_);
    if (entry == nullptr) break;
    char* end = nullptr;
    const long tid = strtol(entry->d_name, &end, 10);
    lists_self = lists_self || tid == self;
    if (tid <= 0 || *end != '\0' || tid == self) continue;
    Thread thread{.tid = static_cast<pid_t>(tid)};
    for (const Thread& known : threads_) {
      if (known.tid == thread.tid) thread = known;
    }
    found.push_back(thread);
  }
  error_ = errno;
  // A listing may end early where a thread ends meanwhile.
  if (error_ == 0 && !lists_self && !has(self)) error_ = ESRCH;
  if (error_ != 0) {  // a directory that can no longer be listed is opened anew the next time
    closedir(directory_);
    directory_ = nullptr;
    return;
  }
  // A listing that ended early is repeated.
  constexpr uint64_t kLinksOfNone = 2;
  const bool whole = found.size() + 1 + kLinksOfNone >= links;
  late_.reserve(found.size());
  links_ = whole ? links : 0;
  threads_ = std::move(found);
  stale_ = false;
}

// False where /proc is of another pid namespace, in which the threads have other numbers.
bool ThreadClocks::has(pid_t tid) const {
  struct stat info;
  return fstatat(dirfd(directory_), std::to_string(tid).c_str(), &info, 0) == 0 || errno != ENOENT;
}

// False when the thread is gone.
bool ThreadClocks::read(Thread& thread, Refresh& refresh, bool early) {
  const std::optional<Nanos> cpu = read_clock(thread_cpu_clock(thread.tid));
  thread.known = cpu.has_value();
  if (cpu == thread.cpu) return true;
  refresh.moved++;
  refresh.early_moved = refresh.early_moved || early;
  if (!cpu) return false;
  thread.cpu = *cpu;
  thread.active_until = refresh.begun + kActiveFor;
  return true;
}

bool ThreadClocks::read_all(Refresh& refresh) {
  bool all_alive = true;
  refresh.begun = monotonic_now();
  late_.clear();
  for (Thread& thread : threads_) {
    if (thread.active_until > refresh.begun) {
      late_.push_back(&thread);
    } else if (!read(thread, refresh, true)) {
      all_alive = false;
    }
  }
  refresh.late_begun = late_.size() == threads_.size() ? refresh.begun : monotonic_now();
  for (Thread* thread : late_) {
    if (!read(*thread, refresh, false)) all_alive = false;
  }
  return all_alive;
}

// A thread of the list that is gone may have another in its place already, which the number of threads does
// not show.
ThreadClocks::Refresh ThreadClocks::refresh() {
  Refresh refresh{};
  // A list that could not be made is made again, also where the threads are those of before meanwhile.
  if (stale_ || error_ != 0 || changed()) {
    const Nanos now = monotonic_now();
    if (now >= retry_at_) {
      rescan();
      if (error_ != 0) retry_at_ = now + kListAgainAfter;
    }
  }
  stale_ = !read_all(refresh);
  if (stale_ && error_ == 0) {
    rescan();
    stale_ = !read_all(refresh);
  }
  const int error = errno;
  unread_ = stale_ ? unread_ + 1 : 0;
  unread_error_ = unread_ >= kUnread ? error : 0;
  return refresh;
}

}  // namespace spanmeter
