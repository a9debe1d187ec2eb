// core-faults [--brief] [NAME]: each call that the core makes to the C library fails, one after the other.
// Prints each problem, and as its last line what was tried, as JSON. NAME: only calls whose name has it.
// core-faults --one "CALL|FIRST|TIMES|HOW|ERRNO": only that one, in this process.
// core-faults --ways CALL: prints the ways in which a call can fail, a line each: how often in a row, how,
// errno.

#include <cstdio>
#include <cstring>
#include <string>

#include "../../../core/sampler/sampler.h"
#include "../../temporary_tree.h"
#include "../script.h"
#include "../ways.h"
#include "campaign.h"
#include "report.h"
#include "scenario.h"

namespace {

using namespace faults;

void write_script(const spanmeter::TemporaryTree& tree) {
  tree.write("/proc/self/cgroup", "0::/service/app\n");
  tree.write("/proc/self/mountinfo", "31 24 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  const std::string stat = "usage_usec 739\nnr_periods 7\nnr_throttled 3\nthrottled_usec 139381\n";
  for (const char* folder : {"/sys/fs/cgroup", "/sys/fs/cgroup/service", "/sys/fs/cgroup/service/app"})
    tree.write(std::string(folder) + "/cpu.stat", stat);
  tree.write("/sys/fs/cgroup/service/cpu.max", "400000 100000\n");
  tree.write("/sys/fs/cgroup/service/memory.max", "max\n");
  tree.write("/sys/fs/cgroup/service/app/cpu.max", "150000 100000\n");
  tree.write("/sys/fs/cgroup/service/app/memory.max", "536870912\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--ways") == 0) {
    for (const Way& way : ways_to_fail(argv[2]))
      std::printf("%lld|%d|%d\n", static_cast<long long>(way.times), static_cast<int>(way.how), way.error);
    return 0;
  }
  bool brief = false;
  const char* name = "";
  for (int i = 1; i < argc; i++) {
    if (std::strcmp(argv[i], "--brief") == 0) {
      brief = true;
    } else {
      name = argv[i];
    }
  }
  const spanmeter::TemporaryTree script;
  write_script(script);
  use_script(script.root().c_str());
  // They are made once in the life of a process, and never destroyed.
  spanmeter::Sampler::instance();
  spanmeter::Plan().thread(0);

  if (argc == 3 && std::strcmp(argv[1], "--one") == 0) {
    arm(fault_of(argv[2]));
    run_scenario();
    if (triggered() == 0) problem("there was no such call");
    std::printf("%s", report().problems);
    return *report().problems == '\0' ? 0 : 1;
  }
  Campaign campaign(brief, name);
  campaign.run();
  const auto [calls, trials, failed, checks, problems] = campaign.totals();
  std::printf("{\"calls\": %lld, \"trials\": %lld, \"failed\": %lld, \"checks\": %lld, \"problems\": %lld}\n",
              calls, trials, failed, checks, problems);
  return problems == 0 && failed > 0 ? 0 : 1;
}
