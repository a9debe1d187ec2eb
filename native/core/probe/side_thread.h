#pragma once

#include <pthread.h>

#include <csignal>
#include <utility>

namespace spanmeter {

// A thread for a moment; joined with the object. Not std::thread, which throws where no thread is to be had.
template <typename Work>
class SideThread {
 public:
  explicit SideThread(Work work) : work_(std::move(work)) {
    // A signal meant for the host must not be delivered here.
    sigset_t all, before;
    sigfillset(&all);
    const bool masked = pthread_sigmask(SIG_SETMASK, &all, &before) == 0;
    started_ = pthread_create(&thread_, nullptr, enter, this) == 0;
    if (masked) pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  ~SideThread() {
    if (started_) pthread_join(thread_, nullptr);
  }
  SideThread(const SideThread&) = delete;
  SideThread& operator=(const SideThread&) = delete;

  bool started() const { return started_; }

 private:
  static void* enter(void* self) {
    static_cast<SideThread*>(self)->work_();
    return nullptr;
  }

  Work work_;
  pthread_t thread_{};
  bool started_;
};

}  // namespace spanmeter
