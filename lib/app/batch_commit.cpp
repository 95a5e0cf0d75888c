// The end of a batch: what it comes to is looked at once more, written, and committed.
#include "app/batch.hpp"

#include "app/last_owner.hpp"
#include "app/permission.hpp"
#include "app/refused_schemas.hpp"
#include "base/error.hpp"
#include "codec/record.hpp"
#include "store/paths.hpp"
#include "sync/comments.hpp"
#include "sync/read_log.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace crm::app {

std::string Batch::text_of(Pending& entry) {
  const auto& schema = m_workspace.schemas().get(entry.record.type);
  entry.exact = entry.old_text.empty();
  if (entry.exact) return codec::emit_record(entry.record, schema);
  auto edited = sync::edit_with_comments(entry.committed, entry.old_text, entry.record, schema, stamp());
  entry.exact = edited.read.has_value();
  if (entry.exact) entry.record = std::move(edited.read->record);
  return std::move(edited.text);
}

void Batch::require_permission() const {
  Permission permission(m_workspace);
  RefusedSchemas refused(m_workspace);
  std::vector<core::Record> members;
  for (const auto& entry : m_pending) {
    if (entry.record.type == core::member_type) members.push_back(entry.record);
    const auto& schema = m_workspace.schemas().get(entry.record.type);
    const bool unlimited = permission.unlimited(schema);
    if (unlimited && !refused.any(schema.type)) continue;
    std::optional<core::Record> before;
    if (!entry.committed.empty()) {
      auto parsed = codec::read_record(entry.committed, entry.path, schema);
      if (auto* record = std::get_if<core::Record>(&parsed)) before = std::move(*record);
    }
    refused.check(entry.record, before ? &*before : nullptr);
    if (unlimited) continue;
    if (const auto forbidden = permission.refuse(before ? &*before : nullptr, entry.record, schema))
      permission.deny(*forbidden);
  }
  for (const auto& file : m_files)
    if (const auto forbidden = permission.refuse_file(file)) permission.deny(*forbidden);
  require_somebody_left(m_workspace, members);
}

Committed Batch::commit(std::string summary) {
  require_permission();
  Committed out{base::Id::random(m_workspace.env()).str(), "", std::move(summary), m_mode, {}, {}};
  core::Stamp newest = stamp();
  newest.time = std::max(newest.time, m_beside);
  store::Message message{out.summary, "", standard_trailers(m_workspace, m_operation, out.batch, newest)};
  std::vector<store::Change> changes = m_files;
  for (const auto& file : m_files)
    out.files.push_back(file.path);
  out.records.reserve(m_pending.size());
  std::vector<const Written*> at_hand;
  for (auto& entry : m_pending) { // which may be very many: they are moved on
    if (auto text = text_of(entry); text != entry.committed) changes.push_back({entry.path, std::move(text)});
    message.trailers.emplace_back("Crm-Record", entry.record.type + " " + entry.record.id.str());
    out.records.push_back({std::move(entry.record), std::move(entry.path), std::move(entry.name),
                           entry.action, std::move(entry.units)});
    if (entry.exact) at_hand.push_back(&out.records.back());
  }
  m_pending = {};
  m_by_path = {};
  message.trailers.insert(message.trailers.end(), m_trailers.begin(), m_trailers.end());
  if ((changes.empty() && !m_may_be_empty) || m_mode == Mode::DryRun) return out;
  std::vector<std::string> paths;
  for (const auto& change : m_files)
    paths.push_back(change.path);
  const auto says = [&](const store::HandEdit& edit) { // what the batch makes of the file
    return std::any_of(m_files.begin(), m_files.end(), [&](const store::Change& change) {
      return change.path == edit.path && change.content == edit.content;
    });
  };
  for (const auto& edit : m_workspace.repository().hand_edits(paths))
    if (!says(edit))
      throw base::Error(base::Kind::Failure, edit.path + " has an edit by hand that would be overwritten",
                        "commit it with `crm commit`, or take it back with " + store::taking_back(edit.path));
  changes.insert(changes.end(), m_put_back.begin(), m_put_back.end());
  const auto reads = sync::reads_to_commit(m_workspace.repository(), m_workspace.device());
  changes.insert(changes.end(), reads.begin(), reads.end());
  m_workspace.progress("", 0, 0);
  const store::Oid before = m_workspace.tree();
  m_transaction.tell(
      [&](std::size_t done, std::size_t total) { m_workspace.progress("Writing", done, total); });
  out.commit = m_transaction.commit(changes, message, signature(m_workspace, stamp()));
  m_workspace.progress("", 0, 0);
  m_workspace.committed(out.batch);
  if (!reads.empty()) sync::reads_committed(m_workspace.repository());
  after_commit(m_workspace, m_transaction, out.records);
  // By hand somebody may have gone on already: then HEAD is not this batch's.
  follow({before, m_workspace.repository().commit(out.commit).tree, {}}, at_hand, changes);
  return out;
}

/// The answer does not wait for it to be asked again: the index follows while the lock keeps others out. What
/// was written is at hand, and need not be read again.
void Batch::follow(Workspace::Batched batch, const std::vector<const Written*>& records,
                   const std::vector<store::Change>& changes) {
  std::unordered_map<std::string_view, const core::Record*> written;
  for (const auto* each : records)
    written.emplace(each->path, &each->record);
  for (const auto& change : changes) {
    const auto record = written.find(change.path);
    batch.files.push_back({change.path,
                           change.content ? store::Repository::id_of(*change.content) : change.blob,
                           record == written.end() ? nullptr : record->second});
  }
  std::sort(batch.files.begin(), batch.files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  m_workspace.bring_forward(batch);
}

} // namespace crm::app
