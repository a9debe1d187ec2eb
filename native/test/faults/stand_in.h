#pragma once

// For the functions that stand in for those of the C library.

#include <dlfcn.h>

#include <cerrno>

#include "calls.h"

// The function that is stood in for.
#define REAL(name) static const auto real = reinterpret_cast<decltype(&name)>(dlsym(RTLD_NEXT, #name))

// To be used in the function itself, whose caller decides: whether the call is ours, and made to fail.
#define OURS faults::is_ours(__builtin_return_address(0))
#define NEXT_CALL(function, about) (OURS ? faults::next_call(function, about) : faults::Outcome{})

namespace faults {

template <typename Result>
Result fail(const Outcome& outcome, Result result) {
  errno = outcome.error;
  return result;
}

}  // namespace faults
