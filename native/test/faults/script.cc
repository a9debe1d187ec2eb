#include "script.h"

#include <cstdio>
#include <cstring>
#include <initializer_list>

namespace faults {

namespace {
char script_root[256];
}

void use_script(const char* root) {
  std::snprintf(script_root, sizeof script_root, "%s", root);
}

const char* scripted(const char* path) {
  if (script_root[0] == '\0') return path;
  bool found = false;
  for (const char* known : {"/proc/self/cgroup", "/proc/self/mountinfo", "/sys/fs/cgroup"})
    found = found || std::strncmp(path, known, std::strlen(known)) == 0;
  if (!found) return path;
  static thread_local char full[512];
  std::snprintf(full, sizeof full, "%s%s", script_root, path);
  return full;
}

}  // namespace faults
