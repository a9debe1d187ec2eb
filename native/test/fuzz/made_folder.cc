#include "made_folder.h"

#include <dirent.h>

#include <cerrno>
#include <cstring>

namespace fuzz {
namespace {

std::vector<std::string> names;
size_t next_name = 0;
int end_error = 0;
bool listed = false;

}  // namespace

void list_in_folders(std::vector<std::string> all, int error) {
  names = std::move(all);
  next_name = 0;
  end_error = error;
  listed = true;
}

}  // namespace fuzz

extern "C" {

dirent* __real_readdir(DIR* directory);
void __real_rewinddir(DIR* directory);

dirent* __wrap_readdir(DIR* directory) {
  static dirent entry;
  if (!fuzz::listed) return __real_readdir(directory);
  if (fuzz::next_name == fuzz::names.size()) {
    if (fuzz::end_error != 0) errno = fuzz::end_error;
    return nullptr;
  }
  const std::string& name = fuzz::names[fuzz::next_name++];
  std::strncpy(entry.d_name, name.c_str(), sizeof entry.d_name - 1);
  return &entry;
}

void __wrap_rewinddir(DIR* directory) {
  fuzz::next_name = 0;
  __real_rewinddir(directory);
}
}
