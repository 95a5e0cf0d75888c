// Comparing working files with what is committed, at the price of one lstat each where git's index vouches
// for the rest. A file that git was told to leave out of the folder (sparse-checkout) is none that was
// removed.

#include "store/git_error.hpp"
#include "store/objects.hpp"
#include "store/paths.hpp"
#include "store/publish.hpp"
#include "store/repository_impl.hpp"
#include "store/settled.hpp"
#include "store/stat_cache.hpp"
#include "store/tree_walk.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <optional>
#include <system_error>
#include <unistd.h>

namespace crm::store {
namespace {

constexpr std::size_t most_edits = 1'000'000;
constexpr std::size_t most_content = 256 * 1024 * 1024;

/// What is wrong with the working file, or nothing. `committed` is "" where HEAD has no such file.
std::optional<HandEdit> judge(std::string path, const Oid& committed, Seen seen, LateFiles& late) {
  const Oid now = seen_id(seen);
  if (now == committed || late.contain(path, now)) return std::nullopt;
  HandEdit edit{
      std::move(path), committed.empty() ? HandEdit::Kind::Added : HandEdit::Kind::Modified, {}, {}};
  if (seen.what == Seen::What::Missing) edit.kind = HandEdit::Kind::Removed;
  edit.content = std::move(seen.content);
  edit.problem = std::move(seen.problem);
  if (is_in_attachments(edit.path)) {
    edit.content.clear(); // it may be large, and is nothing to take in
    if (edit.problem.empty())
      edit.problem = committed.empty() ? "no attachment of any record: `crm attachment add` makes it one"
                                       : "an attachment, which is never changed: " + taking_back(edit.path) +
                                             " brings it back";
    return edit;
  }
  if (seen.what == Seen::What::File)
    if (const auto problem = path_problem(edit.path); !problem.empty()) {
      edit.problem = "a name that a store cannot hold: " + problem;
      edit.content.clear();
    }
  return edit;
}

/// What a folder holds, by git's tree and on the disk, name by name.
struct Name {
  std::string name;
  const git_tree_entry* committed = nullptr;
  bool on_disk = false;
};

class Sweep {
 public:
  Sweep(const Repository::Impl& repository, const Oid& head)
      : m_repository(repository), m_late(repository, head), m_cache(repository.git_dir) {}

