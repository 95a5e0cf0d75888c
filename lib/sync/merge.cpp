#include "sync/merge.hpp"

#include "base/error.hpp"
#include "base/trace.hpp"
#include "codec/schema.hpp"
#include "codec/yaml.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"
#include "sync/attachments.hpp"
#include "sync/authority.hpp"
#include "sync/merge_folders.hpp"
#include "sync/merge_history.hpp"
#include "sync/merge_schemas.hpp"
#include "sync/merge_texts.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace crm::sync {
namespace {

using core::Problem;
using core::Schema;
using store::Difference;
using store::Oid;

/// A record that is marked says so in a line of its `crm:` block; most need not be read to know that they are
/// not.
bool may_be_deleted(const std::string& text) {
  return text.find("deleted") != std::string::npos;
}

/// Records, and what has no need of stamps.
bool has_stamps(const std::string& path) {
  return store::parse_record_path(path) || store::is_in_attachments(path);
}

class Planner {
 public:
  Planner(const store::Repository& repository, const store::Commit& ours, const store::Commit& theirs,
          Origins origins, ReadFiles* files)
      : m_repository(repository), m_ours(ours), m_theirs(theirs), m_origins(origins),
        m_files(files != nullptr ? *files : m_own), m_our_history(repository, ours.id, theirs.id),
        m_their_history(repository, theirs.id, ours.id), m_schemas(repository, ours.tree, m_chosen, m_files) {
    m_plan.ours = ours.id;
    m_plan.theirs = theirs.id;
  }

  MergePlan run() {
    if (m_repository.descends(m_ours.id, m_theirs.id)) return std::move(m_plan);
    const bool forward = m_repository.descends(m_theirs.id, m_ours.id);
    m_plan.kind = forward ? MergePlan::Kind::FastForward : MergePlan::Kind::Merge;
    forward ? follow() : merge();
    std::sort(m_plan.changes.begin(), m_plan.changes.end(),
              [](const store::Change& a, const store::Change& b) { return a.path < b.path; });
    std::sort(m_plan.chosen.begin(), m_plan.chosen.end());
    return std::move(m_plan);
  }

  /// Of a merge, without looking at any record.
  std::vector<Chosen> chosen() {
    choose(m_repository.diff(m_ours.tree, m_theirs.tree));
    return std::move(m_plan.chosen);
  }

 private:
  void follow() {
    const auto differences = m_repository.diff(m_ours.tree, m_theirs.tree);
    for (const auto& difference : differences)
      if (!has_stamps(difference.path)) m_chosen[difference.path] = content(difference.after);
    const auto moving = moving_records(differences, moved_folders(m_repository, differences, m_files));
    for (const auto& difference : differences) {
      if (store::is_in_attachments(difference.path)) {
        m_plan.changes.push_back({difference.path, std::nullopt, std::nullopt, difference.after});
        continue;
      }
      auto after = content(difference.after);
      if (const auto record = store::parse_record_path(difference.path)) {
        if (moving.contains(record->id))
          m_plan.changed += after ? 1 : 0;
        else
          count(difference, *record, after);
      }
      m_plan.changes.push_back({difference.path, std::move(after)});
    }
  }

  void count(const Difference& difference, const store::RecordPath& path,
             const std::optional<std::string>& after) {
    if (difference.before.empty())
      ++m_plan.arrived;
    else if (!after || (is_marked(path, difference.path, *after) &&
                        !is_marked(path, difference.path, m_repository.blob(difference.before))))
      ++m_plan.deleted;
    else
      ++m_plan.changed;
  }

  bool is_marked(const store::RecordPath& path, const std::string& file, const std::string& text) {
    const Schema* schema = may_be_deleted(text) ? m_schemas.of_folder(path.folder) : nullptr;
    if (schema == nullptr) return false;
    const auto read = read_version(text, file, *schema);
    const auto* version = std::get_if<Version>(&read);
    return version != nullptr && core::is_deleted(version->record, *schema);
  }

