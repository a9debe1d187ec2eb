#include "calls.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <initializer_list>

namespace faults {

namespace {

constexpr size_t kMostCalls = 256;
constexpr size_t kMostDescriptors = 1024;

Call all_calls[kMostCalls];
size_t call_count = 0;
Fault fault_now;
char paths[kMostDescriptors][96];
std::atomic<int64_t> failed{0}, failed_on_own_thread{0};
std::atomic<int64_t> blocks{0}, mappings{0};
std::atomic<int> named_thread{0};
thread_local bool own = false;

// Not a mutex: the functions of those are under test.
std::atomic_flag busy;
struct Lock {
  Lock() {
    while (busy.test_and_set(std::memory_order_acquire)) {
    }
  }
  ~Lock() { busy.clear(std::memory_order_release); }
};

Call* find(const char* name) {
  for (size_t i = 0; i < call_count; i++) {
    if (std::strcmp(all_calls[i].name, name) == 0) return &all_calls[i];
  }
  if (call_count == kMostCalls) return nullptr;
  Call& call = all_calls[call_count++];
  std::snprintf(call.name, sizeof call.name, "%s", name);
  return &call;
}

}  // namespace

void arm(const Fault& fault) {
  const Lock lock;
  fault_now = fault;
  for (size_t i = 0; i < call_count; i++) all_calls[i].count = 0;
  failed = failed_on_own_thread = 0;
}

const Fault& armed() {
  return fault_now;
}

int64_t triggered() {
  return failed;
}
int64_t triggered_on_own_thread() {
  return failed_on_own_thread;
}

size_t calls(const Call*& all) {
  all = all_calls;
  return call_count;
}

Outcome next_call(const char* function, const char* about) {
  char name[sizeof fault_now.call];
  std::snprintf(name, sizeof name, "%s%s%s", function, *about ? " " : "", about);
  const Lock lock;
  Call* const call = find(name);
  if (call == nullptr) return {};
  const int64_t number = ++call->count;
  if (std::strcmp(fault_now.call, name) != 0 || number < fault_now.first) return {};
  if (fault_now.times != kForever && number >= fault_now.first + fault_now.times) return {};
  failed++;
  if (own) failed_on_own_thread++;
  return {true, fault_now.how, fault_now.error};
}

void held(int64_t more_blocks, int64_t more_mappings) {
  blocks += more_blocks;
  mappings += more_mappings;
}
int64_t blocks_held() {
  return blocks;
}
int64_t mappings_held() {
  return mappings;
}

const char* named(const char* path) {
  static thread_local char name[sizeof paths[0]];
  for (const char* folder : {"/proc/", "/sys/"}) {
    if (const char* begin = std::strstr(path, folder)) path = begin;
  }
  const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
  char* out = name;
  while (*path != '\0' && out < name + sizeof name - 5) {
    *out++ = *path++;
    if (out[-1] != '/' || !is_digit(*path)) continue;
    out = std::copy_n("TID", 3, out);
    while (is_digit(*path)) path++;
  }
  *out = '\0';
  return name;
}

void remember(int descriptor, const char* path) {
  if (descriptor < 0 || static_cast<size_t>(descriptor) >= kMostDescriptors) return;
  std::snprintf(paths[descriptor], sizeof paths[0], "%s", named(path));
}

const char* path_of(int descriptor) {
  return descriptor < 0 || static_cast<size_t>(descriptor) >= kMostDescriptors ? "" : paths[descriptor];
}

void enter_own_thread() {
  own = true;
}
void name_own_thread() {
  if (own) named_thread = static_cast<int>(syscall(SYS_gettid));
}
bool on_own_thread() {
  return own;
}
int sampler_thread() {
  return named_thread;
}

}  // namespace faults
