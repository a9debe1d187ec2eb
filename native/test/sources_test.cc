#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "../core/sources/parse.h"
#include "../core/sources/resident_set.h"
#include "../core/sources/run_delay.h"
#include "../core/sources/thread_clocks.h"
#include "../core/sources/usage.h"
#include "burner.h"
#include "check.h"
#include "temporary_tree.h"

namespace spanmeter {
namespace {

// A file with the given content that is gone at the end of the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    const int fd = mkstemp(path_.data());
    if (fd >= 0) ::close(fd);
    write(content);
  }
  ~TemporaryFile() { unlink(path_.c_str()); }
  void write(const std::string& content) { std::ofstream(path_, std::ios::trunc) << content; }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/spanmeter-test-XXXXXX";
};

TEST(parse_field_takes_whole_numbers_only) {
  CHECK_EQUAL(parse_field("12 345 6\n", 1).value_or(-1), 345);
  CHECK_EQUAL(parse_field("  12\t345", 1).value_or(-1), 345);
  CHECK_EQUAL(parse_field("9223372036854775807", 0).value_or(-1), 9223372036854775807LL);
  for (const char* bad : {"", " ", "\n", "x", "12x", "-1", "9223372036854775808", "1.5", "0x10"}) {
    CHECK(!parse_field(bad, 0));
  }
  CHECK(!parse_field("1 2", 2));
  CHECK(!parse_field("1 2 ", 2));
}

TEST(parse_field_survives_random_bytes) {
  srand(1);
  for (int i = 0; i < 100'000; i++) {
    char bytes[24];
    const size_t length = static_cast<size_t>(rand()) % sizeof bytes;
    for (size_t b = 0; b < length; b++) bytes[b] = " \n0123456789-xZ\0"[rand() % 16];
    const auto value = parse_field({bytes, length}, rand() % 4);
    CHECK(!value || *value >= 0);
  }
}

TEST(half_a_line_is_no_number) {
  const TemporaryFile cut("1000 25");
  ResidentSet resident(cut.path());
  CHECK(!resident.read());
  CHECK_EQUAL(resident.error(), EBADMSG);
  RunDelay delay(cut.path());
  CHECK(!delay.read());
  CHECK_EQUAL(delay.error(), EBADMSG);
  TemporaryFile large("1 9223372036854775807\n");
  CHECK(!ResidentSet(large.path()).read());  // of pages: more bytes than there are
}

TEST(a_list_of_threads_without_the_one_that_reads_it_is_none) {
  TemporaryTree tree;
  tree.write("/task/1/stat", "");
  ThreadClocks clocks(tree.root() + "/task");
  clocks.refresh();
  CHECK_EQUAL(clocks.error(), ESRCH);
  CHECK(clocks.count() == 0);
}

