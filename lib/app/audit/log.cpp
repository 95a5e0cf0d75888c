#include "app/audit/log.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "store/paths.hpp"
#include "sync/arrivals.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

constexpr std::size_t shortest_beginning = 4;

store::Oid parent_tree(const store::Repository& repository, const store::Commit& commit) {
  return commit.parents.empty() ? "" : repository.commit(commit.parents.front()).tree;
}

store::Oid file_at(const store::Repository& repository, const store::Oid& tree, const std::string& path) {
  return tree.empty() ? "" : repository.blob_id(tree, path).value_or("");
}

store::Oid folder_at(const store::Repository& repository, const store::Oid& tree, const std::string& path) {
  return tree.empty() ? "" : repository.folder_id(tree, path);
}

class AuditWalk {
 public:
  AuditWalk(Workspace& workspace, const AuditFilter& filter)
      : m_workspace(workspace), m_repository(workspace.repository()), m_filter(filter),
        m_trace(m_repository) {
    if (!filter.record.empty()) m_paths.insert(filter.record);
    if (!filter.type.empty()) m_folder = workspace.schemas().get(filter.type).folder;
  }

  AuditLog run() {
    std::size_t seen = 0;
    m_repository.newest_first(m_repository.head(), [&](const store::Commit& commit) {
      m_workspace.progress("reading the history", seen++, 0);
      const auto arrived = m_trace.visit(commit);
      auto entry = audit_entry(commit);
      look_for_moves(commit);
      if (!matches(commit, entry)) return true;
      if (m_filter.limit > 0 && m_out.entries.size() == m_filter.limit) {
        m_out.more = true;
        return false;
      }
      entry.arrived = entry.device == m_workspace.device() ? std::optional(entry.written) : arrived;
      if (entry.records.empty() && !entry.is_merge()) name_records(commit, entry);
      m_out.entries.push_back(std::move(entry));
      return true;
    });
    m_workspace.progress("", 0, 0);
    return std::move(m_out);
  }

 private:
  bool matches(const store::Commit& commit, const AuditEntry& entry) const {
    const auto& f = m_filter;
    return (f.merges || !entry.is_merge()) && (f.member.empty() || entry.member == f.member) &&
           (f.device.empty() || entry.device == f.device) && (!f.offline || entry.offline_since) &&
           (!f.since || entry.written >= *f.since) && (!f.until || entry.written < *f.until) &&
           (f.batch.empty() || entry.batch.starts_with(f.batch) || commit.id.starts_with(f.batch)) &&
           (f.record.empty() || touches_record(commit)) && (f.type.empty() || touches_type(commit)) &&
           (f.field.empty() || touches_field(commit));
  }

  /// By the trees, not by what the message says of them. A merge touches what neither side had like that.
  bool touches_record(const store::Commit& commit) const {
    return std::any_of(m_paths.begin(), m_paths.end(), [&](const std::string& path) {
      const auto now = file_at(m_repository, commit.tree, path);
      if (commit.parents.empty()) return !now.empty();
      return std::none_of(commit.parents.begin(), commit.parents.end(), [&](const store::Oid& parent) {
        return file_at(m_repository, parent, path) == now;
      });
    });
  }

  /// Where a merge has the record from a side whose schema had another folder, older commits have it there.
  void look_for_moves(const store::Commit& merge) {
    if (merge.parents.size() < 2) return;
    const auto before = m_paths;
    for (const auto& path : before)
      for (const auto& parent : merge.parents) {
        if (file_at(m_repository, merge.tree, path).empty() || !file_at(m_repository, parent, path).empty())
          continue;
        const auto id = store::parse_record_path(path)->id;
        for (const auto& difference : m_repository.diff(parent, merge.tree))
          if (const auto parts = store::parse_record_path(difference.path); parts && parts->id == id)
            m_paths.insert(difference.path);
      }
  }

  bool touches_type(const store::Commit& commit) const {
    const auto now = folder_at(m_repository, commit.tree, m_folder);
    if (commit.parents.empty()) return !now.empty();
    for (const auto& parent : commit.parents)
      if (folder_at(m_repository, parent, m_folder) == now) return false;
    return true;
  }

  bool touches_field(const store::Commit& commit) const {
    for (const auto& difference : m_repository.diff(parent_tree(m_repository, commit), commit.tree)) {
      const auto home = m_workspace.home_of(difference.path);
      if (!home || (!m_folder.empty() && home->schema->folder != m_folder) ||
          (!m_filter.record.empty() && !m_paths.contains(difference.path)))
        continue;
      if (!(values_at(difference.before, difference.path, *home->schema) ==
            values_at(difference.after, difference.path, *home->schema)))
        return true;
    }
    return false;
  }

