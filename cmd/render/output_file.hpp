// What -o writes.
#pragma once

#include <string>
#include <string_view>

namespace crm::cmd {

/// A temporary file in the same folder, synced and renamed: the file is there whole or not at all, with the
/// mode that it had, or the umask's. A symbolic link is followed; a pipe or a device (/dev/stdout) is written
/// to as it is. Throws Error(Failure).
void write_file_atomically(const std::string& path, std::string_view content);

} // namespace crm::cmd
