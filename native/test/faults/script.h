#pragma once

// A cgroup made of files, which our code sees in place of the one of this machine.

#include <cstdint>

namespace faults {

// What these files say.
constexpr double kCpuLimit = 1.5;
constexpr double kMemoryLimit = 512.0 * 1024 * 1024;

// The folder that holds them; empty for none.
void use_script(const char* root);
// The path to be opened for one that our code opens. Valid until the next call on the same thread.
const char* scripted(const char* path);

}  // namespace faults