  void merge() {
    if (m_origins == Origins::Unknown) look_at_histories();
    auto found = m_repository.diff(m_ours.tree, m_theirs.tree);
    choose(found); // schemas are among these, and the records need them
    check_moves(m_moves.here, m_ours.tree);
    check_moves(m_moves.there, m_theirs.tree);
    const auto [differences, arrived, left] = move_records(std::move(found), m_moves);
    for (const auto& path : left)
      m_plan.changes.push_back({path, std::nullopt});
    std::size_t records = 0;
    for (const auto& difference : differences)
      if (const auto path = store::parse_record_path(difference.path)) {
        ++records;
        if (difference.before != difference.after) record(difference, *path);
        if (arrived.contains(difference.path) && !is_taken(difference)) take_ours(difference);
      }
    const auto broken = m_schemas.take_problems();
    m_problems.insert(m_problems.begin(), broken.begin(), broken.end());
    if (!m_problems.empty()) fail_invalid(m_problems);
    describe(records, differences.size());
  }

  void look_at_histories() {
    if (m_our_history.begins_elsewhere() || m_their_history.begins_elsewhere())
      throw base::Error(base::Kind::VerificationFailed,
                        m_plan.theirs + " is of another store: its history begins with another commit");
    for (const auto& [device, here] : m_our_history.by_device()) {
      const auto there = m_their_history.by_device().find(device);
      if (there == m_their_history.by_device().end()) continue;
      auto& doubled = m_plan.doubled.emplace_back(Doubled{device, {}});
      std::set_intersection(here.begin(), here.end(), there->second.begin(), there->second.end(),
                            std::back_inserter(doubled.records));
    }
  }

  void choose(const std::vector<Difference>& differences) {
    for (const auto& difference : differences)
      if (store::is_in_attachments(difference.path)) {
        attachment(difference);
      } else if (!store::parse_record_path(difference.path)) {
        newest(difference);
      }
  }

  /// A function of the two trees and commits alone: both sides say the same.
  void describe(std::size_t records, std::size_t files) {
    const auto counted = [](std::size_t n, const std::string& what) {
      return "Merge " + std::to_string(n) + " " + what + (n == 1 ? "" : "s");
    };
    m_plan.message = {
        records > 0 ? counted(records, "record") : counted(files, "file"), told(), {{"Crm-Merge", "1"}}};
    m_plan.signature = {
        "crm merge", "crm@localhost",
        std::max({m_ours.author.time, m_ours.committer.time, m_theirs.author.time, m_theirs.committer.time})};
  }

  /// Which rule settled what, so that a record's history tells it: by type and id, as names may be private.
  std::string told() const {
    constexpr std::size_t most = 1000;
    std::string out;
    std::size_t lines = 0;
    for (const auto& each : m_plan.joined) {
      if (each.decisions.empty()) continue;
      if (++lines > most) return out + "and more\n";
      out += each.type + " " + each.id + ":";
      for (const auto& decision : each.decisions)
        out += " " + decision.unit + " (" + std::string(core::to_text(decision.rule)) +
               (decision.conflict ? ", in conflict)" : ")");
      out += "\n";
    }
    return out;
  }

  void take(const Difference& difference) {
    m_plan.changes.push_back({difference.path, content(difference.after)});
  }

  void take_ours(const Difference& difference) {
    m_plan.changes.push_back({difference.path, content(difference.before)});
  }

  /// One name, one content: who lacks it gets it. A file that is not what its name says gives way.
  void attachment(const Difference& difference) {
    const auto rank = [&](const Oid& blob) {
      return std::pair{!blob.empty() && is_attachment(m_repository, difference.path, blob), blob};
    };
    if (difference.before.empty() ||
        (!difference.after.empty() && rank(difference.before) < rank(difference.after)))
      m_plan.changes.push_back({difference.path, std::nullopt, std::nullopt, difference.after});
  }

  /// Files without stamps: the side that alone changed it, else the newer change.
  void newest(const Difference& difference) {
    const auto& path = difference.path;
    if (path == policy_path) return newest_policy(difference);
    const auto here = m_our_history.newest(path), there = m_their_history.newest(path);
    if (is_schema_path(path) && has_records(difference)) return newest_standing(difference);
    // Where neither history says anything (a merge by hand, a shallow clone), the ids have to decide.
    const bool taken = here || there ? here < there : difference.before < difference.after;
    if (here.has_value() == there.has_value()) tell_choice(difference, taken);
    m_chosen[path] = content(taken ? difference.after : difference.before);
    if (taken) take(difference);
  }

