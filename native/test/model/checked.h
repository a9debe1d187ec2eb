#pragma once

// The core as a model that Relacy explores: each access to an atomic is a step at which another thread may go
// on, and a load may return any value that the memory model of C++ allows, which no processor shows on
// demand.
//
// A file of tests includes this first and then the sources that it checks, as they are: from here on
// std::atomic and the system calls beneath are those of the model.

// What the core includes, while the names still mean what they mean.
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <ctime>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <source_location>
#include <streambuf>
#include <type_traits>
#include <vector>

// Not relacy.hpp, which makes macros of common words.
#include <relacy/context.hpp>
//
#include <relacy/atomic.hpp>
#include <relacy/context_base_impl.hpp>
#include <relacy/dyn_thread.hpp>
#include <relacy/stdlib/condition_variable.hpp>
#include <relacy/stdlib/event.hpp>
#include <relacy/stdlib/mutex.hpp>
#include <relacy/stdlib/semaphore.hpp>
#include <relacy/test_suite.hpp>
#include <relacy/var.hpp>

#include "../check.h"

namespace spanmeter {

template <typename T>
class CheckedAtomic {
 public:
  using Where = std::source_location;
  static constexpr bool is_always_lock_free = std::atomic<T>::is_always_lock_free;
  static constexpr auto kStrongest = std::memory_order_seq_cst;

  explicit CheckedAtomic(T value = {}) { checked_.store(value, rl::mo_relaxed, $); }

  T load(std::memory_order order = kStrongest, Where where = Where::current()) const {
    return checked_.load(to_relacy(order), info(where));
  }
  void store(T value, std::memory_order order = kStrongest, Where where = Where::current()) {
    checked_.store(value, to_relacy(order), info(where));
  }
  T fetch_add(T value, std::memory_order order = kStrongest, Where where = Where::current()) {
    return checked_.fetch_add(value, to_relacy(order), info(where));
  }
  T fetch_sub(T value, std::memory_order order = kStrongest, Where where = Where::current()) {
    return checked_.fetch_sub(value, to_relacy(order), info(where));
  }

  // As the kernel does: it compares the newest value, and goes to sleep before anybody can change it. No
  // order is assumed of it.
  void wait_while(T value, bool timed) {
    if (checked_.debug_value() == value) checked_.wait(rl::ctx(), timed, false, $);
  }
  void wake(int count) { checked_.wake(rl::ctx(), count, $); }

 private:
  static rl::memory_order to_relacy(std::memory_order order) { return static_cast<rl::memory_order>(order); }
  static rl::debug_info info(const Where& where) {
    return {where.function_name(), where.file_name(), static_cast<unsigned>(where.line())};
  }

  rl::atomic<T> checked_;
};

// Memory that is mapped holds words of 0.
using CheckedWord = CheckedAtomic<int64_t>;
inline void* checked_mmap(void*, size_t bytes, int, int, int, int) {
  CheckedWord* words = static_cast<CheckedWord*>(std::malloc(bytes));
  for (size_t i = 0; i < bytes / sizeof(CheckedWord); i++) new (words + i) CheckedWord(0);
  return words;
}
inline void checked_munmap(void* memory, size_t bytes) {
  CheckedWord* words = static_cast<CheckedWord*>(memory);
  for (size_t i = 0; i < bytes / sizeof(CheckedWord); i++) words[i].~CheckedWord();
  std::free(memory);
}

template <typename... Rest>
long checked_syscall(long, CheckedAtomic<uint32_t>* word, int operation, uint32_t value,
                     const timespec* deadline, Rest...) {
  if ((operation & FUTEX_CMD_MASK) == FUTEX_WAKE) {
    word->wake(static_cast<int>(value));
  } else {
    word->wait_while(value, deadline != nullptr);
  }
  return 0;
}

// What Relacy says, as far as it fits. It replaces the allocator, so that no stream of the library can grow.
struct Said : std::streambuf {
  Said() { setp(text, text + sizeof text); }
  int length() const { return static_cast<int>(pptr() - pbase()); }
  char text[1 << 16];
};

// Explores a test in so many executions, in which its threads take turns by chance. One that goes wrong is
// printed step by step.
template <typename Test>
void explore(uint64_t executions) {
  rl::test_params parameters;
  parameters.iteration_count = executions;
  parameters.search_type = rl::random_scheduler_type;
  Said said;
  std::ostream output(&said), nowhere(nullptr);
  parameters.output_stream = &output;
  parameters.progress_stream = &nowhere;
  const bool right = rl::simulate<Test>(parameters);
  std::printf("  %llu executions\n", static_cast<unsigned long long>(parameters.stop_iteration));
  if (!right) std::printf("%.*s\n", said.length(), said.text);
  CHECK(right);
}

}  // namespace spanmeter

namespace std {
using spanmeter::CheckedAtomic;
}
#define atomic CheckedAtomic
#define mmap spanmeter::checked_mmap
#define munmap spanmeter::checked_munmap
#define syscall spanmeter::checked_syscall
// The kernel looks at a bare word; a checked one is larger.
#define static_assert(...) static_assert(true)
