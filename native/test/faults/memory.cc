// Memory.

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "stand_in.h"

using faults::Outcome;

namespace {

// With RTTI and exceptions off in the code under test a failed allocation is still thrown.
void* allocate(size_t size, size_t alignment, bool ours) {
  const Outcome outcome = ours ? faults::next_call("new", "") : Outcome{};
  void* memory = nullptr;
  if (!outcome.fails) {
    memory = alignment <= alignof(std::max_align_t)
                 ? std::malloc(std::max<size_t>(size, 1))
                 : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  }
  if (memory != nullptr && ours) faults::held(1, 0);
  return memory;
}

void* allocate_or_throw(size_t size, size_t alignment, bool ours) {
  void* const memory = allocate(size, alignment, ours);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void release(void* memory, bool ours) {
  if (memory != nullptr && ours) faults::held(-1, 0);
  std::free(memory);
}

}  // namespace

void* operator new(size_t size) {
  return allocate_or_throw(size, 1, OURS);
}
void* operator new[](size_t size) {
  return allocate_or_throw(size, 1, OURS);
}
void* operator new(size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<size_t>(alignment), OURS);
}
void* operator new[](size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<size_t>(alignment), OURS);
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return allocate(size, 1, OURS);
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return allocate(size, 1, OURS);
}
void operator delete(void* memory) noexcept {
  release(memory, OURS);
}
void operator delete[](void* memory) noexcept {
  release(memory, OURS);
}
void operator delete(void* memory, size_t) noexcept {
  release(memory, OURS);
}
void operator delete[](void* memory, size_t) noexcept {
  release(memory, OURS);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  release(memory, OURS);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  release(memory, OURS);
}
void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  release(memory, OURS);
}
void operator delete[](void* memory, size_t, std::align_val_t) noexcept {
  release(memory, OURS);
}

namespace {

template <typename Map>
void* mapped(bool ours, Map map) {
  if (!ours) return map();
  const Outcome outcome = faults::next_call("mmap", "");
  if (outcome.fails) return faults::fail(outcome, MAP_FAILED);
  void* const memory = map();
  if (memory != MAP_FAILED) faults::held(0, 1);
  return memory;
}

}  // namespace

extern "C" {

void* mmap(void* address, size_t size, int protection, int flags, int descriptor, off_t offset) noexcept {
  REAL(mmap);
  return mapped(OURS, [&] { return real(address, size, protection, flags, descriptor, offset); });
}

void* mmap64(void* address, size_t size, int protection, int flags, int descriptor, off64_t offset) noexcept {
  REAL(mmap64);
  return mapped(OURS, [&] { return real(address, size, protection, flags, descriptor, offset); });
}

int munmap(void* address, size_t size) noexcept {
  REAL(munmap);
  if (!OURS) return real(address, size);
  const Outcome outcome = faults::next_call("munmap", "");
  const int result = real(address, size);
  faults::held(0, -1);
  return outcome.fails ? faults::fail(outcome, -1) : result;
}

}  // extern "C"
