#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proc_file.h"

namespace spanmeter {

struct IoBytes {
  int64_t read;
  int64_t written;
};

// Bytes that the process fetched from storage and gave to it, all threads: read_bytes and write_bytes of
// /proc/self/io. Not rchar and wchar, which add up what passed through read(2) and write(2): they take in
// sockets, pipes and event descriptors (network traffic would look like disk I/O), hits of the page cache,
// and the sampler's own reads of /proc, and they leave out mapped files and io_uring.
//
// What is to be known of these counters: a read counts when the page cache did not have it, with the pages
// read ahead. A write counts at once, not when the disk gets it, but in whole pages, and once while the page
// stays dirty. Files in memory (tmpfs) do not count.
class IoCounters {
 public:
  explicit IoCounters(std::string path = "/proc/self/io");
  std::optional<IoBytes> read();
  int error() const { return file_.error(); }

 private:
  ProcFile file_;
};

}  // namespace spanmeter