TEST(resident_set_follows_touched_memory) {
  ResidentSet source;
  const int64_t before = source.read().value_or(0);
  CHECK(before > 0);
  constexpr size_t kBytes = 64 << 20;
  char* memory =
      static_cast<char*>(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  madvise(memory, kBytes, MADV_NOHUGEPAGE);
  touch(memory, kBytes);
  const int64_t after = source.read().value_or(0);
  munmap(memory, kBytes);
  CHECK_NEAR(static_cast<double>(after - before), kBytes, 2 << 20);
}

TEST(a_source_that_cannot_be_read_says_why_and_recovers) {
  ResidentSet missing("/nonexistent/statm");
  CHECK(!missing.read());
  CHECK_EQUAL(missing.error(), ENOENT);

  TemporaryFile file("no numbers here");
  ResidentSet source(file.path());
  CHECK(!source.read());
  CHECK_EQUAL(source.error(), EBADMSG);
  file.write("");
  CHECK(!source.read());
  CHECK_EQUAL(source.error(), ENODATA);
  file.write("100 7 3 1 0 20 0\n");
  CHECK_EQUAL(source.read().value_or(-1), 7 * sysconf(_SC_PAGESIZE));
  CHECK_EQUAL(source.error(), 0);
}

TEST(run_delay_reads_the_second_field) {
  TemporaryFile file("123 456 7\n");
  RunDelay source(file.path());
  CHECK_EQUAL(source.read().value_or(-1), 456);
  CHECK(RunDelay(static_cast<pid_t>(syscall(SYS_gettid))).read().has_value());
}

TEST(a_line_that_was_cut_off_is_not_taken_for_a_smaller_number) {
  TemporaryFile file("100 7123 3 1 0 20 0\n");
  ResidentSet resident(file.path());
  RunDelay delay(file.path());
  CHECK(resident.read() && delay.read());
  for (const char* cut : {"100 7123 3 1 0 20 0", "100 7123", "100 71", "100 7", "100 ", "100"}) {
    file.write(cut);
    CHECK(!resident.read());
    CHECK_EQUAL(resident.error(), EBADMSG);
    CHECK(!delay.read());
    CHECK_EQUAL(delay.error(), EBADMSG);
  }
}

TEST(pages_whose_bytes_are_no_number_are_refused) {
  const int64_t most = INT64_MAX / sysconf(_SC_PAGESIZE);
  TemporaryFile file("1 " + std::to_string(most) + " 1\n");
  ResidentSet resident(file.path());
  CHECK_EQUAL(resident.read().value_or(-1), most * sysconf(_SC_PAGESIZE));
  file.write("1 " + std::to_string(most + 1) + " 1\n");
  CHECK(!resident.read());
  CHECK_EQUAL(resident.error(), EBADMSG);
}

TEST(a_running_thread_is_read_to_the_nanosecond_by_another_one) {
  std::thread([] {}).join();  // a sanitizer starts a thread of its own along with the first one
  std::atomic<Nanos> used{0};
  std::atomic<bool> stop{false};
  std::atomic<pid_t> tid{0};
  ThreadClocks clocks;
  clocks.refresh();
  const Nanos before = read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0);
  const Nanos own_before = own_cpu();
  std::thread burner([&] {
    tid = static_cast<pid_t>(syscall(SYS_gettid));
    while (!stop) {
      burn(kMillisecond / 10);
      used = own_cpu();
    }
    // It may have been read since the last time, and stopped before the next.
    used = own_cpu();
  });
  while (used < 30 * kMillisecond) sleep_for(kMillisecond);
  clocks.refresh();
  const Nanos seen = clocks.cpu(tid).value_or(0);
  CHECK(seen >= 30 * kMillisecond);
  // Not a scheduler tick behind (1 to 10 ms): the process clock was freshened by reading the thread's. Nor
  // ahead of what the thread used until it was read again, however late that is.
  const Nanos process = read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0) - before - (own_cpu() - own_before);
  clocks.refresh();
  CHECK(process > seen - kMillisecond / 2);
  CHECK(process < clocks.cpu(tid).value_or(0) + kMillisecond / 2);
  stop = true;
  burner.join();
  CHECK(used >= seen);
  // The kernel may list a thread for a moment after it was joined.
  for (int i = 0; i < 1000 && clocks.cpu(tid); i++) {
    sleep_for(kMillisecond);
    clocks.refresh();
  }
  CHECK(!clocks.cpu(tid));
}

// Threads that burn, one after the other: what they used by their last look at the clock, and by the clock of
// the process, in which there is also what it takes to end.
struct ComeAndGone {
  Nanos truth = 0, others = 0;
};
ComeAndGone come_and_go(Nanos burnt) {
  ThreadClocks clocks;
  ComeAndGone all;
  Nanos last = 0;
  const Nanos before = read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0);
  const Nanos own_before = own_cpu();
  for (int i = 0; i < 300; i++) {
    Nanos used = 0;
    std::thread thread([&] { burn(burnt), used = own_cpu(); });
    clocks.refresh();
    thread.join();
    all.truth += used;
    clocks.refresh();
    const Nanos total = read_clock(CLOCK_PROCESS_CPUTIME_ID).value_or(0);
    CHECK(total >= last);
    last = total;
  }
  all.others = last - before - (own_cpu() - own_before);
  return all;
}

TEST(threads_that_come_and_go_are_followed_and_the_total_never_runs_backwards) {
  const ComeAndGone idle = come_and_go(0), busy = come_and_go(kMillisecond);
  CHECK(busy.others >= busy.truth);
  const Nanos ending = idle.others - idle.truth;
  CHECK_NEAR(static_cast<double>(busy.others - ending), static_cast<double>(busy.truth),
             0.5 * static_cast<double>(busy.truth));
}

TEST(threads_that_cannot_be_listed_are_reported) {
  ThreadClocks clocks("/nonexistent/task");
  clocks.refresh();
  CHECK_EQUAL(clocks.error(), ENOENT);
  CHECK_EQUAL(clocks.count(), size_t{0});
}

// As in a pid namespace of its own with the /proc of the one around it.
TEST(threads_that_have_other_numbers_there_are_reported_and_not_read) {
  ThreadClocks clocks("/proc/" + std::to_string(getppid()) + "/task");
  clocks.refresh();
  CHECK_EQUAL(clocks.error(), ESRCH);
  CHECK_EQUAL(clocks.count(), size_t{0});
}

TEST(touched_pages_are_minor_faults) {
  const Usage before = read_usage(RUSAGE_THREAD).value_or(Usage{});
  constexpr int kPages = 1000;
  char* memory = static_cast<char*>(
      mmap(nullptr, kPages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  madvise(memory, kPages * 4096, MADV_NOHUGEPAGE);
  touch(memory, kPages * 4096);
  const Usage used = read_usage(RUSAGE_THREAD).value_or(Usage{}) - before;
  munmap(memory, kPages * 4096);
  CHECK_NEAR(static_cast<double>(used.minor_faults), kPages, 50);
}

}  // namespace
}  // namespace spanmeter
