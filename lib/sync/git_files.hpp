// What a person may tell git about a store: the files .gitattributes and .gitignore at its top.
#pragma once

#include <string>
#include <string_view>

namespace crm::sync {

/// Whether `path` is one of the two.
bool is_git_file(std::string_view path);

/// Why no device would take in such a file with that text, or "". It must be text, and set no attribute by
/// which git would change what is in a record.
std::string git_file_problem(std::string_view path, std::string_view text);

} // namespace crm::sync
