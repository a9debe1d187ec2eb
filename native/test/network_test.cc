#include "../core/sources/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "../core/window/window.h"
#include "check.h"
#include "made_history.h"
#include "temporary_tree.h"

namespace spanmeter {
namespace {

const std::string kHeading =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls "
    "carrier compressed\n";

std::string interface(const std::string& name, int64_t received, int64_t transmitted) {
  return name + ": " + std::to_string(received) + " 7 0 0 0 0 0 0 " + std::to_string(transmitted) +
         " 5 0 0 0 0 0 0\n";
}

void check_bytes(Network& source, int64_t received, int64_t transmitted) {
  const NetworkBytes bytes = source.read().value_or(NetworkBytes{-1, -1});
  CHECK_EQUAL(bytes.received, received);
  CHECK_EQUAL(bytes.transmitted, transmitted);
}

TEST(network_adds_up_all_interfaces_but_the_loopback) {
  const TemporaryTree tree;
  Network source(tree.write("/dev", kHeading + "    lo: 5145482    9796    0    0    0     0          0      "
                                               "   0  5145482    9796    0    0    0     0 "
                                               "      0          0\n"
                                               "  eth0:242111253    7746    0    0    0     0          0     "
                                               "    0   727469    5188    0    0    0     0 "
                                               "      0          0\n"
                                               "veth12ab34c: 1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0\n"
                                               "lo1: 10 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0\n"
                                               "eth0:1: 5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n"
                                               "eth0:2:5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n"
                                               "  sit0: No statistics available.\n"));
  check_bytes(source, 242111253 + 1000 + 10, 727469 + 2000 + 20);
  CHECK_EQUAL(source.error(), 0);
  tree.write("/dev", kHeading + interface("lo", 1, 1));
  check_bytes(source, 242111253 + 1000 + 10, 727469 + 2000 + 20);
}

TEST(network_without_interfaces_is_zero_and_not_lost) {
  const TemporaryTree tree;
  Network source(tree.write("/dev", kHeading + interface("    lo", 9, 9)));
  check_bytes(source, 0, 0);
}

TEST(network_total_never_runs_backwards) {
  const TemporaryTree tree;
  Network source(tree.write("/dev", kHeading + interface("eth0", 100, 10) + interface("veth1", 1000, 1000)));
  check_bytes(source, 1100, 1010);
  tree.write("/dev", kHeading + interface("eth0", 150, 15));  // veth1 is gone
  check_bytes(source, 1150, 1015);
  // Renamed, or moved here from another namespace: what it carried before is not of this moment.
  tree.write("/dev", kHeading + interface("wan0", 5000, 500) + interface("eth0", 151, 15));
  check_bytes(source, 1151, 1015);
  tree.write("/dev", kHeading + interface("eth0", 151, 15) + interface("wan0", 5007, 501));
  check_bytes(source, 1158, 1016);
  tree.write("/dev", kHeading + interface("eth0", 3, 15) + interface("wan0", 5007, 501));  // began anew
  check_bytes(source, 1158, 1016);
  tree.write("/dev", kHeading + interface("eth0", 5, 15) + interface("wan0", 5007, 501));
  check_bytes(source, 1160, 1016);
}

TEST(network_file_of_many_interfaces_is_read_whole_or_not_at_all) {
  const TemporaryTree tree;
  std::string text = kHeading;
  for (int i = 0; i < 1000; i++) text += interface("veth" + std::to_string(i), 1, 2);
  Network source(tree.write("/dev", text));
  check_bytes(source, 1000, 2000);
  for (int i = 0; i < 9000; i++) text += interface("vnet" + std::to_string(i), 1, 2);
  tree.write("/dev", text);
  CHECK(!source.read());
  CHECK_EQUAL(source.error(), EFBIG);
  tree.write("/dev", kHeading + interface("veth7", 4, 2));
  check_bytes(source, 1003, 2000);
}

// So many characters.
std::string line_of(size_t length) {
  return std::string(length - 1, 'x') + "\n";
}

TEST(network_proc_file_never_hands_out_a_part) {
  const TemporaryTree tree;
  const std::string path = tree.write("/file", line_of(1023));
  ProcFile fits(path, 1024);
  CHECK_EQUAL(fits.read().size(), size_t{1023});
  ProcFile small(path);
  CHECK_EQUAL(small.read().size(), size_t{0});
  CHECK_EQUAL(small.error(), EFBIG);
  tree.write("/file", line_of(1024));
  CHECK_EQUAL(fits.read().size(), size_t{0});
  CHECK_EQUAL(fits.error(), EFBIG);
  tree.write("/file", line_of(511));
  CHECK_EQUAL(fits.read().size(), size_t{511});
  CHECK_EQUAL(small.read().size(), size_t{511});
  tree.write("/file", "7 77");  // a line without an end
  CHECK_EQUAL(small.read().size(), size_t{0});
  CHECK_EQUAL(small.error(), EBADMSG);
}

// The kernel hands out a page at a time, whatever the buffer.
TEST(network_proc_file_joins_the_pieces_of_the_kernel) {
  // Each second page protected differently makes each a line of its own, of at least 40 characters.
  constexpr size_t kPages = 1000;
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  char* memory = static_cast<char*>(
      mmap(nullptr, kPages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  for (size_t i = 1; i < kPages; i += 2) mprotect(memory + i * page, page, PROT_READ);
  ProcFile file("/proc/self/maps", 4 << 20);
  const std::string_view text = file.read();
  CHECK_EQUAL(file.error(), 0);
  for (size_t i = 1; i < kPages; i++) {
    char line[32];
    std::snprintf(line, sizeof line, "\n%lx-", reinterpret_cast<unsigned long>(memory + i * page));
    CHECK(text.find(line) != std::string_view::npos);
  }
  munmap(memory, kPages * page);
}

TEST(network_missing_file_and_garbage_are_reported) {
  const TemporaryTree tree;
  Network source(tree.root() + "/dev");
  CHECK(!source.read());
  CHECK_EQUAL(source.error(), ENOENT);
  const std::string good = interface("eth0", 100, 10);
  const std::string most = std::to_string(INT64_MAX);
  for (const std::string& bad :
       {std::string("x"), kHeading.substr(0, 90), good, kHeading + "eth0 1 2 3\n", kHeading + ": 1 2\n",
        kHeading + "eth0: 1 7 0 0 0 0 0 0 2 5 0 0 0 0 0\n", kHeading + good.substr(0, good.size() - 1),
        kHeading + interface("eth0", -1, 10), kHeading + interface("eth0", 1, 10).replace(7, 0, "x"),
        kHeading + interface("a-name-too-long-for-linux", 1, 1),
        kHeading + interface("eth0", INT64_MAX, 0) + interface("eth1", 1, 0)}) {
    tree.write("/dev", bad);
    CHECK(!source.read());
    CHECK_EQUAL(source.error(), EBADMSG);
  }
  tree.write("/dev", kHeading + good);
  check_bytes(source, 100, 10);
}

TEST(network_survives_random_mutation) {
  const TemporaryTree tree;
  const std::string text =
      kHeading + interface("lo", 5, 5) + interface("eth0", 100, 10) + interface("b", 3, 4);
  Network steady(tree.root() + "/dev");
  NetworkBytes last{0, 0};
  srand(1);
  for (int i = 0; i < 5'000; i++) {
    tree.write("/dev", mutate(text));
    const auto bytes = steady.read();
    CHECK((steady.error() == 0) == bytes.has_value());
    if (!bytes) continue;
    CHECK(bytes->received >= last.received && bytes->transmitted >= last.transmitted);
    last = *bytes;
  }
}

TEST(network_of_this_machine_is_readable_and_leaves_out_the_loopback) {
  Network source;
  const NetworkBytes before = source.read().value_or(NetworkBytes{-1, -1});
  CHECK(before.received >= 0 && before.transmitted >= 0);
  const int receiver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(receiver, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      getsockname(receiver, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    char data[32 << 10] = {};
    for (int i = 0; i < 1024; i++) {
      sendto(receiver, data, sizeof data, MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&address), size);
      recv(receiver, data, sizeof data, MSG_DONTWAIT);
    }
  }
  close(receiver);
  const NetworkBytes after = source.read().value_or(NetworkBytes{-1, -1});
  CHECK(after.received >= before.received && after.transmitted >= before.transmitted);
  CHECK(after.transmitted - before.transmitted < 32 << 20);
}

// The sampler counts bytes from other interfaces than a thread found: what only one edge has is left to it.
TEST(bytes_of_the_network_that_one_edge_lacks_are_those_of_the_samples) {
  MadeHistory made;
  for (int64_t i = 0; i < 10; i++) {
    made.add(i * 100 * kMillisecond, 0, 0);
    const int64_t row[NetworkRow::kWidth] = {i * 100 * kMillisecond, 1000 * i, 10 * i};
    made.process->network->append(row);
  }
  for (const bool at_start : {true, false}) {
    Edge start{.time = 200 * kMillisecond}, end{.time = 700 * kMillisecond};
    Edge& knows = at_start ? start : end;
    knows.received = knows.transmitted = 1'000'000;
    const WindowStats stats = Window().stats({start.time, end.time, &start, &end}, *made.process, nullptr,
                                             {kAllSources}, 100 * kMillisecond);
    CHECK_EQUAL(stats.received, 5000);
    CHECK_EQUAL(stats.transmitted, 50);
  }
}

}  // namespace
}  // namespace spanmeter
