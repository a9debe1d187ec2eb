// Files and folders.

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "script.h"
#include "stand_in.h"

using faults::How;
using faults::Outcome;

namespace {

ssize_t read_in_place(const Outcome& outcome, ssize_t (*real)(int, void*, size_t, off_t), int descriptor,
                      void* buffer, size_t size, off_t offset) {
  if (outcome.how == How::kError) return faults::fail<ssize_t>(outcome, -1);
  if (outcome.how == How::kEmpty) return 0;
  const ssize_t whole = real(descriptor, buffer, size, offset);
  if (whole <= 0) return whole;
  if (outcome.how == How::kShort) return std::max<ssize_t>(1, whole / 2);
  // What is no number, has no line and is no text either.
  for (ssize_t i = 0; i < whole; i++) static_cast<char*>(buffer)[i] = static_cast<char>(0x80 + i % 0x7f);
  return whole;
}

int open_by(int (*real)(const char*, int, ...), bool ours, const char* path, int flags, int mode) {
  if (ours) path = faults::scripted(path);
  const Outcome outcome = ours ? faults::next_call("open", faults::named(path)) : Outcome{};
  if (outcome.fails) return faults::fail(outcome, -1);
  const int descriptor = real(path, flags, mode);
  faults::remember(descriptor, path);
  return descriptor;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  REAL(open);
  va_list arguments;
  va_start(arguments, flags);
  const int mode = va_arg(arguments, int);
  va_end(arguments);
  return open_by(real, OURS, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  REAL(open64);
  va_list arguments;
  va_start(arguments, flags);
  const int mode = va_arg(arguments, int);
  va_end(arguments);
  return open_by(real, OURS, path, flags, mode);
}

ssize_t pread(int descriptor, void* buffer, size_t size, off_t offset) {
  REAL(pread);
  const Outcome outcome = NEXT_CALL("pread", faults::path_of(descriptor));
  if (!outcome.fails) return real(descriptor, buffer, size, offset);
  return read_in_place(outcome, real, descriptor, buffer, size, offset);
}

ssize_t pread64(int descriptor, void* buffer, size_t size, off64_t offset) {
  REAL(pread64);
  const Outcome outcome = NEXT_CALL("pread", faults::path_of(descriptor));
  if (!outcome.fails) return real(descriptor, buffer, size, offset);
  return read_in_place(outcome, real, descriptor, buffer, size, offset);
}

// Linux has let go of the descriptor whatever it says.
int close(int descriptor) {
  REAL(close);
  const Outcome outcome = NEXT_CALL("close", faults::path_of(descriptor));
  const int result = real(descriptor);
  return outcome.fails ? faults::fail(outcome, -1) : result;
}

int access(const char* path, int mode) noexcept {
  REAL(access);
  if (OURS) path = faults::scripted(path);
  const Outcome outcome = NEXT_CALL("access", faults::named(path));
  return outcome.fails ? faults::fail(outcome, -1) : real(path, mode);
}

int fstat(int descriptor, struct stat* result) noexcept {
  REAL(fstat);
  const Outcome outcome = NEXT_CALL("fstat", faults::path_of(descriptor));
  if (outcome.fails && outcome.how == How::kError) return faults::fail(outcome, -1);
  const int status = real(descriptor, result);
  if (outcome.fails) result->st_nlink = 0;
  return status;
}

int fstat64(int descriptor, struct stat64* result) noexcept {
  REAL(fstat64);
  const Outcome outcome = NEXT_CALL("fstat", faults::path_of(descriptor));
  if (outcome.fails && outcome.how == How::kError) return faults::fail(outcome, -1);
  const int status = real(descriptor, result);
  if (outcome.fails) result->st_nlink = 0;
  return status;
}

DIR* opendir(const char* path) {
  REAL(opendir);
  const Outcome outcome = NEXT_CALL("opendir", faults::named(path));
  return outcome.fails ? faults::fail<DIR*>(outcome, nullptr) : real(path);
}

DIR* fdopendir(int descriptor) {
  REAL(fdopendir);
  const Outcome outcome = NEXT_CALL("fdopendir", "");
  return outcome.fails ? faults::fail<DIR*>(outcome, nullptr) : real(descriptor);
}

int closedir(DIR* directory) {
  REAL(closedir);
  const Outcome outcome = NEXT_CALL("closedir", "");
  const int result = real(directory);
  return outcome.fails ? faults::fail(outcome, -1) : result;
}

struct dirent* readdir(DIR* directory) {
  REAL(readdir);
  const Outcome outcome = NEXT_CALL("readdir", "");
  if (!outcome.fails) return real(directory);
  if (outcome.how == How::kError) return faults::fail<struct dirent*>(outcome, nullptr);
  if (outcome.how == How::kEmpty) return nullptr;
  struct dirent* const entry = real(directory);
  if (entry != nullptr) std::snprintf(entry->d_name, 8, "x9\xff");
  return entry;
}

struct dirent64* readdir64(DIR* directory) {
  REAL(readdir64);
  const Outcome outcome = NEXT_CALL("readdir", "");
  if (!outcome.fails) return real(directory);
  if (outcome.how == How::kError) return faults::fail<struct dirent64*>(outcome, nullptr);
  if (outcome.how == How::kEmpty) return nullptr;
  struct dirent64* const entry = real(directory);
  if (entry != nullptr) std::snprintf(entry->d_name, 8, "x9\xff");
  return entry;
}

}  // extern "C"
