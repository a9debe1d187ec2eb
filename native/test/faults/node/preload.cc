// faults.so, for LD_PRELOAD: lets calls of the addon fail in a program of Node.js.
//   FAULTS_FAIL    "CALL|FIRST|TIMES|HOW|ERRNO"; nothing fails without it. TIMES 0: for ever
//   FAULTS_REPORT  the file that says at the end, in JSON, how many failed, what was called, and what is held

#include <dirent.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "../calls.h"
#include "../ways.h"

namespace {

__attribute__((constructor)) void begin() {
  const char* const text = std::getenv("FAULTS_FAIL");
  if (text != nullptr) faults::arm(faults::fault_of(text));
}

// How many files of the kernel's own file systems are open: only our code reads those.
int descriptors_held() {
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return -1;
  int held = 0;
  while (const dirent* const entry = readdir(folder)) {
    char path[8] = "";
    const ssize_t length = readlinkat(dirfd(folder), entry->d_name, path, sizeof path - 1);
    const bool is_itself = std::atoi(entry->d_name) == dirfd(folder);
    const bool is_ours =
        length > 5 && (std::strncmp(path, "/proc/", 6) == 0 || std::strncmp(path, "/sys/", 5) == 0);
    if (is_ours && !is_itself) held++;
  }
  closedir(folder);
  return held;
}

__attribute__((destructor)) void end() {
  const char* const path = std::getenv("FAULTS_REPORT");
  if (path == nullptr) return;
  std::FILE* const file = std::fopen(path, "we");
  if (file == nullptr) return;
  std::fprintf(file, "{\"failed\": %lld, \"mappings\": %lld, \"descriptors\": %d, \"calls\": [",
               static_cast<long long>(faults::triggered()), static_cast<long long>(faults::mappings_held()),
               descriptors_held());
  const faults::Call* all = nullptr;
  const size_t count = faults::calls(all);
  for (size_t i = 0; i < count; i++) std::fprintf(file, "%s\"%s\"", i > 0 ? ", " : "", all[i].name);
  std::fprintf(file, "]}\n");
  std::fclose(file);
}

}  // namespace
