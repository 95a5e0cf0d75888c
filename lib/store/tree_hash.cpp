#include "store/tree_hash.hpp"

#include "store/git_error.hpp"
#include "store/objects.hpp"
#include "store/tree_walk.hpp"

#include "base/error.hpp"

#include <fmt/format.h>
#include <map>
#include <span>

namespace crm::store {
namespace {

class TreeFolder {
 public:
  TreeFolder(git_repository* repository, const FolderSink& sink) : m_repository(repository), m_sink(sink) {}

  /// Of the folder at the first `from` characters of every path; nothing when it is empty afterwards.
  std::optional<git_oid> folder(const git_tree* base, std::span<const NewFile> files, std::size_t from) {
    Entries entries;
    for (std::size_t i = 0; base != nullptr && i < git_tree_entrycount(base); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(base, i);
      put(entries, git_tree_entry_name(entry),
          {static_cast<unsigned>(git_tree_entry_filemode_raw(entry)), *git_tree_entry_id(entry)});
    }
    while (!files.empty()) {
      const std::string& path = files.front().path;
      const auto slash = path.find('/', from);
      if (slash == std::string::npos) {
        file(entries, path.substr(from), files.front());
        files = files.subspan(1);
        continue;
      }
      std::size_t count = 0;
      while (count < files.size() && files[count].path.compare(0, slash + 1, path, 0, slash + 1) == 0)
        ++count;
      below(entries, path.substr(from, slash - from), files.first(count), slash + 1);
      files = files.subspan(count);
    }
    if (entries.empty()) return std::nullopt;
    return m_sink(bytes_of(entries));
  }

  struct Entry {
    unsigned mode;
    git_oid id;
  };
  using Entries =
      std::map<std::string, Entry>; ///< in git's order: a folder's name counts with a "/" behind it

  static std::string bytes_of(const Entries& entries) {
    std::string bytes;
    for (const auto& [key, entry] : entries) {
      const auto name = key.ends_with('/') ? key.substr(0, key.size() - 1) : key;
      bytes += fmt::format("{:o} {}", entry.mode, name);
      bytes += '\0';
      bytes.append(reinterpret_cast<const char*>(entry.id.id), GIT_OID_RAWSZ);
    }
    return bytes;
  }

 private:
  static void put(Entries& entries, const std::string& name, const Entry& entry) {
    entries[entry.mode == GIT_FILEMODE_TREE ? name + "/" : name] = entry;
  }

  static void file(Entries& entries, const std::string& name, const NewFile& change) {
    if (entries.contains(name + "/"))
      throw base::Error(base::Kind::InvalidData, change.path + " is a folder in the store");
    const auto old = entries.find(name);
    const bool executable = old != entries.end() && old->second.mode == GIT_FILEMODE_BLOB_EXECUTABLE;
    if (old != entries.end()) entries.erase(old);
    if (change.blob)
      entries[name] = {executable ? unsigned{GIT_FILEMODE_BLOB_EXECUTABLE} : unsigned{GIT_FILEMODE_BLOB},
                       *change.blob};
  }

  void below(Entries& entries, const std::string& name, std::span<const NewFile> files, std::size_t from) {
    if (entries.contains(name))
      throw base::Error(base::Kind::InvalidData, files.front().path.substr(0, from - 1) +
                                                     " is a file in the store, where a folder belongs");
    const auto old = entries.find(name + "/");
    git::TreeHandle tree;
    if (old != entries.end()) tree = read_tree(m_repository, old->second.id);
    const auto id = folder(tree.get(), files, from);
    if (id)
      put(entries, name, {GIT_FILEMODE_TREE, *id});
    else
      entries.erase(name + "/");
  }

  git_repository* m_repository;
  const FolderSink& m_sink;
};

} // namespace

git_oid fold_tree(git_repository* repository, const git_tree* base, const std::vector<NewFile>& files,
                  const FolderSink& sink) {
  if (files.empty() && base != nullptr) return *git_tree_id(base);
  if (const auto id = TreeFolder(repository, sink).folder(base, files, 0)) return *id;
  return sink({});
}

git_oid hash_tree(git_repository* repository, const git_tree* base, const std::vector<NewFile>& files) {
  return fold_tree(repository, base, files, [](std::string_view bytes) {
    git_oid out;
    check_git(git_odb_hash(&out, bytes.data(), bytes.size(), GIT_OBJECT_TREE), "hash a folder");
    return out;
  });
}

} // namespace crm::store
