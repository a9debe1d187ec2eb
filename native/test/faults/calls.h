#pragma once

// Counts the calls that our code makes to the C library, and lets one of them fail.

#include <cstddef>
#include <cstdint>

namespace faults {

// What a call does in place of its work.
enum class How : int {
  kError,    // fails with an errno; an allocation throws
  kShort,    // hands out half of what there is; of a directory, as if it ended early
  kEmpty,    // hands out nothing
  kGarbage,  // hands out as much as there is, of what nobody expects
};

constexpr int64_t kForever = INT64_MAX;

// Which calls fail: `times` in a row from the `first` on (1 is the first) of those that have this name.
struct Fault {
  char call[128] = "";
  int64_t first = 0;
  int64_t times = 1;
  How how = How::kError;
  int error = 0;
};

// Nothing fails where the name is empty. Counts begin anew.
void arm(const Fault& fault);
const Fault& armed();

// How many calls were made to fail since then.
int64_t triggered();
// The same, of those on a thread that our code started.
int64_t triggered_on_own_thread();

// The calls so far by name: the function and what it was about, as "pread /proc/self/statm".
struct Call {
  char name[128];
  int64_t count;
};
size_t calls(const Call*& all);

// What is held: blocks of memory from `new` and mappings of memory.
int64_t blocks_held();
int64_t mappings_held();

// Of the functions that stand in for those of the C library.

// Whether the call is ours: made by the code under test. There is one definition for each way to know.
bool is_ours(const void* return_address);

struct Outcome {
  bool fails = false;
  How how = How::kError;
  int error = 0;
};
Outcome next_call(const char* function, const char* about);
void held(int64_t blocks, int64_t mappings);

// A path as it stands in the name of a call: without what comes before the kernel's folders, which is that of
// a script, and with TID for the number of a thread. Valid until the next call on the same thread.
const char* named(const char* path);
// What a descriptor was opened for, as it was named.
void remember(int descriptor, const char* path);
const char* path_of(int descriptor);

// Runs on each thread that our code starts, before anything else.
void enter_own_thread();
bool on_own_thread();
// The kernel's id of the one that names itself, which is the sampler; 0 before that.
void name_own_thread();
int sampler_thread();

}  // namespace faults
