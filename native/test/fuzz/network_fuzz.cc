#include <map>

#include "../../core/sources/network.h"
#include "made_files.h"
#include "target.h"

namespace {

using fuzz::Input;
using fuzz::MadeFiles;
using spanmeter::NetworkBytes;

const std::string kFile = std::string(MadeFiles::kRoot) + "/dev";

struct Interfaces {
  std::map<std::string, NetworkBytes> bytes;  // those that count
  std::string text;
};

// As the kernel writes it; 2^58 bytes at most, so that those of a few interfaces fit together.
Interfaces make(Input& input) {
  constexpr int64_t kMost = int64_t{1} << 58;
  Interfaces made;
  made.text =
      "Inter-|   Receive                                                |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo "
      "colls "
      "carrier compressed\n";
  for (size_t left = input.count(6); left-- > 0;) {
    const std::string base = input.count(5) == 0 ? "lo" : input.word(11);
    const bool alias = input.count(7) == 0;
    const std::string name = alias ? base + ":1" : base;
    if (made.text.find(" " + name + ":") != std::string::npos) continue;
    made.text += std::string(1 + input.count(4), ' ') + name + ":";
    if (input.count(15) == 0) {
      made.text += " No statistics available.\n";
      continue;
    }
    const NetworkBytes bytes{input.number(kMost), input.number(kMost)};
    made.text += (input.chance() ? " " : "") + std::to_string(bytes.received) + " 1 0 0    0 0 0 0 " +
                 std::to_string(bytes.transmitted) + " " + std::to_string(input.number()) + " 0 0 0 0 0 0\n";
    if (name != "lo" && !alias) made.bytes[name] = bytes;
  }
  return made;
}

int64_t gain(int64_t before, int64_t now) {
  return std::max<int64_t>(0, now - before);
}

// True files, one after the other, with others between them: each adds what its interfaces gained since the
// true one before it.
TARGET(network) {
  if (input.chance()) MadeFiles::hand_out(1 + input.count(600));
  spanmeter::Network source(kFile);
  NetworkBytes total{0, 0};
  std::map<std::string, NetworkBytes> known;
  bool first = true;
  for (size_t files = 1 + input.count(4); files-- > 0;) {
    const Interfaces made = make(input);
    MadeFiles::put(kFile, made.text);
    for (const auto& [name, bytes] : made.bytes) {
      const auto before = known.find(name);
      if (!first && before == known.end()) continue;
      total.received += first ? bytes.received : gain(before->second.received, bytes.received);
      total.transmitted += first ? bytes.transmitted : gain(before->second.transmitted, bytes.transmitted);
    }
    const std::optional<NetworkBytes> read = source.read();
    PROMISE(read && source.error() == 0);
    PROMISE(read->received == total.received && read->transmitted == total.transmitted);
    known = made.bytes;
    first = false;
  }
  // The total of anything else never runs backwards.
  MadeFiles::put(kFile, input.damage(make(input).text));
  const std::optional<NetworkBytes> damaged = source.read();
  PROMISE(damaged.has_value() == (source.error() == 0));
  PROMISE(!damaged || (damaged->received >= total.received && damaged->transmitted >= total.transmitted));
}

// Bytes that nothing made: whatever is read has names and counters that can be.
TARGET(interfaces) {
  std::vector<spanmeter::NetworkInterface> interfaces;
  const std::string text = input.chance() ? input.damage(make(input).text) : "|\n|\n" + input.bytes(2048);
  if (!spanmeter::parse_interfaces(text, interfaces)) return;
  for (const spanmeter::NetworkInterface& interface : interfaces) {
    PROMISE(!interface.name.empty() && interface.name.size() <= 15 && interface.name != "lo");
    PROMISE(interface.bytes.received >= 0 && interface.bytes.transmitted >= 0);
    PROMISE(text.find(interface.name + ":") != std::string::npos);
  }
}

}  // namespace
