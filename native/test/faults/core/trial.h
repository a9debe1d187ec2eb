#pragma once

// One run of the scenario, in a process of its own, with one fault.

#include <sys/types.h>

#include <string>

#include "../calls.h"
#include "report.h"

namespace faults {

class Trial {
 public:
  explicit Trial(const Fault& fault);
  ~Trial();
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  pid_t process() const { return process_; }
  // How it ended, as waitpid() says. Empty where all went well, else a line for each problem.
  std::string problems(int status) const;
  bool was_triggered() const { return report_->triggered > 0; }
  const Report& report() const { return *report_; }

 private:
  Report* const report_;  // shared with the process
  const pid_t process_;
};

}  // namespace faults
