// Names that a store has, and why others are refused.
#pragma once

#include "store/tree_check.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace crm::sync {

/// Why no entry of any folder can have that name, or "".
std::string name_problem(std::string_view name);
/// Why a file (or folder) cannot have that mode, or "".
std::string mode_problem(const store::RawEntry& entry);
/// Entries that a file system could not keep apart, or that git could not find: each as {name, why}.
struct BadEntry {
  std::string name, why;
};
std::vector<BadEntry> listing_problems(const store::RawFolder& folder);

bool is_folder(const store::RawEntry& entry);

} // namespace crm::sync