  void tell_choice(const Difference& difference, bool taken) {
    const auto& path = difference.path;
    const auto& lost = taken ? difference.before : difference.after;
    Chosen out{path, "", "", ""};
    if (!lost.empty()) {
      const auto moment = (taken ? m_our_history : m_their_history).newest(path);
      const bool told = moment && m_repository.blob_id(moment->commit, path) == lost;
      out.commit = told ? moment->commit : (taken ? m_ours : m_theirs).id;
      if (told) {
        const auto commit = m_repository.commit(moment->commit);
        out.member = commit.author.name;
        out.device = commit.trailer("Crm-Device");
      }
    }
    m_plan.chosen.push_back(std::move(out));
  }

  /// Records without their schema mean nothing, and nobody would take them in. So where there are some, on
  /// either side, their schema stays, whoever deleted it: of what stood, the newest counts.
  void newest_standing(const Difference& difference) {
    const auto& path = difference.path;
    const auto here = m_our_history.newest_standing(path), there = m_their_history.newest_standing(path);
    const auto of = [](const Oid& blob, const std::optional<Standing>& standing) {
      return blob.empty() && standing ? standing->blob : blob; // it was deleted later
    };
    const auto ours = of(difference.before, here), theirs = of(difference.after, there);
    const auto folder_here = folder_of(path, ours), folder_there = folder_of(path, theirs);
    const bool newer = folder_here.empty() != folder_there.empty() ? folder_here.empty()
                       : here && there                             ? here->moment < there->moment
                       : here.has_value() != there.has_value()     ? there.has_value()
                                                                   : ours < theirs;
    const auto& chosen = newer ? theirs : ours;
    if (here.has_value() == there.has_value()) tell_choice(difference, newer);
    m_chosen[path] = content(chosen);
    if (chosen != difference.before) m_plan.changes.push_back({path, content(chosen)});
    if (folder_here.empty() || folder_there.empty() || folder_here == folder_there) return;
    if (newer)
      m_moves.here[folder_here] = folder_there;
    else
      m_moves.there[folder_there] = folder_here;
  }

  /// A side that has that folder already has another type's records in it: there must be none, or they move
  /// too.
  void check_moves(const std::map<std::string, std::string>& moves, const Oid& tree) {
    for (const auto& [from, to] : moves)
      if (!m_repository.folder_id(tree, from).empty() && !m_repository.folder_id(tree, to).empty() &&
          !moves.contains(to))
        m_problems.push_back(
            {from, 0, "x-crm.folder", to,
             "is the new folder of the records in " + from + "/, and holds those of another type"});
  }

  bool has_records(const Difference& schema_file) const {
    const auto any = [&](const Oid& blob) {
      const auto folder = folder_of(schema_file.path, blob);
      return !folder.empty() && (!m_repository.folder_id(m_ours.tree, folder).empty() ||
                                 !m_repository.folder_id(m_theirs.tree, folder).empty());
    };
    return any(schema_file.before) || any(schema_file.after);
  }

  /// Where a version of a schema has its records; "" for one that is not there or cannot be read.
  std::string folder_of(const std::string& path, const Oid& blob) const {
    if (blob.empty()) return {};
    const auto* schema = std::get_if<Schema>(&m_files.schema(path, m_repository.blob(blob)));
    return schema != nullptr ? schema->folder : std::string();
  }

  /// A policy's version never goes back, whatever the clocks said; of two of one version, the greater id.
  void newest_policy(const Difference& difference) {
    const auto rank = [&](const Oid& blob) { return std::pair{policy_version(m_repository, blob), blob}; };
    const bool taken = rank(difference.before) < rank(difference.after);
    if (m_our_history.newest(difference.path).has_value() ==
        m_their_history.newest(difference.path).has_value())
      tell_choice(difference, taken);
    m_chosen[difference.path] = content(taken ? difference.after : difference.before);
    if (taken) take(difference);
  }

