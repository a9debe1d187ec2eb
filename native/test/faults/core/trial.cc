#include "trial.h"

#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iterator>

#include "../../burner.h"
#include "scenario.h"

namespace faults {

namespace {

// Whoever has not come to an end by then hangs, on any machine. In seconds of which it was not stopped: what
// comes due meanwhile comes once.
constexpr int kHangs = 120;
volatile std::sig_atomic_t seconds = 0;

void end_what_hangs() {
  std::signal(SIGALRM, [](int) {
    seconds = seconds + 1;
    if (seconds < kHangs) return;
    std::signal(SIGALRM, SIG_DFL);
    std::raise(SIGALRM);
  });
  const itimerval each_second{{1, 0}, {1, 0}};
  setitimer(ITIMER_REAL, &each_second, nullptr);
}

// So that a counter that is lost makes a difference.
constexpr spanmeter::Nanos kUsedBefore = 10 * spanmeter::kMillisecond;

Report* shared_report() {
  constexpr int kProtection = PROT_READ | PROT_WRITE, kFlags = MAP_SHARED | MAP_ANONYMOUS;
  return static_cast<Report*>(mmap(nullptr, sizeof(Report), kProtection, kFlags, -1, 0));
}

pid_t start(const Fault& fault, Report* report) {
  const pid_t process = fork();
  if (process != 0) return process;
  end_what_hangs();
  report_to(report);
  spanmeter::burn(kUsedBefore);
  arm(fault);
  run_scenario();
  report->triggered = triggered();
  const Call* made = nullptr;
  report->call_count = std::min(calls(made), std::size(report->calls));
  std::copy_n(made, report->call_count, report->calls);
  report->finished = true;
  std::exit(0);
}

}  // namespace

Trial::Trial(const Fault& fault) : report_(shared_report()), process_(start(fault, report_)) {}

Trial::~Trial() {
  munmap(report_, sizeof(Report));
}

std::string Trial::problems(int status) const {
  std::string text = report_->problems;
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    text += signal == SIGALRM ? "it hangs\n" : "it dies of signal " + std::to_string(signal) + "\n";
  } else if (WEXITSTATUS(status) != 0 || !report_->finished) {
    text += "it ends with " + std::to_string(WEXITSTATUS(status)) + "\n";
  }
  return text;
}

}  // namespace faults
