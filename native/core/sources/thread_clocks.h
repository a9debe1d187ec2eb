#pragma once

#include <dirent.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../clock.h"

namespace spanmeter {

// The CPU clocks of all live threads. Reading the process clock alone is stale by up to a scheduler tick for
// every thread that runs at that moment; reading each thread's clock first books its pending time, and the
// process clock read right after is exact. The process clock itself keeps what ended threads used, so no
// thread is ever lost and a reused thread id cannot make the total run backwards.
class ThreadClocks {
 public:
  // A thread that ran this recently is one of those that are read last.
  static constexpr Nanos kActiveFor = 20 * kMillisecond;

  explicit ThreadClocks(std::string path = "/proc/self/task");
  ~ThreadClocks();
  ThreadClocks(const ThreadClocks&) = delete;
  ThreadClocks& operator=(const ThreadClocks&) = delete;

  // When the clocks were read, and what they said. Threads that ran lately are read last, so that little time
  // passes between them and whatever is read next.
  struct Refresh {
    Nanos begun;       // before the first clock; the search for new threads lies before it
    Nanos late_begun;  // before the first clock of a thread that had run lately
    int moved;         // clocks that moved since the refresh before, threads that came or went included
    bool early_moved;  // one of them was not among those that are read last
  };
  // Reads the clock of each live thread but the calling one, after searching for new threads if their number
  // changed.
  Refresh refresh();

  // The clock of one of the threads as of the last refresh; empty when it is not among them, or could not be
  // read then.
  std::optional<Nanos> cpu(pid_t tid) const;
  size_t count() const { return threads_.size(); }
  // errno of the last look into the directory; 0 when the list is known, and its clocks can be read. ESRCH:
  // it is of another pid namespace.
  int error() const { return error_ != 0 ? error_ : unread_error_; }

 private:
  struct Thread {
    pid_t tid;
    Nanos cpu = 0;
    Nanos active_until = 0;
    bool known = false;  // whether `cpu` was read at the last refresh
  };

  bool changed();
  void rescan();
  void list();
  bool has(pid_t tid) const;
  bool read_all(Refresh& refresh);
  bool read(Thread& thread, Refresh& refresh, bool early);

  std::string path_;
  DIR* directory_ = nullptr;
  uint64_t links_ = 0;  // of the directory at the last scan: the kernel keeps it at the number of threads + 2
  bool stale_ = true;   // a thread of the list is gone, so another may have come in its place
  int error_ = 0;
  int unread_ = 0;  // refreshes in a row at whose end the clock of a listed thread could not be read
  int unread_error_ = 0;
  Nanos retry_at_ = 0;
  std::vector<Thread> threads_;
  std::vector<Thread*> late_;  // scratch of read_all(), with room for all
};

}  // namespace spanmeter
