#include "store/tree_walk.hpp"

#include "store/git_error.hpp"
#include "store/objects.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstring>

namespace crm::store {
namespace {

[[noreturn]] void fail_deep(const std::string& path) {
  throw base::Error(base::Kind::InvalidData,
                    "the folder " + base::printable(path) + " in the store's history is more than 16 deep");
}

std::string joined(const std::string& folder, const char* name) {
  return folder.empty() ? name : folder + "/" + name;
}

/// In git's order a folder stands where its name with a "/" behind it would.
int compare_entries(const git_tree_entry* a, const git_tree_entry* b) {
  const std::string_view x = git_tree_entry_name(a), y = git_tree_entry_name(b);
  const std::size_t common = std::min(x.size(), y.size());
  if (const int order = std::memcmp(x.data(), y.data(), common); order != 0) return order;
  const auto next = [common](std::string_view name, const git_tree_entry* entry) -> unsigned char {
    if (name.size() > common) return static_cast<unsigned char>(name[common]);
    return git_tree_entry_type(entry) == GIT_OBJECT_TREE ? '/' : '\0';
  };
  return static_cast<int>(next(x, a)) - static_cast<int>(next(y, b));
}

class Differ {
 public:
  explicit Differ(git_repository* repository) : m_repository(repository) {}

  void trees(const git_tree* before, const git_tree* after, const std::string& folder, int depth) {
    if (depth > deepest_tree) fail_deep(folder);
    const std::size_t befores = before != nullptr ? git_tree_entrycount(before) : 0;
    const std::size_t afters = after != nullptr ? git_tree_entrycount(after) : 0;
    std::size_t i = 0, j = 0;
    while (i < befores || j < afters) {
      const auto* a = i < befores ? git_tree_entry_byindex(before, i) : nullptr;
      const auto* b = j < afters ? git_tree_entry_byindex(after, j) : nullptr;
      const int order = a == nullptr ? 1 : b == nullptr ? -1 : compare_entries(a, b);
      if (order <= 0) ++i;
      if (order >= 0) ++j;
      entries(order <= 0 ? a : nullptr, order >= 0 ? b : nullptr, folder, depth);
    }
  }

  std::vector<Difference> sorted() {
    std::sort(m_out.begin(), m_out.end(),
              [](const Difference& a, const Difference& b) { return a.path < b.path; });
    return std::move(m_out);
  }

 private:
  void entries(const git_tree_entry* a, const git_tree_entry* b, const std::string& folder, int depth) {
    if (a != nullptr && b != nullptr && git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)) &&
        entry_kind(git_tree_entry_filemode(a)) == entry_kind(git_tree_entry_filemode(b)))
      return;
    const std::string path = joined(folder, git_tree_entry_name(a != nullptr ? a : b));
    const auto kind = [](const git_tree_entry* entry) {
      return entry != nullptr ? entry_kind(git_tree_entry_filemode(entry)) : EntryKind::Other;
    };
    const auto subtree = [&](const git_tree_entry* entry) {
      return kind(entry) == EntryKind::Folder ? read_tree(m_repository, *git_tree_entry_id(entry)) : nullptr;
    };
    if (kind(a) == EntryKind::Folder || kind(b) == EntryKind::Folder) {
      const auto before = subtree(a), after = subtree(b);
      trees(before.get(), after.get(), path, depth + 1);
    }
    const auto file = [&](const git_tree_entry* entry) {
      return kind(entry) == EntryKind::File ? to_oid(*git_tree_entry_id(entry)) : Oid();
    };
    Difference difference{path, file(a), file(b)};
    if (difference.before != difference.after) m_out.push_back(std::move(difference));
  }

  git_repository* m_repository;
  std::vector<Difference> m_out;
};

