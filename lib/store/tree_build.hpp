// A new tree from an old one, reading and writing only the folders on the way to what changes.
#pragma once

#include "store/objects.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::store {

struct NewFile {
  std::string path;
  std::optional<git_oid> blob; ///< nothing removes the file
};

/// `files` sorted by path, without duplicates. `base` may be null. Throws Error(InvalidData) where a file
/// stands in the place of a folder or the other way round.
git_oid build_tree(git_repository* repository, ObjectWriter& writer, const git_tree* base,
                   const std::vector<NewFile>& files);

} // namespace crm::store
