#include "store/tree_build.hpp"

#include "store/git_error.hpp"
#include "store/tree_walk.hpp"

#include "base/error.hpp"

#include <span>

namespace crm::store {
namespace {

class Builder {
 public:
  Builder(git_repository* repository, ObjectWriter& writer) : m_repository(repository), m_writer(writer) {}

  /// Of the folder at the first `from` characters of every path; nothing when it is empty afterwards.
  std::optional<git_oid> folder(const git_tree* base, std::span<const NewFile> files, std::size_t from) {
    git::TreeBuilderHandle builder;
    check_git(git::take(builder, git_treebuilder_new, m_repository, base), "prepare a folder");
    while (!files.empty()) {
      const std::string& path = files.front().path;
      const auto slash = path.find('/', from);
      if (slash == std::string::npos) {
        file(builder.get(), path.substr(from), files.front());
        files = files.subspan(1);
        continue;
      }
      std::size_t count = 0;
      while (count < files.size() && files[count].path.compare(0, slash + 1, path, 0, slash + 1) == 0)
        ++count;
      below(builder.get(), path.substr(from, slash - from), files.first(count), slash + 1);
      files = files.subspan(count);
    }
    if (git_treebuilder_entrycount(builder.get()) == 0) return std::nullopt;
    return m_writer.tree(builder.get());
  }

 private:
  void file(git_treebuilder* builder, const std::string& name, const NewFile& change) {
    const git_tree_entry* old = git_treebuilder_get(builder, name.c_str());
    if (old != nullptr && git_tree_entry_type(old) == GIT_OBJECT_TREE)
      throw base::Error(base::Kind::InvalidData, change.path + " is a folder in the store");
    if (!change.blob) {
      if (old != nullptr) check_git(git_treebuilder_remove(builder, name.c_str()), "remove", change.path);
      return;
    }
    const bool executable = old != nullptr && git_tree_entry_filemode(old) == GIT_FILEMODE_BLOB_EXECUTABLE;
    check_git(git_treebuilder_insert(nullptr, builder, name.c_str(), &*change.blob,
                                     executable ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB),
              "add", change.path);
  }

  void below(git_treebuilder* builder, const std::string& name, std::span<const NewFile> files,
             std::size_t from) {
    const git_tree_entry* old = git_treebuilder_get(builder, name.c_str());
    git::TreeHandle tree;
    if (old != nullptr) {
      if (git_tree_entry_type(old) != GIT_OBJECT_TREE)
        throw base::Error(base::Kind::InvalidData, files.front().path.substr(0, from - 1) +
                                                       " is a file in the store, where a folder belongs");
      tree = read_tree(m_repository, *git_tree_entry_id(old));
    }
    const auto id = folder(tree.get(), files, from);
    if (id)
      check_git(git_treebuilder_insert(nullptr, builder, name.c_str(), &*id, GIT_FILEMODE_TREE),
                "add the folder", name);
    else if (old != nullptr)
      check_git(git_treebuilder_remove(builder, name.c_str()), "remove the folder", name);
  }

  git_repository* m_repository;
  ObjectWriter& m_writer;
};

} // namespace

git_oid build_tree(git_repository* repository, ObjectWriter& writer, const git_tree* base,
                   const std::vector<NewFile>& files) {
  if (files.empty() && base != nullptr) return *git_tree_id(base);
  if (const auto id = Builder(repository, writer).folder(base, files, 0)) return *id;
  git::TreeBuilderHandle empty;
  check_git(git::take(empty, git_treebuilder_new, repository, nullptr), "prepare a folder");
  return writer.tree(empty.get());
}

} // namespace crm::store