  void record(const Difference& difference, const store::RecordPath& path) {
    const Schema* schema = m_schemas.of_folder(path.folder);
    const bool both = !difference.before.empty() && !difference.after.empty();
    if (both && schema != nullptr) return join(difference, path, *schema);
    if (!both && schema != nullptr) {
      if (!difference.after.empty()) take(difference);
    } else {
      newest(difference);
    }
    if (difference.before.empty() && is_taken(difference)) ++m_plan.arrived;
    if (difference.after.empty() && is_taken(difference)) ++m_plan.deleted;
    if (both && is_taken(difference)) ++m_plan.changed;
  }

  bool is_taken(const Difference& difference) const {
    return !m_plan.changes.empty() && m_plan.changes.back().path == difference.path;
  }

  void join(const Difference& difference, const store::RecordPath& path, const Schema& schema) {
    const auto& file = difference.path;
    const auto ours = m_files.record(m_repository, difference.before, file, schema),
               theirs = m_files.record(m_repository, difference.after, file, schema);
    // One that cannot be read has no stamps that one could trust; whose it is makes no difference.
    if (std::holds_alternative<std::vector<Problem>>(*ours) ||
        std::holds_alternative<std::vector<Problem>>(*theirs)) {
      newest(difference);
      m_plan.changed += is_taken(difference) ? 1 : 0;
      return;
    }
    const auto &a = std::get<Version>(*ours), &b = std::get<Version>(*theirs);
    auto merged = core::join(a.record, b.record, schema);
    auto problems = core::check_provenance(merged.record, schema);
    for (auto& problem : problems) {
      problem.file = file;
      m_problems.push_back(std::move(problem));
    }
    auto text = join_texts(a, b, merged.record, schema);
    if (text.size() > codec::record_limits.bytes) // nobody could read it
      m_problems.push_back(
          {file, 0, "", "", "would have more bytes than a record may have; clear a long text"});
    // For the report alone: what is said in the commit can be told from the two versions.
    if (m_origins != Origins::Unknown || !m_our_history.wrote(path.id) || !m_their_history.wrote(path.id))
      merged.outdone.clear();
    m_plan.joined.push_back({file, schema.type, path.id, core::display_name(merged.record, schema),
                             std::move(merged.decisions), std::move(merged.outdone)});
    if (text == a.text) return;
    m_plan.changes.push_back({file, std::move(text)});
    const bool gone = core::is_deleted(merged.record, schema) && !core::is_deleted(a.record, schema);
    ++(gone ? m_plan.deleted : m_plan.changed);
  }

  std::optional<std::string> content(const Oid& blob) const {
    if (blob.empty()) return std::nullopt;
    return m_repository.blob(blob);
  }

  const store::Repository& m_repository;
  const store::Commit &m_ours, &m_theirs;
  Origins m_origins;
  ReadFiles m_own;
  ReadFiles& m_files;
  SideHistory m_our_history, m_their_history;
  FolderMoves m_moves;
  std::map<std::string, std::optional<std::string>> m_chosen; ///< files without stamps, as they will be
  MergedSchemas m_schemas;
  std::vector<Problem> m_problems;
  MergePlan m_plan;
};

} // namespace

MergePlan plan_merge(const store::Repository& repository, const Oid& ours, const Oid& theirs, Origins origins,
                     ReadFiles* files) {
  const base::Span span("planning the merge");
  const auto a = repository.commit(ours), b = repository.commit(theirs);
  return Planner(repository, a, b, origins, files).run();
}

std::vector<Chosen> chosen_by_others(const store::Repository& repository, const MergePlan& plan) {
  const auto changes_here = [&](const std::string& path) {
    return std::any_of(plan.changes.begin(), plan.changes.end(),
                       [&](const store::Change& change) { return change.path == path; });
  };
  std::vector<Chosen> out;
  if (std::all_of(plan.changes.begin(), plan.changes.end(),
                  [](const store::Change& change) { return has_stamps(change.path); }))
    return out;
  repository.since(plan.theirs, plan.ours, [&](const store::Commit& merge) {
    if (merge.trailer("Crm-Merge").empty() || merge.parents.size() != 2) return true;
    const auto a = repository.commit(merge.parents[0]), b = repository.commit(merge.parents[1]);
    for (auto& each : Planner(repository, a, b, Origins::Same, nullptr).chosen())
      if (changes_here(each.path) && !each.commit.empty() && repository.descends(plan.ours, each.commit))
        out.push_back(std::move(each));
    return true;
  });
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace crm::sync