void walk(git_repository* repository, const git_tree* tree, const std::string& folder, int depth,
          const std::function<void(const TreeFile&)>& visit) {
  if (depth > deepest_tree) fail_deep(folder);
  for (std::size_t i = 0, count = git_tree_entrycount(tree); i < count; ++i) {
    const auto* entry = git_tree_entry_byindex(tree, i);
    const std::string path = joined(folder, git_tree_entry_name(entry));
    if (entry_kind(git_tree_entry_filemode(entry)) == EntryKind::Folder)
      walk(repository, read_tree(repository, *git_tree_entry_id(entry)).get(), path, depth + 1, visit);
    else
      visit({path, git_tree_entry_id(entry), git_tree_entry_filemode(entry)});
  }
}

} // namespace

EntryKind entry_kind(git_filemode_t mode) {
  switch (mode) {
  case GIT_FILEMODE_TREE:
    return EntryKind::Folder;
  case GIT_FILEMODE_BLOB:
  case GIT_FILEMODE_BLOB_EXECUTABLE:
    return EntryKind::File;
  default:
    return EntryKind::Other;
  }
}

git::TreeHandle read_tree(git_repository* repository, const git_oid& id) {
  git::TreeHandle tree;
  check_git(git::take(tree, git_tree_lookup, repository, &id), "read the folder", to_oid(id));
  return tree;
}

git::TreeHandle tree_of(git_repository* repository, const Oid& commit_or_tree) {
  const git_oid id = from_oid(commit_or_tree);
  git::ObjectHandle object, tree;
  check_git(git::take(object, git_object_lookup, repository, &id, GIT_OBJECT_ANY), "read the commit",
            commit_or_tree);
  check_git(git::take(tree, git_object_peel, object.get(), GIT_OBJECT_TREE), "read the tree of",
            commit_or_tree);
  return git::TreeHandle(reinterpret_cast<git_tree*>(tree.release())); // what git_object_peel() promises
}

std::vector<Difference> diff_trees(git_repository* repository, const git_tree* before,
                                   const git_tree* after) {
  Differ differ(repository);
  differ.trees(before, after, "", 0);
  return differ.sorted();
}

std::size_t count_files(git_repository* repository, const git_tree* tree, int depth) {
  std::size_t out = 0;
  for (std::size_t i = 0, count = git_tree_entrycount(tree); i < count; ++i) {
    const auto* entry = git_tree_entry_byindex(tree, i);
    const auto kind = entry_kind(git_tree_entry_filemode(entry));
    if (depth == 0)
      out += kind == EntryKind::File ? 1 : 0;
    else if (kind == EntryKind::Folder)
      out += count_files(repository, read_tree(repository, *git_tree_entry_id(entry)).get(), depth - 1);
  }
  return out;
}

git::TreeEntryHandle entry_at(git_repository* repository, const git_tree* tree, std::string_view path) {
  (void)repository;
  git::TreeEntryHandle entry;
  const int code = git::take(entry, git_tree_entry_bypath, tree, std::string(path).c_str());
  if (code != GIT_ENOTFOUND) check_git(code, "look for", path);
  return entry;
}

Oid blob_at(git_repository* repository, const git_tree* tree, std::string_view path) {
  const auto entry = entry_at(repository, tree, path);
  if (!entry || entry_kind(git_tree_entry_filemode(entry.get())) != EntryKind::File) return "";
  return to_oid(*git_tree_entry_id(entry.get()));
}

void walk_tree(git_repository* repository, const git_tree* tree, std::string_view prefix,
               const std::function<void(const TreeFile&)>& visit) {
  while (prefix.ends_with('/'))
    prefix.remove_suffix(1);
  if (prefix.empty()) return walk(repository, tree, "", 0, visit);
  const auto entry = entry_at(repository, tree, prefix);
  if (!entry) return;
  if (entry_kind(git_tree_entry_filemode(entry.get())) == EntryKind::Folder)
    walk(repository, read_tree(repository, *git_tree_entry_id(entry.get())).get(), std::string(prefix), 1,
         visit);
  else
    visit({prefix, git_tree_entry_id(entry.get()), git_tree_entry_filemode(entry.get())});
}

} // namespace crm::store
