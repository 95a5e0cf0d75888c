#include "app/conflicts.hpp"
#include "codec/record.hpp"
#include "core/provenance.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

namespace crm::app {
namespace {

using Mask = std::uint64_t; ///< of a conflict's values: those beyond have never been seen
constexpr std::size_t most_values = 64;

/// One conflict, and what tells in the text of a record's file which of its values had been written by then.
struct Sought {
  Disputed* of;
  std::size_t number; ///< of->conflicts[number]
  std::vector<std::string> stamps;
  Mask all = 0;
  bool open = true;
};

/// The conflicts about records in one folder, and which of their values each state of it holds.
struct Folder {
  std::vector<std::size_t> sought;
  std::map<store::Oid, std::vector<Mask>> held; ///< by the folder's tree
};

/// Goes through the history from the newest commit to the oldest. Of each commit it knows of which values it
/// is a past: those that a commit wrote which comes after it. The first that is before all, and holds none,
/// is what the conflict was about.
class BaseSearch {
 public:
  BaseSearch(Workspace& workspace, std::vector<Disputed>& disputed)
      : m_repository(workspace.repository()), m_schemas(workspace.schemas()) {
    for (auto& each : disputed) {
      each.bases.assign(each.conflicts.size(), std::nullopt);
      auto& folder = m_folders[each.found.path.substr(0, each.found.path.rfind('/'))];
      for (std::size_t n = 0; n < each.conflicts.size(); ++n) {
        folder.sought.push_back(m_sought.size());
        Sought sought{&each, n, {}};
        for (const auto& value : each.conflicts[n].values)
          if (sought.stamps.size() < most_values) {
            sought.all |= Mask{1} << sought.stamps.size();
            sought.stamps.push_back(core::to_text(value.stamp));
          }
        m_sought.push_back(std::move(sought));
      }
    }
  }

  /// False when nothing is left to find.
  bool visit(const store::Commit& commit) {
    const auto held = held_in(commit);
    auto past = std::move(m_pasts[commit.id]);
    m_pasts.erase(commit.id);
    past.before.resize(m_sought.size());
    past.written.resize(m_sought.size());
    bool open = false;
    for (std::size_t n = 0; n < m_sought.size(); ++n) {
      past.before[n] |= past.written[n] & ~held[n];
      auto& sought = m_sought[n];
      if (sought.open && held[n] == 0 && past.before[n] == sought.all) settle(sought, commit);
      sought.open = sought.open && may_be_there(sought, commit.committer.time);
      open = open || sought.open;
    }
    for (const auto& parent : commit.parents) {
      auto& known = m_pasts[parent];
      add(known.before, past.before);
      if (commit.parents.size() == 1) add(known.written, held); // a merge writes nothing
    }
    return open;
  }

 private:
  struct Past {
    std::vector<Mask> before;  ///< values that commits after it wrote
    std::vector<Mask> written; ///< those that the next commits hold: written by them, if they are not here
  };

  static void add(std::vector<Mask>& to, const std::vector<Mask>& more) {
    to.resize(more.size());
    for (std::size_t n = 0; n < more.size(); ++n)
      to[n] |= more[n];
  }

  /// Whether what came before a commit of that time may hold the record: crm's own are not earlier than those
  /// they follow, and other clocks are days off, not weeks.
  static bool may_be_there(const Sought& sought, core::StampTime time) {
    const auto created = core::created(sought.of->found.record).time;
    return created == core::StampTime{} || time >= created - std::chrono::weeks{1};
  }

  std::vector<Mask> held_in(const store::Commit& commit) {
    std::vector<Mask> out(m_sought.size());
    for (auto& [path, folder] : m_folders) {
      const auto tree = m_repository.folder_id(commit.tree, path);
      if (tree.empty()) continue;
      auto [at, is_new] = folder.held.try_emplace(tree);
      if (is_new)
        for (const auto n : folder.sought)
          at->second.push_back(held_by(m_sought[n], tree));
      for (std::size_t i = 0; i < folder.sought.size(); ++i)
        out[folder.sought[i]] = at->second[i];
    }
    return out;
  }

  Mask held_by(const Sought& sought, const store::Oid& folder) const {
    const auto& path = sought.of->found.path;
    const auto text = m_repository.read(folder, path.substr(path.rfind('/') + 1));
    Mask out = 0;
    for (std::size_t n = 0; text && n < sought.stamps.size(); ++n)
      if (text->find(sought.stamps[n]) != text->npos) out |= Mask{1} << n;
    return out;
  }

  void settle(Sought& sought, const store::Commit& commit) const {
    const auto& found = sought.of->found;
    const auto text = m_repository.read(commit.tree, found.path);
    sought.open = text.has_value(); // else each of them made the record
    if (!text) return;
    const auto& schema = m_schemas.get(found.record.type);
    const auto parsed = codec::read_record(*text, found.path, schema);
    const auto* record = std::get_if<core::Record>(&parsed);
    if (record == nullptr) return;
    sought.of->bases[sought.number] = values(*record, sought.of->conflicts[sought.number].unit, schema);
    sought.open = false;
  }

  /// Of a deletion all that was there, or nothing when it had been deleted by then.
  static core::Map values(const core::Record& record, const std::string& unit, const core::Schema& schema) {
    if (unit == core::Conflict::deletion)
      return core::is_deleted(record, schema) ? core::Map{} : record.fields;
    core::Map out;
    for (const auto& field : core::fields_of(unit, schema))
      if (const core::Value* value = record.fields.find(field)) out.set(field, *value);
    return out;
  }

  const store::Repository& m_repository;
  const SchemaSet& m_schemas;
  std::vector<Sought> m_sought;
  std::map<std::string, Folder> m_folders; ///< by path
  std::map<store::Oid, Past> m_pasts;      ///< of commits that are still to come
};

} // namespace

void find_bases(Workspace& workspace, std::vector<Disputed>& disputed) {
  BaseSearch search(workspace, disputed);
  if (disputed.empty()) return;
  const auto& repository = workspace.repository();
  repository.newest_first(repository.head(),
                          [&](const store::Commit& commit) { return search.visit(commit); });
}

} // namespace crm::app
