// The folder of the process's threads.

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <future>
#include <thread>

#include "../../core/sources/thread_clocks.h"
#include "made_folder.h"
#include "target.h"

namespace {

pid_t start_thread() {
  std::promise<pid_t> started;
  std::thread([&started] {
    started.set_value(static_cast<pid_t>(syscall(SYS_gettid)));
    for (;;) pause();
  }).detach();
  return started.get_future().get();
}

TARGET(threads) {
  static const pid_t other = start_thread();
  // Who reads is listed: of a list without it nothing is taken.
  std::vector<std::string> names = {".", "..", std::to_string(getpid())};
  for (size_t more = input.count(6); more-- > 0;) {
    const std::string choices[] = {std::to_string(other), std::to_string(getpid()), input.bytes(20),
                                   std::to_string(input.number())};
    names.push_back(choices[input.count(3)]);
  }
  const bool listed = std::find(names.begin(), names.end(), std::to_string(other)) != names.end();
  const bool fails = input.count(7) == 0;
  fuzz::list_in_folders(names, fails ? EIO : 0);
  // Any folder: what is in it is made here.
  spanmeter::ThreadClocks clocks("/");
  for (int i = 0; i < 2; i++) {
    clocks.refresh();
    PROMISE(clocks.error() == (fails ? EIO : 0));
    PROMISE(clocks.count() <= names.size() - 2);
    // A name may say the same in another way, as "+7" does.
    PROMISE(fails || !listed || clocks.cpu(other).has_value());
    PROMISE(!fails || clocks.count() == 0);
    PROMISE(clocks.cpu(other).value_or(0) >= 0);
  }
}

}  // namespace
