#include "proc_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace spanmeter {

ProcFile::ProcFile(std::string path) : path_(std::move(path)) {}

ProcFile::~ProcFile() {
  close();
}

void ProcFile::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::string_view ProcFile::read() {
  if (fd_ < 0) fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) {
    error_ = errno;
    return {};
  }
  ssize_t length;
  do {
    length = ::pread(fd_, buffer_, sizeof buffer_, 0);
  } while (length < 0 && errno == EINTR);
  if (length <= 0) {
    error_ = length < 0 ? errno : ENODATA;
    close();
    return {};
  }
  error_ = 0;
  return {buffer_, static_cast<size_t>(length)};
}

void ProcFile::reject() {
  error_ = EBADMSG;
  close();
}

}  // namespace spanmeter
