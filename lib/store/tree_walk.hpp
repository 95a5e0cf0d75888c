// Reading trees. Cost follows what differs or is asked for, not what is stored.
#pragma once

#include "store/git_handles.hpp"
#include "store/repository.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace crm::store {

/// Deeper trees are refused: a store's own are four deep, and recursion must end.
inline constexpr int deepest_tree = 16;

enum class EntryKind {
  File,
  Folder,
  Other
}; ///< Other: symbolic links and submodules, which a store does not have
EntryKind entry_kind(git_filemode_t mode);

/// Of a commit or a tree. Throws Error(NotFound | Failure).
git::TreeHandle tree_of(git_repository* repository, const Oid& commit_or_tree);
git::TreeHandle read_tree(git_repository* repository, const git_oid& id);

/// Of two commits or trees; "" is the empty tree. Sorted by path. Others count as absent. Throws
/// Error(NotFound | Failure).
std::vector<Difference> diff_trees(git_repository* repository, const Oid& before, const Oid& after);

struct TreeFile {
  std::string_view path;
  const git_oid* id;
  git_filemode_t mode;
};
/// Files and Others below `prefix`, in path order.
void walk_tree(git_repository* repository, const git_tree* tree, std::string_view prefix,
               const std::function<void(const TreeFile&)>& visit);

/// How many files lie exactly `depth` folders down.
std::size_t count_files(git_repository* repository, const git_tree* tree, int depth);

/// The entry at a path, or null.
git::TreeEntryHandle entry_at(const git_tree* tree, std::string_view path);
/// Blob id at a path, "" when there is no file.
Oid blob_at(const git_tree* tree, std::string_view path);

} // namespace crm::store
