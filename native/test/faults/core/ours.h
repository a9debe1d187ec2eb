#pragma once

// In a program of the core alone, calls are ours inside in_core() and on threads that were started there.

#include <new>

namespace faults {

void enter_core();
void leave_core();

// Runs work of the core. False where it had no memory for it, and said so as its interface does.
template <typename Work>
bool in_core(Work work) {
  enter_core();
  bool done = true;
  try {
    work();
  } catch (const std::bad_alloc&) {
    done = false;
  }
  leave_core();
  return done;
}

}  // namespace faults