  /// Of a group, the values of its fields.
  core::List values_at(const store::Oid& blob, const std::string& path, const core::Schema& schema) const {
    if (blob.empty()) return {};
    const auto read = codec::read_record(m_repository.blob(blob), path, schema);
    const auto* record = std::get_if<core::Record>(&read);
    if (record == nullptr) return {};
    core::List out;
    for (const auto& field : schema.fields)
      if (field.group == m_filter.field) out.push_back(record->get(field.name));
    if (out.empty() && !record->get(m_filter.field).is_null()) out.push_back(record->get(m_filter.field));
    return out;
  }

  void name_records(const store::Commit& commit, AuditEntry& entry) const {
    for (const auto& difference : m_repository.diff(parent_tree(m_repository, commit), commit.tree)) {
      const auto home = m_workspace.home_of(difference.path);
      if (home) entry.records.emplace_back(home->schema->type, store::parse_record_path(home->path)->id);
    }
  }

  Workspace& m_workspace;
  const store::Repository& m_repository;
  const AuditFilter& m_filter;
  sync::ArrivalTrace m_trace;
  std::string m_folder;
  std::set<std::string> m_paths; ///< of the record that is asked for, in all commits
  AuditLog m_out;
};

} // namespace

AuditEntry audit_entry(const store::Commit& commit) {
  AuditEntry out;
  out.commit = commit.id;
  out.batch = commit.trailer("Crm-Batch");
  out.operation = commit.trailer("Crm-Op");
  out.member = commit.trailer("Crm-Actor");
  out.device = commit.trailer("Crm-Device");
  out.summary = commit.summary;
  const auto clock = core::parse_stamp_time(commit.trailer("Crm-Clock"));
  out.written = clock.value_or(commit.author.time);
  out.offline_since = core::parse_stamp_time(commit.trailer("Crm-Offline-Since"));
  for (const auto& [name, value] : commit.trailers)
    if (const auto space = value.find(' '); name == "Crm-Record" && space != std::string::npos)
      out.records.emplace_back(value.substr(0, space), value.substr(space + 1));
  if (commit.parents.size() > 1) {
    out.operation = "merge";
    if (commit.trailer("Crm-Merge").empty()) out.member = commit.author.name;
  } else if (out.batch.empty()) {
    // `crm@…` of a person's own git: what is before the @ need not be the name.
    out.operation = "git";
    out.member = commit.author.name;
    const auto at = commit.author.email.find('@');
    if (at != std::string::npos && commit.author.email.substr(0, at) == commit.author.name)
      out.device = commit.author.email.substr(at + 1);
  }
  return out;
}

AuditLog audit_log(Workspace& workspace, const AuditFilter& filter) {
  return AuditWalk(workspace, filter).run();
}

store::Commit find_commit(const Workspace& workspace, const std::string& wanted) {
  const auto shown = base::printable(wanted);
  if (wanted.size() < shortest_beginning)
    throw base::Error(base::Kind::Usage, "\"" + shown + "\" is too short to name a batch",
                      "four characters of it at least, as `crm audit` shows them");
  std::vector<store::Commit> found;
  constexpr std::size_t enough = 5;
  const auto& repository = workspace.repository();
  repository.newest_first(repository.head(), [&](const store::Commit& commit) {
    const auto batch = commit.trailer("Crm-Batch");
    const bool exact = batch == wanted || commit.id == wanted;
    if (exact) found.clear();
    if (exact || batch.starts_with(wanted) || commit.id.starts_with(wanted)) found.push_back(commit);
    return !exact && found.size() < enough;
  });
  if (found.empty())
    throw base::Error(base::Kind::NotFound, "no batch \"" + shown + "\" in this store's history",
                      "`crm audit` lists them");
  if (found.size() > 1) {
    std::vector<std::string> lines;
    for (const auto& each : found) {
      const auto batch = each.trailer("Crm-Batch");
      lines.push_back(fmt::format("  {}  {}", batch.empty() ? each.id.substr(0, 16) : batch,
                                  base::printable(base::fit(each.summary, 50))));
    }
    throw base::Error(base::Kind::Ambiguous,
                      "more than one begins with \"" + shown + "\":\n" + base::join(lines, "\n"),
                      "give more of it");
  }
  return found.front();
}

} // namespace crm::app
