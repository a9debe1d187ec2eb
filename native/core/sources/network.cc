#include "network.h"

#include <algorithm>
#include <utility>

#include "parse.h"

namespace spanmeter {

namespace {

// About 150 bytes for each interface, so this serves 1 700 of them.
constexpr size_t kCapacity = size_t{256} << 10;
// Of each direction; the bytes come first.
constexpr int kColumns = 8;
constexpr size_t kLongestName = 15;

// False when it would not fit.
bool add(NetworkBytes& total, const NetworkBytes& gain) {
  return !__builtin_add_overflow(total.received, gain.received, &total.received) &&
         !__builtin_add_overflow(total.transmitted, gain.transmitted, &total.transmitted);
}

const NetworkInterface* find(const std::vector<NetworkInterface>& interfaces, size_t guess,
                             const std::string& name) {
  // The order seldom changes.
  if (guess < interfaces.size() && interfaces[guess].name == name) return &interfaces[guess];
  for (const NetworkInterface& interface : interfaces) {
    if (interface.name == name) return &interface;
  }
  return nullptr;
}

}  // namespace

bool parse_interfaces(std::string_view text, std::vector<NetworkInterface>& interfaces) {
  size_t count = 0;
  int line_number = 0;
  for (; !text.empty(); line_number++) {
    const std::optional<std::string_view> line = next_line(text);
    if (!line) return false;
    if (line_number < 2) {  // the heading
      if (line->find('|') == std::string_view::npos) return false;
      continue;
    }
    // The number may follow the colon at once, and old aliases ("eth0:1") have one in their name.
    const size_t colon = line->rfind(':');
    const size_t begin = line->find_first_not_of(' ');
    if (colon == std::string_view::npos || begin >= colon) return false;
    const std::string_view name = line->substr(begin, colon - begin);
    if (name.size() > kLongestName) return false;
    const std::string_view numbers = line->substr(colon + 1);
    // The device of an alias has its bytes already.
    if (name == "lo" || name.find(':') != std::string_view::npos) continue;
    if (numbers == " No statistics available.") continue;
    const std::optional<int64_t> received = parse_field(numbers, 0);
    const std::optional<int64_t> transmitted = parse_field(numbers, kColumns);
    if (!received || !transmitted || !parse_field(numbers, 2 * kColumns - 1)) return false;
    if (count == interfaces.size()) interfaces.emplace_back();
    interfaces[count].name = name;
    interfaces[count].bytes = {*received, *transmitted};
    count++;
  }
  interfaces.resize(count);
  return line_number >= 2;
}

Network::Network(std::string path) : file_(std::move(path), kCapacity) {}

// What the interface gained since the last read. Nothing for one that was not there: it may be new, and then
// a read's worth is lost, or renamed or moved here with all it ever carried, which must not look like traffic
// of this moment. Nothing either for a counter that ran backwards: it began anew.
NetworkBytes Network::gain(size_t index) const {
  const NetworkInterface& now = found_[index];
  const NetworkInterface* before = find(known_, index, now.name);
  if (before == nullptr) return {0, 0};
  return {std::max<int64_t>(now.bytes.received - before->bytes.received, 0),
          std::max<int64_t>(now.bytes.transmitted - before->bytes.transmitted, 0)};
}

std::optional<NetworkBytes> Network::read() {
  const std::string_view text = file_.read();
  if (file_.error() != 0) return std::nullopt;
  NetworkBytes total = total_.value_or(NetworkBytes{0, 0});
  bool sound = parse_interfaces(text, found_);
  for (size_t i = 0; sound && i < found_.size(); i++) sound = add(total, total_ ? gain(i) : found_[i].bytes);
  if (!sound) {
    file_.reject();
    return std::nullopt;
  }
  total_ = total;
  std::swap(known_, found_);
  return total_;
}

}  // namespace spanmeter
