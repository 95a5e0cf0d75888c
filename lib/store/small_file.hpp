// Files of a line or a few, which nobody else waits for: read, though somebody else may have put them there,
// kept, or appended to.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace crm::store {

/// Content of a regular file of at most `most` bytes; nothing when it does not exist, is a link, is larger,
/// or cannot be read.
std::optional<std::string> read_small_file(const std::string& path, std::size_t most = 1024 * 1024);

/// Written beside and renamed, without fsync: whoever reads it finds the old file or the new one, whole. With
/// `mode` exactly, or with 0644 as the umask has it. False with errno: then the old file is there.
[[nodiscard]] bool replace_file(const std::string& path, std::string_view content,
                                std::optional<mode_t> mode = std::nullopt);

/// For what can be made again: replaced as above, its folder made when missing.
/// Failure is silent.
void keep_small_file(const std::string& path, std::string_view content);

/// Appends whole lines by one write to what is open with O_RDWR | O_APPEND; behind half a line, which a crash
/// may have left, on lines of their own. False with errno.
bool append_lines(int fd, std::string lines);

/// The same for what may be missing: made when it is, without fsync. Failure is silent.
void append_lines(const std::string& path, std::string lines);

} // namespace crm::store
