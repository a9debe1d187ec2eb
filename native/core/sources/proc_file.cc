#include "proc_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace spanmeter {

// The buffer is not zeroed: pages of a large one that are never needed stay untouched.
ProcFile::ProcFile(std::string path, size_t capacity)
    : path_(std::move(path)),
      capacity_(capacity),
      buffer_(std::make_unique_for_overwrite<char[]>(capacity)) {}

ProcFile::~ProcFile() {
  close();
}

void ProcFile::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::string_view ProcFile::read() {
  while (fd_ < 0) {
    fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0 && errno != EINTR) return fail(errno);
  }
  size_t length = 0;
  for (;;) {
    const ssize_t count =
        ::pread(fd_, buffer_.get() + length, capacity_ - length, static_cast<off_t>(length));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(errno);
    length += static_cast<size_t>(count);
    if (length == capacity_) return fail(EFBIG);
    if (count == 0 || capacity_ <= kShort) break;
  }
  if (length == 0) return fail(ENODATA);
  if (buffer_[length - 1] != '\n') return fail(EBADMSG);
  error_ = 0;
  return {buffer_.get(), length};
}

std::string_view ProcFile::fail(int error) {
  error_ = error;
  close();
  return {};
}

void ProcFile::reject() {
  fail(EBADMSG);
}

}  // namespace spanmeter
