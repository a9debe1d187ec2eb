#pragma once

// Files that exist only here, at paths below "/made" and at those of the kernel that the core has no other
// name for. The program is linked so that its calls of open, pread, close and access come here first, which
// is a hundred times faster than a file system, and hands out files as the kernel does: in pieces, or not at
// all.

#include <cstddef>
#include <string>

namespace fuzz {

class MadeFiles {
 public:
  static inline const char* const kRoot = "/made";
  static inline const char* const kStatus = "/proc/thread-self/status";

  static void clear();
  // A file that is open stays the one, and has this content from now on.
  static void put(const std::string& path, std::string content);
  static void put_folder(const std::string& path);
  // From now on each read hands out so many bytes at most.
  static void hand_out(size_t bytes);
  // How many of them are open.
  static size_t open_count();
};

}  // namespace fuzz
