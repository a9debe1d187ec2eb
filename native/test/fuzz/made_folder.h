#pragma once

// The names that any folder has in this program, which is linked so that its calls of readdir come here.

#include <string>
#include <vector>

namespace fuzz {

// `error` is how the listing ends: 0, or an errno.
void list_in_folders(std::vector<std::string> names, int error);

}  // namespace fuzz
