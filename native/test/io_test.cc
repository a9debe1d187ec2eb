#include <fcntl.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "../core/sources/io_counters.h"
#include "../core/sources/parse.h"
#include "check.h"
#include "temporary_tree.h"

namespace spanmeter {
namespace {

const char* const kIo =
    "rchar: 323934931\nwchar: 323929600\nsyscr: 632687\nsyscw: 632675\n"
    "read_bytes: 4096\nwrite_bytes: 323932160\ncancelled_write_bytes: 12\n";

TEST(io_find_value_takes_the_line_of_the_key) {
  const char* const text =
      "a_throttled_usec 1\nthrottled_usec_b 2\nthrottled_usec 3\nMemTotal:   4 kB\nlast 5";
  CHECK_EQUAL(find_value(text, "throttled_usec").value_or(-1), 3);
  CHECK_EQUAL(find_value(text, "MemTotal:").value_or(-1), 4);
  CHECK(!find_value(text, "MemTotal"));
  CHECK(!find_value(text, "last"));  // may have been cut
  CHECK(!find_value(text, "absent"));
  CHECK(!find_value("", "a"));
  for (const char* bad : {"a\n", "a \n", "a\n1\n", "a -1\n", "a x\n", "a 1x\n", "a 9223372036854775808\n"}) {
    CHECK(!find_value(bad, "a"));
  }
}

TEST(io_reads_bytes_of_storage) {
  const TemporaryTree tree;
  IoCounters source(tree.write("/io", kIo));
  const IoBytes io = source.read().value_or(IoBytes{-1, -1});
  CHECK_EQUAL(io.read, 4096);
  CHECK_EQUAL(io.written, 323932160);
  CHECK_EQUAL(source.error(), 0);
}

TEST(io_that_cannot_be_read_says_why_and_recovers) {
  const TemporaryTree tree;
  IoCounters source(tree.root() + "/io");
  CHECK(!source.read());
  CHECK_EQUAL(source.error(), ENOENT);
  // A kernel without CONFIG_TASK_IO_ACCOUNTING.
  tree.write("/io", "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\n");
  CHECK(!source.read());
  CHECK_EQUAL(source.error(), EBADMSG);
  tree.write("/io", kIo);
  CHECK(source.read().has_value());
  CHECK_EQUAL(source.error(), 0);
}

TEST(io_never_takes_a_cut_or_garbled_file_for_a_number) {
  const TemporaryTree tree;
  const std::string text = kIo;
  for (size_t length = 0; length < text.size(); length++) {
    IoCounters source(tree.write("/io", text.substr(0, length)));
    const auto io = source.read();
    CHECK(!io || (io->read == 4096 && io->written == 323932160));
    CHECK((source.error() == 0) == io.has_value());
  }
  srand(1);
  for (int i = 0; i < 5'000; i++) {
    IoCounters source(tree.write("/io", mutate(text)));
    const auto io = source.read();
    CHECK(!io || (io->read >= 0 && io->written >= 0));
    CHECK((source.error() == 0) == io.has_value());
  }
}

constexpr size_t kBytes = 4 << 20;

// A file on a disk; some file systems have none, or do not say so.
class DiskFile {
 public:
  DiskFile() {
    for (const char* folder : {"/tmp", "/var/tmp", "."}) {
      struct statfs info;
      if (statfs(folder, &info) != 0) continue;
      const auto type = static_cast<uint32_t>(info.f_type);
      if (type != 0xEF53 && type != 0x58465342 && type != 0x9123683E) continue;  // ext4, XFS, Btrfs
      path_ = std::string(folder) + "/spanmeter-test-XXXXXX";
      fd_ = mkstemp(path_.data());
      if (fd_ >= 0) break;
    }
    if (fd_ < 0) std::printf("  no disk here, so nothing is checked\n");
  }
  ~DiskFile() {
    if (fd_ < 0) return;
    close(fd_);
    unlink(path_.c_str());
  }
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;
  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  std::string path_;
  int fd_ = -1;
};

IoBytes difference(const IoBytes& after, const IoBytes& before) {
  return {after.read - before.read, after.written - before.written};
}

TEST(io_counts_the_bytes_written_to_a_file_and_read_from_the_disk) {
  const DiskFile file;
  if (!file) return;
  IoCounters source;
  std::string data(kBytes, 'x');
  const IoBytes start = source.read().value_or(IoBytes{});
  CHECK_EQUAL(::write(file.fd(), data.data(), kBytes), static_cast<ssize_t>(kBytes));
  const IoBytes written = source.read().value_or(IoBytes{});
  CHECK_NEAR(static_cast<double>(difference(written, start).written), kBytes, 128 << 10);

  // From the page cache first: the disk has no part in it.
  CHECK_EQUAL(::pread(file.fd(), data.data(), kBytes, 0), static_cast<ssize_t>(kBytes));
  const IoBytes cached = source.read().value_or(IoBytes{});
  CHECK_NEAR(static_cast<double>(difference(cached, written).read), 0, 128 << 10);

  CHECK_EQUAL(fsync(file.fd()), 0);
  CHECK_EQUAL(posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED), 0);
  CHECK_EQUAL(::pread(file.fd(), data.data(), kBytes, 0), static_cast<ssize_t>(kBytes));
  const IoBytes disk = source.read().value_or(IoBytes{});
  CHECK_NEAR(static_cast<double>(difference(disk, cached).read), kBytes, 128 << 10);
}

TEST(io_does_not_count_what_passes_through_a_socket) {
  IoCounters source;
  const auto start = source.read();
  if (!start) return;  // not offered by this machine
  int ends[2];
  CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  char data[1024] = {};
  for (int i = 0; i < 1024; i++) {
    CHECK_EQUAL(::write(ends[0], data, sizeof data), ssize_t{sizeof data});
    CHECK_EQUAL(::read(ends[1], data, sizeof data), ssize_t{sizeof data});
  }
  close(ends[0]);
  close(ends[1]);
  const IoBytes used = difference(source.read().value_or(IoBytes{}), *start);
  CHECK_NEAR(static_cast<double>(used.read), 0, 256 << 10);
  CHECK_NEAR(static_cast<double>(used.written), 0, 256 << 10);
}

}  // namespace
}  // namespace spanmeter
