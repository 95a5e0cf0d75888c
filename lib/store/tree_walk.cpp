#include "store/tree_walk.hpp"

#include "store/git_error.hpp"
#include "store/objects.hpp"
#include "store/tree_entries.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace crm::store {
namespace {

[[noreturn]] void fail_deep(const std::string& path) {
  throw base::Error(base::Kind::InvalidData,
                    "the folder " + base::printable(path) + " in the store's history is more than 16 deep");
}

std::string joined(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : folder + "/" + std::string(name);
}

/// What libgit2 takes a mode for that git would not write.
EntryKind kind_of(std::string_view mode) {
  unsigned bits = 0;
  std::from_chars(mode.data(), mode.data() + mode.size(), bits, 8);
  const unsigned type = bits & 0170000U;
  if (type == GIT_FILEMODE_TREE) return EntryKind::Folder;
  if ((bits & 0111U) != 0) return EntryKind::File;
  return type == GIT_FILEMODE_COMMIT || type == GIT_FILEMODE_LINK ? EntryKind::Other : EntryKind::File;
}

/// In git's order a folder stands where its name with a "/" behind it would.
int compare_entries(const TreeEntry& a, const TreeEntry& b) {
  const std::size_t common = std::min(a.name.size(), b.name.size());
  if (const int order = std::memcmp(a.name.data(), b.name.data(), common); order != 0) return order;
  const auto next = [common](const TreeEntry& entry) -> unsigned char {
    if (entry.name.size() > common) return static_cast<unsigned char>(entry.name[common]);
    return kind_of(entry.mode) == EntryKind::Folder ? '/' : '\0';
  };
  return static_cast<int>(next(a)) - static_cast<int>(next(b));
}

/// A batch changes a few files of folders that may have thousands: their trees are compared as they are
/// stored.
class Differ {
 public:
  explicit Differ(git_repository* repository) {
    check_git(git::take(m_objects, git_repository_odb, repository), "open the objects of the store");
  }

  /// Of commits, the trees.
  void roots(const Oid& before, const Oid& after) {
    const auto tree = [this](const Oid& id) { return id.empty() ? std::nullopt : std::optional(root(id)); };
    const auto a = tree(before), b = tree(after);
    trees(a ? &*a : nullptr, b ? &*b : nullptr, "", 0);
  }

  std::vector<Difference> sorted() {
    std::sort(m_out.begin(), m_out.end(),
              [](const Difference& a, const Difference& b) { return a.path < b.path; });
    return std::move(m_out);
  }

 private:
  /// Either may be null.
  void trees(const git_oid* before, const git_oid* after, const std::string& folder, int depth) {
    if (depth > deepest_tree) fail_deep(folder);
    Side a(*this, before), b(*this, after);
    a.rest.skip_common(b.rest);
    a.advance();
    b.advance();
    while (a.entry || b.entry) {
      const int order = !a.entry ? 1 : !b.entry ? -1 : compare_entries(*a.entry, *b.entry);
      entries(order <= 0 ? &*a.entry : nullptr, order >= 0 ? &*b.entry : nullptr, folder, depth);
      if (order == 0) a.rest.skip_common(b.rest);
      if (order <= 0) a.advance();
      if (order >= 0) b.advance();
    }
  }

  struct Side {
    Side(const Differ& differ, const git_oid* tree) {
      if (tree == nullptr) return;
      id = *tree;
      object = differ.read(id);
      rest = TreeEntries(object.get());
    }
    void advance() {
      entry = rest.next();
      if (rest.is_damaged())
        throw base::Error(base::Kind::Failure,
                          "could not read the folder " + to_oid(id) + ": it is no list of files");
    }

    git_oid id{};
    git::OdbObjectHandle object;
    TreeEntries rest;
    std::optional<TreeEntry> entry;
  };

  git::OdbObjectHandle object(const git_oid& id) const {
    git::OdbObjectHandle out;
    check_git(git::take(out, git_odb_read, m_objects.get(), &id), "read the folder", to_oid(id));
    return out;
  }

  /// A commit begins with its tree.
  git_oid root(const Oid& commit_or_tree) const {
    constexpr std::string_view label = "tree ";
    const git_oid id = from_oid(commit_or_tree);
    const auto read = object(id);
    if (git_odb_object_type(read.get()) != GIT_OBJECT_COMMIT) return id;
    const std::string_view bytes(static_cast<const char*>(git_odb_object_data(read.get())),
                                 git_odb_object_size(read.get()));
    if (!bytes.starts_with(label))
      throw base::Error(base::Kind::Failure,
                        "could not read the commit " + commit_or_tree + ": it has no tree");
    return from_oid(Oid(bytes.substr(label.size(), GIT_OID_HEXSZ)));
  }

  git::OdbObjectHandle read(const git_oid& id) const {
    auto out = object(id);
    if (git_odb_object_type(out.get()) != GIT_OBJECT_TREE)
      throw base::Error(base::Kind::Failure, "could not read the folder " + to_oid(id) + ": it is none");
    return out;
  }

  void entries(const TreeEntry* a, const TreeEntry* b, const std::string& folder, int depth) {
    const auto kind = [](const TreeEntry* entry) {
      return entry != nullptr ? kind_of(entry->mode) : EntryKind::Other;
    };
    if (a != nullptr && b != nullptr && git_oid_equal(&a->id, &b->id) && kind(a) == kind(b)) return;
    const std::string path = joined(folder, (a != nullptr ? a : b)->name);
    const auto subtree = [&](const TreeEntry* entry) {
      return kind(entry) == EntryKind::Folder ? &entry->id : nullptr;
    };
    if (subtree(a) != nullptr || subtree(b) != nullptr) trees(subtree(a), subtree(b), path, depth + 1);
    const auto file = [&](const TreeEntry* entry) {
      return kind(entry) == EntryKind::File ? to_oid(entry->id) : Oid();
    };
    Difference difference{path, file(a), file(b)};
    if (difference.before != difference.after) m_out.push_back(std::move(difference));
  }

  git::OdbHandle m_objects;
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

std::vector<Difference> diff_trees(git_repository* repository, const Oid& before, const Oid& after) {
  Differ differ(repository);
  differ.roots(before, after);
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

git::TreeEntryHandle entry_at(const git_tree* tree, std::string_view path) {
  git::TreeEntryHandle entry;
  const int code = git::take(entry, git_tree_entry_bypath, tree, std::string(path).c_str());
  if (code != GIT_ENOTFOUND) check_git(code, "look for", path);
  return entry;
}

Oid blob_at(const git_tree* tree, std::string_view path) {
  const auto entry = entry_at(tree, path);
  if (!entry || entry_kind(git_tree_entry_filemode(entry.get())) != EntryKind::File) return "";
  return to_oid(*git_tree_entry_id(entry.get()));
}

void walk_tree(git_repository* repository, const git_tree* tree, std::string_view prefix,
               const std::function<void(const TreeFile&)>& visit) {
  while (prefix.ends_with('/'))
    prefix.remove_suffix(1);
  if (prefix.empty()) return walk(repository, tree, "", 0, visit);
  const auto entry = entry_at(tree, prefix);
  if (!entry) return;
  if (entry_kind(git_tree_entry_filemode(entry.get())) == EntryKind::Folder)
    walk(repository, read_tree(repository, *git_tree_entry_id(entry.get())).get(), std::string(prefix), 1,
         visit);
  else
    visit({prefix, git_tree_entry_id(entry.get()), git_tree_entry_filemode(entry.get())});
}

} // namespace crm::store
