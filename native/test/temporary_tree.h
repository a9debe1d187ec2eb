#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace spanmeter {

// A folder that stands for "/" and is gone at the end of the test.
class TemporaryTree {
 public:
  TemporaryTree() {
    if (mkdtemp(root_.data()) == nullptr) std::abort();
  }
  ~TemporaryTree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  TemporaryTree(const TemporaryTree&) = delete;
  TemporaryTree& operator=(const TemporaryTree&) = delete;

  // Writes a file, with the folders above it; returns its full path. In place: a file that is open stays the
  // one.
  std::string write(const std::string& path, const std::string& content) const {
    const std::string full = root_ + path;
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(full).parent_path(), ignored);
    std::ofstream(full, std::ios::trunc) << content;
    return full;
  }
  void remove(const std::string& path) const {
    std::error_code ignored;
    std::filesystem::remove_all(root_ + path, ignored);
  }
  const std::string& root() const { return root_; }

 private:
  std::string root_ = "/tmp/spanmeter-test-XXXXXX";
};

// The text with a few random bytes replaced, removed or doubled.
inline std::string mutate(std::string text) {
  for (int i = rand() % 4; i >= 0 && !text.empty(); i--) {
    const size_t at = static_cast<size_t>(rand()) % text.size();
    switch (rand() % 4) {
      case 0:
        text[at] = " \n\t:/-.,09maxcpu|\0\xff\\"[rand() % 21];
        break;
      case 1:
        text.erase(at, static_cast<size_t>(rand()) % 8);
        break;
      case 2:
        text.insert(at,
                    text.substr(static_cast<size_t>(rand()) % text.size(), static_cast<size_t>(rand()) % 8));
        break;
      default:
        text.insert(at, static_cast<size_t>(rand()) % 24, static_cast<char>('0' + rand() % 10));
    }
  }
  return text;
}

}  // namespace spanmeter
