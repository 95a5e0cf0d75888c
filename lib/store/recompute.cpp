// What a merge must have come to: ids without objects.
#include "store/message.hpp"
#include "store/objects.hpp"
#include "store/repository_impl.hpp"
#include "store/tree_hash.hpp"
#include "store/tree_walk.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::store {

Oid Repository::tree_with(const Oid& base, const std::vector<Change>& changes) const {
  std::vector<NewFile> files;
  for (const auto& change : changes) {
    NewFile file{change.path, std::nullopt};
    if (!change.blob.empty()) file.blob = from_oid(change.blob);
    if (change.content) file.blob = from_oid(hash_blob(*change.content));
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return to_oid(hash_tree(m_impl->get(), tree_of(m_impl->get(), base).get(), files));
}

Oid Repository::merge_id(const Oid& ours, const Oid& theirs, const Oid& tree, const Message& message,
                         const Signature& who) {
  const auto by = fmt::format("{} <{}> {} +0000", who.name, who.email,
                              std::chrono::floor<std::chrono::seconds>(who.time).time_since_epoch().count());
  return hash_commit(fmt::format("tree {}\nparent {}\nparent {}\nauthor {}\ncommitter {}\n\n{}", tree,
                                 std::min(ours, theirs), std::max(ours, theirs), by, by,
                                 format_message(message)));
}

} // namespace crm::store
