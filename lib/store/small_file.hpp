// Reading a file that somebody else may have put there.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace crm::store {

/// Content of a regular file of at most `most` bytes; nothing when it does not exist, is a link, is larger,
/// or cannot be read.
std::optional<std::string> read_small_file(const std::string& path, std::size_t most = 1024 * 1024);

} // namespace crm::store
