// Large arrays between two pages that nobody may touch, and kept for the next one. AddressSanitizer would
// mark each of their bytes, though nearly all are never touched, and that takes longer than all the rest.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

constexpr size_t kLarge = 64 << 10;
constexpr size_t kMost = 16;

struct Large {
  char* memory = nullptr;
  size_t size = 0;
  bool used = false;
};
Large all[kMost];

// In whole pages, so that both ends lie at one that is guarded.
char* map_guarded(size_t size) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* mapped = mmap(nullptr, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) std::abort();
  char* memory = static_cast<char*>(mapped) + page;
  if (mprotect(memory, size, PROT_READ | PROT_WRITE) != 0) std::abort();
  return memory;
}

char* take_large(size_t size) {
  for (Large& large : all) {
    if (large.used || (large.memory != nullptr && large.size != size)) continue;
    if (large.memory == nullptr) large = {map_guarded(size), size};
    large.used = true;
    return large.memory;
  }
  return nullptr;
}

}  // namespace

void* operator new[](size_t size) {
  if (size >= kLarge && size % kLarge == 0) {
    if (char* memory = take_large(size)) return memory;
  }
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}

void operator delete[](void* memory) noexcept {
  for (Large& large : all) {
    if (memory == nullptr || large.memory != memory) continue;
    if (!large.used) std::abort();  // freed twice
    large.used = false;
    return;
  }
  std::free(memory);
}

void operator delete[](void* memory, size_t) noexcept {
  operator delete[](memory);
}
