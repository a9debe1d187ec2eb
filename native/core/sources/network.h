#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proc_file.h"

namespace spanmeter {

struct NetworkBytes {
  int64_t received;
  int64_t transmitted;
};

// One line of /proc/net/dev.
struct NetworkInterface {
  std::string name;  // at most 15 characters, which std::string holds in itself
  NetworkBytes bytes;
};

// Reads the content of /proc/net/dev into `interfaces`, without the loopback. False when it is not what the
// kernel writes.
bool parse_interfaces(std::string_view text, std::vector<NetworkInterface>& interfaces);

// Bytes received and transmitted by all interfaces but the loopback, from /proc/self/net/dev. They belong to
// the network namespace, not to the process: in a container that is the container, otherwise the whole
// machine. A packet that passes a bridge, a bond or a VLAN is counted by each interface it passes.
//
// The first read returns the sum of the kernel's figures, each later one adds what the interfaces gained. So
// the total never runs backwards, though the figures of an interface vanish with it.
class Network {
 public:
  explicit Network(std::string path = "/proc/self/net/dev");
  std::optional<NetworkBytes> read();
  int error() const { return file_.error(); }

 private:
  NetworkBytes gain(size_t index) const;

  ProcFile file_;
  std::optional<NetworkBytes> total_;    // empty before the first read that succeeded
  std::vector<NetworkInterface> known_;  // as of the last read that succeeded
  std::vector<NetworkInterface> found_;  // kept for its memory
};

}  // namespace spanmeter
