#pragma once

#include <vector>

#include "calls.h"

namespace faults {

struct Way {
  How how = How::kError;
  int error = 0;
  int64_t times = 1;
};

// The ways in which a call of this name can fail: each errno that its manual page gives, what a filter of
// system calls may answer, and what a read may hand out in place of the content.
std::vector<Way> ways_to_fail(const char* call);

// Whether a call may fail in this way for ever. Nothing is interrupted for ever, and a wait does not say
// again and again that it is over.
bool may_last(const char* call, const Way& way);

// Of "CALL|FIRST|TIMES|HOW|ERRNO", where TIMES 0 is for ever. Says what cannot be read on stderr, and ends.
Fault fault_of(const char* text);

// "EIO", "short", "empty", …
const char* name_of(const Way& way);

}  // namespace faults
