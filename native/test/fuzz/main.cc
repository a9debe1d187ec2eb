// All targets in one program, by libFuzzer:
//   fuzz --only=NAME [options of libFuzzer] [folder of inputs …]
//   fuzz --list

#include <cstring>
#include <memory>

#include "made_files.h"
#include "target.h"

namespace {

const fuzz::Target* chosen = nullptr;

void choose(const char* name) {
  for (const fuzz::Target& target : fuzz::targets()) {
    if (target.name == name) chosen = &target;
  }
}

}  // namespace

// libFuzzer leaves options with two dashes alone.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  for (int i = 1; i < *argc; i++) {
    const char* argument = (*argv)[i];
    if (std::strncmp(argument, "--only=", 7) == 0) choose(argument + 7);
    if (std::strcmp(argument, "--list") != 0) continue;
    for (const fuzz::Target& target : fuzz::targets()) std::printf("%s\n", target.name.c_str());
    std::exit(0);
  }
  if (chosen != nullptr) return 0;
  std::fprintf(stderr, "--only must be one of the names that --list prints\n");
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  fuzz::MadeFiles::clear();
  chosen->run(input);
  PROMISE(fuzz::MadeFiles::open_count() == 0);
  return 0;
}
