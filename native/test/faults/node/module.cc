// In Node.js, calls are ours that come from the addon: by where it was loaded to.

#include <link.h>

#include <atomic>
#include <cstdint>
#include <cstring>

#include "../stand_in.h"

namespace {

std::atomic<uintptr_t> low{0}, high{0};

bool ends_with(const char* text, const char* end) {
  const size_t length = std::strlen(text), wanted = std::strlen(end);
  return length >= wanted && std::strcmp(text + length - wanted, end) == 0;
}

int find_addon(dl_phdr_info* info, size_t, void*) {
  if (!ends_with(info->dlpi_name, "/spanmeter.node")) return 0;
  uintptr_t first = UINTPTR_MAX, last = 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    if (begin < first) first = begin;
    if (begin + segment.p_memsz > last) last = begin + segment.p_memsz;
  }
  high = last;
  low = first;
  return 1;
}

}  // namespace

bool faults::is_ours(const void* return_address) {
  const auto address = reinterpret_cast<uintptr_t>(return_address);
  return address < high.load(std::memory_order_relaxed) && address >= low.load(std::memory_order_relaxed);
}

extern "C" void* dlopen(const char* path, int flags) {
  REAL(dlopen);
  void* const library = real(path, flags);
  if (library != nullptr && path != nullptr && ends_with(path, "/spanmeter.node") && high == 0)
    dl_iterate_phdr(find_addon, nullptr);
  return library;
}
