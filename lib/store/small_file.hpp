// Reading a file that somebody else may have put there.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace crm::store {

/// Content of a regular file of at most `most` bytes; nothing when it does not exist, is a link, is larger,
/// or cannot be read.
std::optional<std::string> read_small_file(const std::string& path, std::size_t most = 1024 * 1024);

/// For what can be made again: written beside and renamed, its folder made when missing, without fsync.
/// Failure is silent.
void keep_small_file(const std::string& path, std::string_view content);

} // namespace crm::store
