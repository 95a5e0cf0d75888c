#include "app/batch.hpp"

#include "app/availability.hpp"
#include "app/hand_edits.hpp"
#include "app/key_use.hpp"
#include "app/keys.hpp"
#include "app/late_edit.hpp"
#include "app/occurrences.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "core/foreign.hpp"
#include "store/paths.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>

namespace crm::app {
namespace {

[[noreturn]] void invalid(const std::vector<core::Problem>& problems, const std::string& hint = {}) {
  std::vector<std::string> lines;
  for (const auto& problem : problems)
    lines.push_back(base::printable(core::to_text(problem)));
  throw base::Error(base::Kind::InvalidData, base::join(lines, "\n"), hint);
}

} // namespace

std::string_view to_text(Action action) {
  switch (action) {
  case Action::Created:
    return "created";
  case Action::Changed:
    return "changed";
  case Action::Deleted:
    return "deleted";
  case Action::Restored:
    return "restored";
  }
  return "";
}

std::chrono::milliseconds lock_wait(const base::Environment& env) {
  constexpr double usual = 10, longest = 3600;
  const auto text = env.variable("CRM_LOCK_WAIT");
  const double asked = text ? std::strtod(text->c_str(), nullptr) : usual;
  const double seconds = std::isnan(asked) ? usual : std::clamp(asked, 0.0, longest);
  return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
}

Batch::Batch(Workspace& workspace, std::string operation, Mode mode)
    : m_workspace(workspace), m_operation(std::move(operation)), m_mode(mode),
      m_transaction(begin_writing(workspace)) {
  workspace.moved();
  if (mode == Mode::Write) adopt_in_passing(workspace, m_transaction);
}

void Batch::sweep() {
  if (m_dirty) return;
  const auto edits = m_workspace.repository().hand_edits();
  m_dirty.emplace();
  for (const auto& edit : edits)
    m_dirty->insert(edit.path);
  if (edits.empty() || m_mode == Mode::DryRun || is_small(m_workspace)) return;
  auto plan = plan_in_passing(m_workspace, edits);
  adopt(m_workspace, m_transaction, plan);
  for (const auto& change : plan.changes)
    m_dirty->erase(change.path);
}

core::Record Batch::load(const Found& found) {
  if (const auto known = m_by_path.find(found.path); known != m_by_path.end())
    return m_pending[known->second].record;
  const auto edits = m_dirty && !m_dirty->contains(found.path)
                         ? std::vector<store::HandEdit>{}
                         : m_workspace.repository().hand_edits({found.path});
  if (!edits.empty()) {
    if (edits.front().kind == store::HandEdit::Kind::Removed)
      throw base::Error(base::Kind::Failure, found.path + " was removed by hand",
                        "`crm commit` deletes the record, and " + store::taking_back(found.path) +
                            " brings the file back");
    auto plan = plan_adoption(m_workspace, edits);
    if (!plan.problems.empty())
      invalid(plan.problems, "this record has an edit by hand that is not valid: mend it, or take it back "
                             "with " +
                                 store::taking_back(found.path));
    if (m_mode == Mode::Write) adopt(m_workspace, m_transaction, plan);
  }
  if (m_dirty &&
      !m_dirty->contains(found.path)) { // a batch of very many: the index has it at a fifth of the cost
    const auto row =
        m_workspace.with_index([&](index::Index& index) { return index.by_id(found.record.id.str()); });
    if (row && row->path == found.path) {
      core::Record record = to_record(*row);
      follows(core::newest(record).time);
      return record;
    }
  }
  const auto* of = m_workspace.occurrence_of(found.record.id.str());
  const bool derived = of != nullptr && !m_workspace.repository().blob_id(m_workspace.tree(), found.path);
  core::Record record =
      derived ? derived_occurrence(m_workspace, *of) : m_workspace.load(found.record.type, found.path);
  m_newest = std::max(m_newest, core::newest(record).time);
  return record;
}

const core::Stamp& Batch::stamp() {
  if (!m_stamp) {
    const auto seen = std::max(m_newest, newest_seen(m_workspace.repository()));
    const auto wall = m_workspace.env().now();
    if (seen > wall + std::chrono::days{1})
      m_workspace.warn(
          fmt::format("this device's clock is behind: the store has changes from {}; check the date",
                      core::to_text(seen)));
    m_stamp = core::Stamp{core::next_stamp_time(wall, seen), m_workspace.device(), m_workspace.member()};
  }
  return *m_stamp;
}

Batch::Pending& Batch::pending(const core::Record& record, Action action) {
  const auto& schema = m_workspace.schemas().get(record.type);
  const std::string path = store::record_path(schema.folder, record.id.str());
  if (const auto known = m_by_path.find(path); known != m_by_path.end()) return m_pending[known->second];
  const auto text = m_workspace.repository().read(m_workspace.tree(), path).value_or("");
  add({record, path, text, text, core::display_name(record, schema), action, {}});
  return m_pending.back();
}

void Batch::add(Pending entry) {
  m_by_path.emplace(entry.path, m_pending.size());
  m_pending.push_back(std::move(entry));
}

void Batch::check(const core::Record& record, const core::Schema& schema, const std::string& path,
                  const core::Record* before) const {
  auto shown = codec::validate(record, schema, path);
  // What a merge or a newer schema has left wrong does not keep anybody from changing the rest.
  if (!shown.empty() && before != nullptr)
    shown = core::new_problems(std::move(shown), codec::validate(*before, schema, path));
  if (shown.empty()) shown = time_problems(record);
  if (!shown.empty()) {
    for (auto& problem : shown) {
      problem.file =
          schema.type +
          (record.text(schema.name_field).empty() ? "" : " \"" + record.text(schema.name_field) + "\"");
      problem.line = 0;
    }
    invalid(shown, "`crm types " + schema.type + "` lists the fields and what they may hold");
  }
}

void Batch::check_unique_key(const core::Record& record, const core::Schema& schema) {
  if (schema.key_field.empty() || record.text(schema.key_field).empty()) return;
  const auto [own, fresh] =
      m_keys.try_emplace(schema.type + " " + record.text(schema.key_field), record.id.str());
  if (!fresh && own->second != record.id.str())
    throw base::Error(base::Kind::InvalidData,
                      fmt::format("two of these are {} \"{}\"", schema.type, record.text(schema.key_field)),
                      "choose another key for one of them");
  const auto holder = m_workspace.with_index(
      [&](index::Index& index) { return index.by_key(schema.type, record.text(schema.key_field)); });
  if (holder && holder->id != record.id.str())
    throw base::Error(
        base::Kind::InvalidData,
        fmt::format("{} \"{}\" is there already ({}{})", schema.type, record.text(schema.key_field),
                    holder->name, holder->deleted ? ", deleted" : ""),
        holder->deleted ? "bring it back with `crm restore " + holder->id + "`, or choose another key"
                        : "choose another key");
}

void Batch::check_states(const core::Record& before, const core::Record& after,
                         const core::Schema& schema) const {
  if (!schema.states) return;
  const auto& from = before.text(schema.states->field);
  const auto& to = after.text(schema.states->field);
  if (from == to || from.empty() || schema.states->allows(from, to)) return;
  const auto* next = schema.states->next(from);
  throw base::Error(base::Kind::InvalidData,
                    fmt::format("{} is {} and cannot become {}", titled(m_workspace, before), from, to),
                    next != nullptr && next->empty()
                        ? from + " is final"
                        : "from " + from + " it can become " +
                              base::join(next == nullptr ? schema.states->rank : *next, ", "));
}

core::Record Batch::create(const core::Schema& schema, core::Map fields, std::optional<base::Id> id) {
  core::Record record = core::create(id ? *std::move(id) : base::Id::random(m_workspace.env()), schema,
                                     std::move(fields), stamp());
  const std::string path = store::record_path(schema.folder, record.id.str());
  check(record, schema, path);
  check_unique_key(record, schema);
  add({record, path, "", "", core::display_name(record, schema), Action::Created, {}});
  return record;
}

void Batch::take(core::Record record, std::string text) {
  const auto& schema = m_workspace.schemas().get(record.type);
  const std::string path = store::record_path(schema.folder, record.id.str());
  check(record, schema, path);
  if (!core::is_deleted(record, schema)) check_unique_key(record, schema);
  m_newest = std::max(m_newest, core::newest(record).time);
  if (!m_by_path.contains(path) && !m_workspace.repository().blob_id(m_workspace.tree(), path)) {
    const std::string name = core::display_name(record, schema);
    return add({std::move(record), path, "", std::move(text), name, Action::Created, {}});
  }
  Pending& entry = pending(m_workspace.load(record.type, path), Action::Changed);
  for (const auto& field : schema.fields)
    if (const auto unit = schema.unit(field.name);
        !(entry.record.get(field.name) == record.get(field.name)) &&
        std::find(entry.units.begin(), entry.units.end(), unit) == entry.units.end())
      entry.units.push_back(unit);
  entry.name = core::display_name(record, schema);
  entry.record = std::move(record);
}

void Batch::change(core::Record& record, const std::vector<core::Edit>& edits) {
  write(record, edits, Arrow::Forward);
}

void Batch::change_back(core::Record& record, const std::vector<core::Edit>& edits) {
  write(record, edits, Arrow::Any);
}

void Batch::write(core::Record& record, const std::vector<core::Edit>& edits, Arrow arrow) {
  const auto& schema = m_workspace.schemas().get(record.type);
  const core::Record before = record;
  note(before, record, core::write(record, schema, edits, stamp()), arrow);
}

void Batch::change_beside(core::Record& record, const std::vector<core::Edit>& edits) {
  const auto& schema = m_workspace.schemas().get(record.type);
  const core::Record before = record;
  // Of one device nobody would take two values for concurrent: the calendar is one of its own.
  core::Stamp elsewhere = stamp();
  elsewhere.time += std::chrono::milliseconds{1}; // whatever the names' order
  elsewhere.device = core::calendar_of(elsewhere.device);
  m_beside = elsewhere.time;
  auto units = core::write_beside(record, schema, edits, elsewhere);
  note(before, record, std::move(units), Arrow::Any);
}

void Batch::note(const core::Record& before, const core::Record& record, std::vector<std::string> units,
                 Arrow arrow) {
  if (units.empty()) return;
  const auto& schema = m_workspace.schemas().get(record.type);
  check(record, schema, store::record_path(schema.folder, record.id.str()), &before);
  if (arrow == Arrow::Forward) check_states(before, record, schema);
  check_unique_key(record, schema);
  if (arrow == Arrow::Forward)
    if (auto why = key_still_needed(m_workspace, before, record, schema)) throw *std::move(why);
  Pending& entry = pending(before, Action::Changed);
  entry.record = record;
  entry.name = core::display_name(record, schema);
  for (auto& unit : units)
    if (std::find(entry.units.begin(), entry.units.end(), unit) == entry.units.end())
      entry.units.push_back(std::move(unit));
}

void Batch::change_late(core::Record& record, const core::Record& seen, const LateEdit& edit) {
  const auto& schema = m_workspace.schemas().get(record.type);
  check_states(seen, edit.own, schema);
  const core::Record before = record;
  record = edit.joined;
  note(before, record, edit.units, Arrow::Any);
  if (auto why = key_still_needed(m_workspace, before, record, schema)) throw *std::move(why);
  use_text(before, edit.text);
}

void Batch::use_text(const core::Record& record, std::string text) {
  pending(record, Action::Changed).old_text = std::move(text);
}

void Batch::remove(core::Record& record) {
  const auto& schema = m_workspace.schemas().get(record.type);
  Pending& entry = pending(record, Action::Deleted);
  core::mark(record, schema, core::Mark::Delete, stamp());
  entry.record = record;
}

void Batch::restore(core::Record& record) {
  const auto& schema = m_workspace.schemas().get(record.type);
  Pending& entry = pending(record, Action::Restored);
  core::mark(record, schema, core::Mark::Undelete, stamp());
  check_unique_key(record, schema);
  entry.record = record;
}

void Batch::put_back(const std::string& path, const std::string& edit) {
  m_put_back.push_back({path, m_workspace.repository().read(m_workspace.tree(), path), edit});
}

void Batch::put_file(const std::string& path, std::optional<std::string> content) {
  if (const auto why = m_workspace.schemas().objection(path, content); !why.empty())
    throw base::Error(base::Kind::InvalidData, path + ": " + why);
  m_files.push_back({path, std::move(content)});
}

} // namespace crm::app
