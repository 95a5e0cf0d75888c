#include "sync/unfit.hpp"

#include "codec/record.hpp"
#include "store/paths.hpp"
#include "store/tree_check.hpp"
#include "sync/authority.hpp"
#include "sync/judge.hpp"

#include <map>
#include <optional>

namespace crm::sync {
namespace {

using store::Oid;

class Writers {
 public:
  explicit Writers(const store::Repository& repository)
      : m_repository(repository), m_authorities(repository) {}

  /// Whether what stands in `tree` at `path` is unfit in a way in which it was not in `before`.
  bool spoils(const Oid& tree, const Oid& before, const std::string& path) {
    const auto now = blob(tree, path), was = blob(before, path);
    const auto parts = store::parse_record_path(path);
    if (!now || now == was || !parts) return false;
    const auto* schema = m_authorities.at(tree).schema_of(parts->folder);
    if (schema == nullptr) return true; // it means nothing there
    return !core::new_problems(problems(*now, path, *schema),
                               was ? problems(*was, path, *schema) : std::vector<core::Problem>())
                .empty();
  }

 private:
  std::optional<Oid> blob(const Oid& tree, const std::string& path) const {
    return tree.empty() ? std::nullopt : m_repository.blob_id(tree, path);
  }

  std::vector<core::Problem> problems(const Oid& id, const std::string& path,
                                      const core::Schema& schema) const {
    auto parsed = codec::parse_record(m_repository.blob(id), path, schema);
    auto* problems = std::get_if<std::vector<core::Problem>>(&parsed);
    return problems != nullptr ? std::move(*problems) : std::vector<core::Problem>();
  }

  const store::Repository& m_repository;
  Authorities m_authorities;
};

} // namespace

std::vector<core::Problem> written_unfit(const store::Repository& repository, const Oid& theirs,
                                         const Oid& known, const std::vector<Unfit>& found) {
  std::vector<core::Problem> out;
  if (found.empty()) return out;
  Writers writers(repository);
  std::vector<bool> blamed(found.size());
  std::map<std::string, std::size_t> open; // those that nobody is to blame for yet
  for (std::size_t i = 0; i < found.size(); ++i)
    open.emplace(found[i].path, i);
  // Nobody has looked at these trees yet: only the folders of such records are gone into.
  const auto look = [&](const Oid& tree, const Oid& before) {
    repository.walk_raw(tree, before, [&](store::RawFolder& folder) {
      for (auto& entry : folder.entries) {
        if (entry.found == store::RawEntry::Found::Same) continue;
        const std::string path = (folder.path.empty() ? "" : folder.path + "/") + std::string(entry.name);
        const auto below = open.lower_bound(path + "/");
        entry.descend = below != open.end() && below->first.starts_with(path + "/");
        if (const auto at = open.find(path); at != open.end() && writers.spoils(tree, before, path)) {
          blamed[at->second] = true;
          open.erase(at);
        }
      }
      return open.empty() ? store::Visit::Stop : store::Visit::Continue;
    });
  };
  if (repository.has_commit(theirs)) {
    repository.since(theirs, known, [&](const store::Commit& commit) {
      // Merges, and commits that put others aside, follow from what they merge: they are proved elsewhere.
      const bool follows = commit.parents.size() > 1 || !commit.trailer(quarantine_trailer).empty();
      if (!follows)
        look(commit.tree, commit.parents.empty() ? Oid() : repository.commit(commit.parents.front()).tree);
      return !open.empty();
    });
  } else {
    look(theirs, known);
  }
  for (std::size_t i = 0; i < found.size(); ++i)
    if (blamed[i]) out.insert(out.end(), found[i].problems.begin(), found[i].problems.end());
  return out;
}

} // namespace crm::sync
