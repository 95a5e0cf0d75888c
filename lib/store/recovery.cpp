#include "store/recovery.hpp"

#include "store/damage.hpp"
#include "store/git_index.hpp"
#include "store/objects.hpp"
#include "store/publish.hpp"
#include "store/tree_walk.hpp"

#include "base/error.hpp"

#include <dirent.h>
#include <unistd.h>

namespace crm::store {
namespace {

void remove_unfinished(const std::string& path, std::string_view prefix) {
  DIR* folder = ::opendir(path.c_str());
  if (folder == nullptr) return;
  while (const dirent* entry = ::readdir(folder))
    if (std::string_view(entry->d_name).starts_with(prefix)) ::unlinkat(::dirfd(folder), entry->d_name, 0);
  ::closedir(folder);
}

/// libgit2's unfinished files of objects and packs. Only crm uses libgit2 here, and only under the lock that
/// we hold.
void remove_unfinished_objects(const std::string& common_dir) {
  remove_unfinished(common_dir + "/objects", "tmp_object_git2_");
  remove_unfinished(common_dir + "/objects/pack", "pack_git2_");
}

bool can_read(const Repository::Impl& repository, const Oid& head) {
  try {
    tree_of(repository.get(), head);
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

} // namespace

bool bring_forward(const Repository::Impl& repository, const Oid& head, const Pending& pending,
                   std::vector<std::string>& warnings) {
  if (pending.empty()) return true;
  const auto tree = tree_of(repository.get(), head);
  std::vector<Target> targets;
  for (const auto& [path, before] : pending) {
    repository.files.discard(path);
    Target target{path, blob_at(tree.get(), path), nullptr, before, false};
    // A file that is gone or empty is what a crash leaves of one that was being written.
    target.replaceable.insert("");
    target.replaceable.insert(Oid(empty_blob));
    targets.push_back(std::move(target));
  }
  const auto published = publish(repository, targets);
  std::vector<Staged> staged;
  for (const auto& target : targets)
    if (!published.failed.contains(target.path)) staged.push_back({target.path, target.blob});
  warnings.insert(warnings.end(), published.problems.begin(), published.problems.end());
  try {
    stage(repository.git_dir, repository.root, staged);
  } catch (const base::Error& error) {
    warnings.push_back("git's index does not know of the last batches yet: " + error.message);
    return false;
  }
  return published.failed.empty();
}

Recovered recover(const Repository::Impl& repository, LastHolder last) {
  Recovered out;
  out.head = repository.head_or_none();
  if (last == LastHolder::Died) remove_unfinished_objects(repository.common_dir);
  if (last == LastHolder::Died || (!out.head.empty() && !can_read(repository, out.head))) {
    mend_damage(repository, out.warnings);
    out.head = repository.head_or_none();
    if (!out.head.empty())
      tree_of(repository.get(), out.head); // says what is wrong when it still cannot be read
  }
  const Oid settled = read_settled(repository.private_dir);
  if (out.head.empty() || settled == out.head) {
    forget_moves(repository.private_dir);
    return out;
  }
  auto pending = unsettled(repository, out.head);
  if (!bring_forward(repository, out.head, pending, out.warnings)) {
    out.left = std::move(pending);
    return out;
  }
  try {
    write_settled(repository.private_dir, out.head);
    forget_moves(repository.private_dir);
  } catch (const base::Error& error) {
    out.warnings.push_back(error.message);
  }
  return out;
}

} // namespace crm::store
