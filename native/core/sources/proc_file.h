#pragma once

#include <string>
#include <string_view>

namespace spanmeter {

// A /proc file that is opened once and read from its beginning each time, which costs a fifth of
// open+read+close.
class ProcFile {
 public:
  explicit ProcFile(std::string path);
  ~ProcFile();
  ProcFile(const ProcFile&) = delete;
  ProcFile& operator=(const ProcFile&) = delete;

  // The content as far as it fits, valid until the next read; empty on failure, with error() set. A file that
  // could not be opened or read is opened anew by the next call.
  std::string_view read();

  // errno of the last read; 0 after a successful one.
  int error() const { return error_; }
  // For a parser that could not make sense of the content.
  void reject();

 private:
  void close();

  std::string path_;
  int fd_ = -1;
  int error_ = 0;
  char buffer_[512];  // statm and schedstat are one short line
};

}  // namespace spanmeter
