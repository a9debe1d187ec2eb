#include "made_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace fuzz {
namespace {

// Above all that a process can have.
constexpr int kFirst = 1 << 30;

std::map<std::string, std::string, std::less<>> files;
std::set<std::string, std::less<>> folders;
std::vector<std::string> open_files;  // by descriptor; empty for one that was closed
size_t most_at_once = SIZE_MAX;

bool is_made(std::string_view path) {
  return path.starts_with(MadeFiles::kRoot) || path == MadeFiles::kStatus;
}

bool is_made(int fd) {
  return fd >= kFirst && fd < kFirst + static_cast<int>(open_files.size());
}

std::string& name_of(int fd) {
  return open_files[static_cast<size_t>(fd - kFirst)];
}

int fail(int error) {
  errno = error;
  return -1;
}

void put_folders_above(std::string_view path) {
  for (size_t length = path.rfind('/'); length != 0 && length != std::string_view::npos;) {
    path = path.substr(0, length);
    folders.emplace(path);
    length = path.rfind('/');
  }
}

}  // namespace

void MadeFiles::clear() {
  files.clear();
  folders.clear();
  open_files.clear();
  most_at_once = SIZE_MAX;
}

void MadeFiles::put(const std::string& path, std::string content) {
  files.insert_or_assign(path, std::move(content));
  put_folders_above(path);
}

void MadeFiles::put_folder(const std::string& path) {
  folders.insert(path);
  put_folders_above(path);
}

void MadeFiles::hand_out(size_t bytes) {
  most_at_once = bytes;
}

size_t MadeFiles::open_count() {
  return static_cast<size_t>(
      std::count_if(open_files.begin(), open_files.end(), [](const auto& name) { return !name.empty(); }));
}

}  // namespace fuzz

extern "C" {

int __real_open(const char* path, int flags, ...);
int __real_close(int fd);
int __real_access(const char* path, int mode);
ssize_t __real_pread(int fd, void* buffer, size_t count, off_t offset);

int __wrap_open(const char* path, int flags, mode_t mode) {
  if (!fuzz::is_made(path)) return __real_open(path, flags, mode);
  if (std::strlen(path) >= PATH_MAX) return fuzz::fail(ENAMETOOLONG);
  if (!fuzz::files.contains(std::string_view(path))) return fuzz::fail(ENOENT);
  fuzz::open_files.emplace_back(path);
  return fuzz::kFirst + static_cast<int>(fuzz::open_files.size()) - 1;
}

int __wrap_close(int fd) {
  if (!fuzz::is_made(fd)) return __real_close(fd);
  if (fuzz::name_of(fd).empty()) __builtin_trap();  // closed twice
  fuzz::name_of(fd).clear();
  return 0;
}

int __wrap_access(const char* path, int mode) {
  if (!fuzz::is_made(path)) return __real_access(path, mode);
  if (std::strlen(path) >= PATH_MAX) return fuzz::fail(ENAMETOOLONG);
  return fuzz::folders.contains(std::string_view(path)) ? 0 : fuzz::fail(ENOENT);
}

ssize_t __wrap_pread(int fd, void* buffer, size_t count, off_t offset) {
  if (!fuzz::is_made(fd)) return __real_pread(fd, buffer, count, offset);
  const auto file = fuzz::files.find(fuzz::name_of(fd));
  if (file == fuzz::files.end()) return fuzz::fail(ESRCH);
  const size_t begin = std::min(static_cast<size_t>(offset), file->second.size());
  const size_t length = std::min({count, file->second.size() - begin, fuzz::most_at_once});
  std::memcpy(buffer, file->second.data() + begin, length);
  return static_cast<ssize_t>(length);
}
}