  std::vector<HandEdit> run(const git_tree* tree) {
    Descriptor root(::open(m_repository.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root) fail_system(errno, "open", m_repository.root);
    folder(std::move(root), tree, "", 0);
    std::sort(m_out.begin(), m_out.end(),
              [](const HandEdit& a, const HandEdit& b) { return a.path < b.path; });
    return std::move(m_out);
  }

 private:
  void folder(Descriptor at, const git_tree* tree, const std::string& prefix, int depth) {
    if (depth > deepest_tree)
      return add(HandEdit{prefix, HandEdit::Kind::Added, "", "more than 16 folders deep"});
    for (auto& name : names(at, tree, prefix)) {
      const std::string path = prefix + name.name;
      const auto kind =
          name.committed != nullptr ? entry_kind(git_tree_entry_filemode(name.committed)) : EntryKind::Other;
      if (kind == EntryKind::Folder) {
        committed_folder(at, name, path, depth);
      } else {
        entry(at, name, path, kind == EntryKind::File ? to_oid(*git_tree_entry_id(name.committed)) : Oid(),
              depth);
      }
    }
  }

  std::vector<Name> names(const Descriptor& at, const git_tree* tree, const std::string& prefix) const {
    std::vector<Name> out;
    for (std::size_t i = 0; tree != nullptr && i < git_tree_entrycount(tree); ++i) {
      const auto* entry = git_tree_entry_byindex(tree, i);
      out.push_back({git_tree_entry_name(entry), entry, false});
    }
    const auto by_name = [](const Name& a, const Name& b) { return a.name < b.name; };
    std::sort(out.begin(), out.end(), by_name);
    const auto committed = out.size();
    Descriptor own(::openat(at.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    DIR* listing = own ? ::fdopendir(own.get()) : nullptr;
    if (listing == nullptr) fail_system(errno, "list", m_repository.root + "/" + prefix);
    own.release();
    errno = 0;
    while (const dirent* entry = ::readdir(listing)) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == ".." || name == ".git" || is_temporary(name)) continue;
      const auto end = out.begin() + static_cast<std::ptrdiff_t>(committed);
      const auto found = std::lower_bound(out.begin(), end, Name{std::string(name)}, by_name);
      if (found != end && found->name == name)
        found->on_disk = true;
      else
        out.push_back({std::string(name), nullptr, true});
      errno = 0;
    }
    const int error = errno; // a listing cut short would read as removed files
    ::closedir(listing);
    if (error != 0) fail_system(error, "list", m_repository.root + "/" + prefix);
    return out;
  }

  void committed_folder(const Descriptor& at, const Name& name, const std::string& path, int depth) {
    const auto tree = read_tree(m_repository.get(), *git_tree_entry_id(name.committed));
    if (!name.on_disk) return removed_folder(tree.get(), path);
    Descriptor below(::openat(at.get(), name.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!below) {
      const int error = errno;
      const bool replaced = error == ELOOP || error == ENOTDIR;
      return add(HandEdit{path, HandEdit::Kind::Modified, "",
                          replaced ? "a link or a file, where a folder belongs"
                                   : "unreadable: " + std::generic_category().message(error)});
    }
    folder(std::move(below), tree.get(), path + "/", depth + 1);
  }

  void removed_folder(const git_tree* tree, const std::string& folder) {
    walk_tree(m_repository.get(), tree, "", [&](const TreeFile& file) {
      if (entry_kind(file.mode) == EntryKind::File)
        removed(folder + "/" + std::string(file.path), to_oid(*file.id));
    });
  }

  void removed(const std::string& path, const Oid& committed) {
    if (!m_cache.leaves_out(path)) add(judge(path, committed, {}, m_late));
  }

  void entry(const Descriptor& at, const Name& name, const std::string& path, const Oid& committed,
             int depth) {
    struct stat info {};
    const bool there =
        name.on_disk && ::fstatat(at.get(), name.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (name.on_disk && !there && errno != ENOENT)
      return add(HandEdit{path, HandEdit::Kind::Modified, "",
                          "unreadable: " + std::generic_category().message(errno)});
    if (!there) {
      if (!committed.empty()) removed(path, committed);
      return;
    }
    if (!committed.empty()) {
      if (!m_cache.vouches_for(path, committed, info))
        add(judge(path, committed, look_at(at.get(), name.name.c_str(), largest_file(path)), m_late));
      return;
    }
    if (name.committed != nullptr) return; // a link or a submodule in HEAD: not ours to judge
    if (is_ignored(path, S_ISDIR(info.st_mode))) return;
    if (!S_ISDIR(info.st_mode))
      return add(judge(path, "", look_at(at.get(), name.name.c_str(), largest_file(path)), m_late));
    Descriptor below(::openat(at.get(), name.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat inner {};
    // Somebody else's repository: git, too, does not look into it.
    if (below && ::fstatat(below.get(), ".git", &inner, AT_SYMLINK_NOFOLLOW) != 0)
      folder(std::move(below), nullptr, path + "/", depth + 1);
  }

  bool is_ignored(const std::string& path, bool is_folder) const {
    int ignored = 0;
    const std::string asked = is_folder ? path + "/" : path;
    return git_ignore_path_is_ignored(&ignored, m_repository.get(), asked.c_str()) == 0 && ignored != 0;
  }

  void add(std::optional<HandEdit> edit) {
    if (!edit) return;
    m_content += edit->content.size();
    if (m_out.size() >= most_edits || m_content > most_content)
      throw base::Error(base::Kind::Failure,
                        "more than a million files, or 256 MiB, of the store's folder are not committed",
                        "move what does not belong to the store away, or name it in .gitignore");
    m_out.push_back(std::move(*edit));
  }

  const Repository::Impl& m_repository;
  LateFiles m_late;
  StatCache m_cache;
  std::vector<HandEdit> m_out;
  std::size_t m_content = 0;
};

} // namespace

std::vector<HandEdit> Repository::hand_edits() const {
  const Oid head = m_impl->head();
  return Sweep(*m_impl, head).run(tree_of(m_impl->get(), head).get());
}

bool Repository::untouched() const {
  return StatCache(m_impl->git_dir).untouched(m_impl->root);
}

std::vector<HandEdit> Repository::hand_edits(const std::vector<std::string>& paths) const {
  const Oid head = m_impl->head();
  LateFiles late(*m_impl, head);
  const auto tree = tree_of(m_impl->get(), head);
  std::vector<HandEdit> out;
  std::optional<StatCache> cache; // read for what is gone alone
  for (const auto& path : paths) {
    check_path(path);
    auto edit = judge(path, blob_at(tree.get(), path), m_impl->files.look(path), late);
    if (!edit) continue;
    if (edit->kind == HandEdit::Kind::Removed) {
      if (!cache) cache.emplace(m_impl->git_dir);
      if (cache->leaves_out(path)) continue;
    }
    out.push_back(std::move(*edit));
  }
  std::sort(out.begin(), out.end(), [](const HandEdit& a, const HandEdit& b) { return a.path < b.path; });
  return out;
}

} // namespace crm::store
