#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "../clock.h"
#include "proc_file.h"

namespace spanmeter {

// Time a thread was runnable but had no CPU, since it began: the second field of
// /proc/self/task/TID/schedstat. The kernel credits a wait when it ends.
class RunDelay {
 public:
  explicit RunDelay(pid_t tid);
  explicit RunDelay(std::string path);
  std::optional<Nanos> read();
  int error() const { return file_.error(); }

 private:
  ProcFile file_;
};

}  // namespace spanmeter
