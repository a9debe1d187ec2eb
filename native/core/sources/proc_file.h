#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace spanmeter {

// A /proc file that is opened once and read from its beginning each time, which costs a fifth of
// open+read+close.
class ProcFile {
 public:
  // Enough for the files that hold one line or a handful of short ones. The kernel hands these out at once.
  static constexpr size_t kShort = 512;

  // A longer file comes in pieces and is read to its end, which costs at least one more system call.
  explicit ProcFile(std::string path, size_t capacity = kShort);
  ~ProcFile();
  ProcFile(const ProcFile&) = delete;
  ProcFile& operator=(const ProcFile&) = delete;

  // The whole content, valid until the next read; empty on failure, with error() set. Content that fills the
  // buffer may have been cut and is a failure, EFBIG; so is content whose last line has no end, EBADMSG: half
  // a number looks like a whole one. After a failure the next call opens the file anew.
  std::string_view read();

  // errno of the last read; 0 after a successful one.
  int error() const { return error_; }
  // For a parser that could not make sense of the content.
  void reject();

 private:
  std::string_view fail(int error);
  void close();

  std::string path_;
  int fd_ = -1;
  int error_ = 0;
  const size_t capacity_;
  const std::unique_ptr<char[]> buffer_;
};

}  // namespace spanmeter
