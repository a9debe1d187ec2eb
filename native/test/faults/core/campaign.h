#pragma once

#include <sys/types.h>

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "series.h"
#include "trial.h"

namespace faults {

// All trials: of each call that was seen to be made, in each way that it can fail. Prints problems.
class Campaign {
 public:
  // `brief`: few of the calls, and in one way only. `name`: only of calls whose name has it.
  Campaign(bool brief, std::string name) : brief_(brief), name_(std::move(name)) {}

  void run();

  struct Totals {
    long long calls = 0;   // with a name of their own
    long long trials = 0;  // processes
    long long failed = 0;  // calls that were made to fail
    long long checks = 0;  // numbers that were compared with the truth
    long long problems = 0;
  };
  const Totals& totals() const { return totals_; }

 private:
  struct Running {
    Series series;
    Fault fault;
    std::unique_ptr<Trial> trial;
  };

  void add(const std::string& call);
  void start(const Series& series);
  void end_one();
  void judge(const Running& running, int status);

  const bool brief_;
  const std::string name_;
  std::set<std::string> known_;  // calls
  std::deque<Series> waiting_;
  std::map<pid_t, Running> running_;
  Totals totals_;
};

}  // namespace faults
