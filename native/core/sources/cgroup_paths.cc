#include "cgroup_paths.h"

#include <unistd.h>

#include <cerrno>
#include <optional>

#include "parse.h"
#include "proc_file.h"

namespace spanmeter {

namespace {

using Version = CgroupFolders::Version;

// Hosts of many containers have thousands of mounts, with long lines.
constexpr size_t kMountTable = size_t{4} << 20;
constexpr size_t kMembership = size_t{64} << 10;

// What stands before the separator, which is taken off with it; all when there is none.
std::string_view take(std::string_view& text, char separator) {
  const size_t length = text.find(separator);
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length == std::string_view::npos ? text.size() : length + 1);
  return taken;
}

bool lists(std::string_view commas, std::string_view word) {
  while (!commas.empty()) {
    if (take(commas, ',') == word) return true;
  }
  return false;
}

// The kernel writes blanks and backslashes of a path as "\040".
std::string unescape(std::string_view text) {
  std::string path;
  while (!text.empty()) {
    const bool octal = text.size() >= 4 && text[0] == '\\' && text[1] >= '0' && text[1] <= '3' &&
                       text[2] >= '0' && text[2] <= '7' && text[3] >= '0' && text[3] <= '7';
    path += octal ? static_cast<char>((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0')) : text[0];
    text.remove_prefix(octal ? 4 : 1);
  }
  return path;
}

struct Membership {
  Version version = Version::kNone;
  std::string path;
};

// Lines of /proc/self/cgroup are "number:controllers:path"; v2 is "0::path". A controller that v1 has is not
// in v2, whose line is there all the same on hybrid systems.
Membership find_membership(std::string_view text, std::string_view controller) {
  Membership found;
  while (const std::optional<std::string_view> line = next_line(text)) {
    std::string_view path = *line;
    const std::string_view number = take(path, ':');
    const std::string_view controllers = take(path, ':');
    if (!path.starts_with('/')) continue;
    if (lists(controllers, controller)) return {Version::kV1, std::string(path)};
    if (number == "0" && controllers.empty()) found = {Version::kV2, std::string(path)};
  }
  return found;
}

struct Mount {
  std::string root;  // the cgroup that is mounted
  std::string point;
};

// "36 35 98:0 /root /point rw,noatime optional:1 - type source options"
std::optional<Mount> parse_mount(std::string_view line, Version version, std::string_view controller) {
  const size_t separator = line.find(" - ");
  if (separator == std::string_view::npos) return std::nullopt;
  std::string_view filesystem = line.substr(separator + 3);
  const std::string_view type = take(filesystem, ' ');
  take(filesystem, ' ');
  const bool wanted =
      version == Version::kV2 ? type == "cgroup2" : type == "cgroup" && lists(filesystem, controller);
  if (!wanted) return std::nullopt;
  std::string_view place = line.substr(0, separator);
  for (int i = 0; i < 3; i++) take(place, ' ');
  Mount mount;
  mount.root = unescape(take(place, ' '));
  mount.point = unescape(take(place, ' '));
  if (!mount.root.starts_with('/') || !mount.point.starts_with('/')) return std::nullopt;
  return mount;
}

// Seen from a cgroup namespace, what lies above its root or beside it begins with "/..".
bool leads_outside(std::string_view path) {
  return path.ends_with("/..") || path.find("/../") != std::string_view::npos;
}

// The root of the namespace or one of its ancestors: "/", "/..", "/../..".
bool is_above(std::string_view root) {
  while (root.starts_with("/..")) root.remove_prefix(3);
  return root.empty() || root == "/";
}

// The path of the cgroup below the mount point, "" or "/a/b"; empty when the mount does not show it.
std::optional<std::string_view> below(const Mount& mount, std::string_view path) {
  const std::string_view root = mount.root == "/" ? std::string_view() : mount.root;
  if (!path.starts_with(root)) return std::nullopt;
  path.remove_prefix(root.size());
  if (path == "/") path = {};
  if (!path.empty() && path.front() != '/') return std::nullopt;  // "/ab" is not below "/a"
  if (leads_outside(path)) return std::nullopt;
  return path;
}

}  // namespace

CgroupFolders find_cgroup(std::string_view controller, const std::string& root) {
  ProcFile groups(root + "/proc/self/cgroup", kMembership);
  ProcFile mounts(root + "/proc/self/mountinfo", kMountTable);
  const Membership own = find_membership(groups.read(), controller);
  CgroupFolders result;
  result.error = groups.error();
  if (own.version == Version::kNone) return result;

  // A hierarchy can be mounted several times: one that shows the cgroup is better than one of which is only
  // known that the cgroup must be somewhere below. Any other mount is about other processes.
  std::optional<std::string> point;
  std::string path;
  std::string_view table = mounts.read();
  result.error = mounts.error();
  while (const std::optional<std::string_view> line = next_line(table)) {
    const std::optional<Mount> mount = parse_mount(*line, own.version, controller);
    if (!mount) continue;
    const std::optional<std::string_view> inside = below(*mount, own.path);
    const std::string folder = root + mount->point;
    if (inside && access((folder + std::string(*inside)).c_str(), X_OK) == 0) {
      point = folder;
      path = *inside;
      break;
    }
    if (inside && errno != ENOENT && errno != EACCES) result.error = errno;
    if (!point && is_above(mount->root) && !leads_outside(own.path)) point = folder;
  }
  if (!point) return result;
  result.version = own.version;
  for (;; path.resize(path.rfind('/'))) {
    result.folders.push_back(*point + path);
    if (path.empty()) return result;
  }
}

}  // namespace spanmeter
