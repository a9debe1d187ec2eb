// Threads.

#include <pthread.h>
#include <signal.h>

#include <cstdlib>

#include "stand_in.h"

using faults::Outcome;

namespace {

struct Start {
  void* (*routine)(void*);
  void* argument;
};

void* enter(void* start) {
  const Start here = *static_cast<Start*>(start);
  std::free(start);
  faults::enter_own_thread();
  return here.routine(here.argument);
}

}  // namespace

// These return the errno.
extern "C" {

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*),
                   void* argument) noexcept {
  REAL(pthread_create);
  if (!OURS) return real(thread, attributes, routine, argument);
  const Outcome outcome = faults::next_call("pthread_create", "");
  if (outcome.fails) return outcome.error;
  Start* const start = static_cast<Start*>(std::malloc(sizeof(Start)));
  *start = {routine, argument};
  const int error = real(thread, attributes, enter, start);
  if (error != 0) std::free(start);
  return error;
}

int pthread_join(pthread_t thread, void** result) {
  REAL(pthread_join);
  const Outcome outcome = NEXT_CALL("pthread_join", "");
  const int error = real(thread, result);
  return outcome.fails ? outcome.error : error;
}

int pthread_attr_init(pthread_attr_t* attributes) noexcept {
  REAL(pthread_attr_init);
  const Outcome outcome = NEXT_CALL("pthread_attr_init", "");
  return outcome.fails ? outcome.error : real(attributes);
}

int pthread_attr_setstacksize(pthread_attr_t* attributes, size_t size) noexcept {
  REAL(pthread_attr_setstacksize);
  const Outcome outcome = NEXT_CALL("pthread_attr_setstacksize", "");
  return outcome.fails ? outcome.error : real(attributes, size);
}

int pthread_attr_destroy(pthread_attr_t* attributes) noexcept {
  REAL(pthread_attr_destroy);
  const Outcome outcome = NEXT_CALL("pthread_attr_destroy", "");
  const int error = real(attributes);
  return outcome.fails ? outcome.error : error;
}

int pthread_sigmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  REAL(pthread_sigmask);
  const Outcome outcome = NEXT_CALL("pthread_sigmask", "");
  return outcome.fails ? outcome.error : real(how, set, before);
}

}  // extern "C"
