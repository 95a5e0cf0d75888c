#include "store/tree_check.hpp"

#include "store/git_error.hpp"
#include "store/objects.hpp"
#include "store/remotes.hpp"
#include "store/tree_walk.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace crm::store {
namespace {

constexpr std::size_t largest_tree = std::size_t{64} << 20; ///< a million of entries; read at once
constexpr std::size_t longest_mode = 7;

struct Reader {
  git_odb* objects;

  RawEntry::Found look(const Oid& id, std::uint64_t& size) const {
    const git_oid oid = from_oid(id);
    std::size_t length = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&length, &type, objects, &oid) != 0) return RawEntry::Found::Missing;
    size = length;
    return type == GIT_OBJECT_BLOB   ? RawEntry::Found::Blob
           : type == GIT_OBJECT_TREE ? RawEntry::Found::Tree
                                     : RawEntry::Found::Other;
  }

  void read(const Oid& id, RawFolder& folder) const {
    std::uint64_t size = 0;
    if (look(id, size) != RawEntry::Found::Tree) {
      folder.damage = "is no folder, or did not come";
      return;
    }
    if (size > largest_tree) {
      folder.damage = "has more entries than a folder can";
      return;
    }
    const git_oid oid = from_oid(id);
    git::OdbObjectHandle object;
    if (git::take(object, git_odb_read, objects, &oid) != 0) {
      folder.damage = "is damaged";
      return;
    }
    parse({static_cast<const char*>(git_odb_object_data(object.get())), git_odb_object_size(object.get())},
          folder);
  }

 private:
  /// "100644 name\0" and the 20 bytes of an id, again and again.
  static void parse(std::string_view bytes, RawFolder& folder) {
    while (!bytes.empty()) {
      const auto space = bytes.find(' ');
      const auto end = bytes.find('\0', space == std::string_view::npos ? 0 : space);
      if (space == std::string_view::npos || space > longest_mode || end == std::string_view::npos ||
          bytes.size() - end - 1 < GIT_OID_RAWSZ) {
        folder.damage = "is damaged: it is no list of files";
        return;
      }
      git_oid id;
      git_oid_fromraw(&id, reinterpret_cast<const unsigned char*>(bytes.data() + end + 1));
      RawEntry entry;
      entry.mode = bytes.substr(0, space);
      entry.name = bytes.substr(space + 1, end - space - 1);
      entry.id = to_oid(id);
      folder.entries.push_back(std::move(entry));
      bytes.remove_prefix(end + 1 + GIT_OID_RAWSZ);
    }
  }
};

class Walker {
 public:
  Walker(Reader reader, const std::function<Walk(RawFolder&)>& visit) : m_reader(reader), m_visit(visit) {}

  Walk folder(const std::string& path, int depth, const Oid& theirs, const Oid& known) {
    RawFolder folder{path, depth, {}, ""};
    m_reader.read(theirs, folder);
    RawFolder other;
    if (!known.empty()) m_reader.read(known, other);
    const auto by_name = [](const RawEntry& a, const RawEntry& b) { return a.name < b.name; };
    std::sort(other.entries.begin(), other.entries.end(), by_name);
    const auto counterpart = [&](const RawEntry& entry) -> const RawEntry* {
      const auto at = std::lower_bound(other.entries.begin(), other.entries.end(), entry, by_name);
      return at != other.entries.end() && at->name == entry.name ? &*at : nullptr;
    };
    for (auto& entry : folder.entries) {
      const auto* old = counterpart(entry);
      const bool same = old != nullptr && old->id == entry.id && old->mode == entry.mode;
      if (!same) entry.found = m_reader.look(entry.id, entry.size);
    }
    if (m_visit(folder) == Walk::Stop) return Walk::Stop;
    if (depth == deepest_tree) return Walk::Continue;
    for (const auto& entry : folder.entries) {
      if (!entry.descend || entry.found != RawEntry::Found::Tree) continue;
      const auto* old = counterpart(entry);
      const std::string below = path.empty() ? entry.name : path + "/" + entry.name;
      if (this->folder(below, depth + 1, entry.id, old == nullptr ? "" : old->id) == Walk::Stop)
        return Walk::Stop;
    }
    return Walk::Continue;
  }

 private:
  Reader m_reader;
  const std::function<Walk(RawFolder&)>& m_visit;
};

/// Not by tree_of(): that would have libgit2 parse the tree, which may be one that it cannot.
Oid tree_id(git_repository* repository, const Oid& commit_or_tree) {
  const git_oid id = from_oid(commit_or_tree);
  git::CommitHandle commit;
  if (git::take(commit, git_commit_lookup, repository, &id) == 0)
    return to_oid(*git_commit_tree_id(commit.get()));
  git::OdbHandle objects;
  check_git(git::take(objects, git_repository_odb, repository), "open the objects");
  std::uint64_t size = 0;
  if (Reader{objects.get()}.look(commit_or_tree, size) != RawEntry::Found::Tree)
    fail_git(GIT_ENOTFOUND, "read the tree of", commit_or_tree);
  return commit_or_tree;
}

} // namespace

void walk_raw(const Repository& repository, const Oid& theirs, const Oid& known,
              const std::function<Walk(RawFolder&)>& visit) {
  const auto handle = open_again(repository);
  git::OdbHandle objects;
  check_git(git::take(objects, git_repository_odb, handle.get()), "open the objects of", repository.root());
  const Oid tree = tree_id(handle.get(), theirs), old = known.empty() ? "" : tree_id(handle.get(), known);
  if (tree != old) Walker({objects.get()}, visit).folder("", 0, tree, old);
}

} // namespace crm::store
