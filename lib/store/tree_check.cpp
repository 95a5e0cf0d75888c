#include "store/tree_check.hpp"

#include "store/git_error.hpp"
#include "store/objects.hpp"
#include "store/repository_impl.hpp"
#include "store/tree_entries.hpp"
#include "store/tree_walk.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace crm::store {
namespace {

constexpr std::size_t largest_tree = std::size_t{64} << 20; ///< a million of entries; read at once

struct Reader {
  git_odb* objects;

  RawEntry::Found look(const git_oid& id, std::uint64_t& size) const {
    std::size_t length = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&length, &type, objects, &id) != 0) return RawEntry::Found::Missing;
    size = length;
    return type == GIT_OBJECT_BLOB   ? RawEntry::Found::Blob
           : type == GIT_OBJECT_TREE ? RawEntry::Found::Tree
                                     : RawEntry::Found::Other;
  }

  /// A folder of `size` bytes, by look(); nothing for what is none. Null, and why, when it cannot be read.
  git::OdbObjectHandle read(const git_oid& id, std::optional<std::uint64_t> size, std::string& damage) const {
    git::OdbObjectHandle out;
    if (!size)
      damage = "is no folder, or did not come";
    else if (*size > largest_tree)
      damage = "has more entries than a folder can";
    else if (git::take(out, git_odb_read, objects, &id) != 0)
      damage = "is damaged";
    return out;
  }

  /// Null where it was no folder.
  git::OdbObjectHandle read_ours(const git_oid& id) const {
    git::OdbObjectHandle out;
    if (git::take(out, git_odb_read, objects, &id) == 0 && git_odb_object_type(out.get()) != GIT_OBJECT_TREE)
      out.reset();
    return out;
  }

  /// All of them, or as many as can be read.
  static std::vector<TreeEntry> entries(const git::OdbObjectHandle& tree, std::string& damage) {
    std::vector<TreeEntry> out;
    if (!tree) return out;
    TreeEntries rest(tree.get());
    while (const auto entry = rest.next())
      out.push_back(*entry);
    if (rest.is_damaged()) damage = "is damaged: it is no list of files";
    return out;
  }
};

class Walker {
 public:
  Walker(Reader reader, const std::function<Visit(RawFolder&)>& visit) : m_reader(reader), m_visit(visit) {}

  Visit folder(const std::string& path, int depth, const git_oid& theirs, std::optional<std::uint64_t> size,
               const git_oid* known) {
    RawFolder folder{path, depth, {}, ""};
    const auto tree = m_reader.read(theirs, size, folder.damage);
    const auto entries = Reader::entries(tree, folder.damage);
    std::string no_matter;
    const auto other = known != nullptr ? m_reader.read_ours(*known) : git::OdbObjectHandle();
    auto others = Reader::entries(other, no_matter);
    const auto by_name = [](const TreeEntry& a, const TreeEntry& b) { return a.name < b.name; };
    std::sort(others.begin(), others.end(), by_name);
    const auto counterpart = [&](const TreeEntry& entry) -> const TreeEntry* {
      const auto at = std::lower_bound(others.begin(), others.end(), entry, by_name);
      return at != others.end() && at->name == entry.name ? &*at : nullptr;
    };
    for (const auto& entry : entries) {
      RawEntry out{entry.mode, entry.name, {}};
      const auto* old = counterpart(entry);
      if (old == nullptr || old->mode != entry.mode || !git_oid_equal(&old->id, &entry.id)) {
        out.id = to_oid(entry.id);
        out.found = m_reader.look(entry.id, out.size);
      }
      folder.entries.push_back(std::move(out));
    }
    if (m_visit(folder) == Visit::Stop) return Visit::Stop;
    if (depth == deepest_tree) return Visit::Continue;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto& entry = folder.entries[i];
      if (!entry.descend || entry.found != RawEntry::Found::Tree) continue;
      const auto* old = counterpart(entries[i]);
      const std::string name(entry.name);
      if (this->folder(path.empty() ? name : path + "/" + name, depth + 1, entries[i].id, entry.size,
                       old == nullptr ? nullptr : &old->id) == Visit::Stop)
        return Visit::Stop;
    }
    return Visit::Continue;
  }

 private:
  Reader m_reader;
  const std::function<Visit(RawFolder&)>& m_visit;
};

/// Not by tree_of(): that would have libgit2 parse the tree, which may be one that it cannot.
git_oid tree_id(git_repository* repository, const Oid& commit_or_tree) {
  const git_oid id = from_oid(commit_or_tree);
  git::CommitHandle commit;
  if (git::take(commit, git_commit_lookup, repository, &id) == 0) return *git_commit_tree_id(commit.get());
  git::OdbHandle objects;
  check_git(git::take(objects, git_repository_odb, repository), "open the objects");
  std::uint64_t size = 0;
  if (Reader{objects.get()}.look(id, size) != RawEntry::Found::Tree)
    throw base::Error(base::Kind::NotFound, "there is no commit or tree " + commit_or_tree);
  return id;
}

} // namespace

void Repository::walk_raw(const Oid& theirs, const Oid& known,
                          const std::function<Visit(RawFolder&)>& visit) const {
  git_repository* repository = m_impl->get();
  git::OdbHandle objects;
  check_git(git::take(objects, git_repository_odb, repository), "open the objects of", root());
  const git_oid tree = tree_id(repository, theirs);
  const auto old = known.empty() ? std::nullopt : std::optional(tree_id(repository, known));
  if (old && git_oid_equal(&tree, &*old)) return;
  const Reader reader{objects.get()};
  std::uint64_t size = 0;
  const bool is_folder = reader.look(tree, size) == RawEntry::Found::Tree;
  Walker(reader, visit)
      .folder("", 0, tree, is_folder ? std::optional(size) : std::nullopt, old ? &*old : nullptr);
}

} // namespace crm::store
