#include "app/records.hpp"

#include "app/attachments.hpp"
#include "app/availability.hpp"
#include "app/booking.hpp"
#include "app/hand_edits.hpp"
#include "app/input.hpp"
#include "app/late_edit.hpp"
#include "app/occurrences.hpp"
#include "app/redirects.hpp"
#include "app/refusal.hpp"
#include "app/resolve.hpp"
#include "app/rules.hpp"
#include "app/series.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "core/merge.hpp"
#include "sync/merge_texts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <variant>

namespace crm::app {
namespace {

std::vector<Assignment> parse_all(const std::vector<std::string>& texts) {
  std::vector<Assignment> out;
  for (const auto& text : texts)
    out.push_back(parse_assignment(text));
  return out;
}

/// "contact" or "3 contacts", for the log's first line; no names: a log outlives a person's wish to be
/// forgotten.
std::string counted(std::string_view type, std::size_t count) {
  return count == 1 ? std::string(type) : base::count_of(count, type);
}

std::vector<Found> resolve_all(Workspace& workspace, const std::string& type,
                               const std::vector<std::string>& words, Scope scope) {
  std::vector<Found> out;
  for (const auto& word : words)
    out.push_back(resolve(workspace, type, word, scope));
  return out;
}

std::string common_type(const std::vector<Found>& found) {
  for (const auto& each : found)
    if (each.record.type != found.front().record.type) return "record";
  return found.empty() ? "record" : found.front().record.type;
}

void warn_of_references(Workspace& workspace, const Found& found, const std::set<std::string>& also_gone) {
  const auto& schema = workspace.schemas().get(found.record.type);
  std::vector<std::string> targets{found.record.id.str()};
  if (!schema.key_field.empty() && !found.record.text(schema.key_field).empty())
    targets.push_back(found.record.text(schema.key_field));
  std::size_t count = 0;
  for (const auto& target : targets)
    for (const auto& row :
         workspace.with_index([&](index::Index& index) { return index.referring(target, "", 100); }))
      count += row.deleted || also_gone.contains(row.id) ? 0 : 1;
  if (count > 0)
    workspace.warn(fmt::format("{}{} record{} still refer{} to \"{}\"", count >= 100 ? "at least " : "",
                               count, count == 1 ? "" : "s", count == 1 ? "s" : "", found.name));
}

Found to_restore(Workspace& workspace, const std::string& type, const std::string& word) {
  if (word.find('@') != std::string::npos)
    if (auto occurrence = find(workspace, type, word, Scope::All);
        occurrence && !occurrence->deleted &&
        frees_time(occurrence->record, workspace.schemas().get(occurrence->record.type)))
      return std::move(*occurrence);
  return resolve(workspace, type, word, Scope::Deleted);
}

/// What one batch deleted with a series: its occurrences, and what was split off it.
std::vector<Found> deleted_with(Workspace& workspace, const core::Record& series) {
  const auto mark = [](const core::Record& record) {
    const core::Value* deleted = record.crm.find("deleted");
    const core::Map* map = deleted == nullptr ? nullptr : deleted->if_map();
    const core::Value* by = map == nullptr ? nullptr : map->find("by");
    return by == nullptr ? std::string() : by->string_or_empty();
  };
  std::vector<Found> out;
  if (!core::is_series(series) || mark(series).empty()) return out;
  const std::string root = core::root_of(series).str();
  for (const auto& row :
       workspace.with_index([&](index::Index& index) { return index.referring(root, series.type, 0); }))
    if (row.deleted && row.id != series.id.str() && mark(to_record(row)) == mark(series))
      out.push_back(workspace.found(row));
  return out;
}

/// Behind what is assigned to the field in the same batch.
void attach(Batch& batch, const core::Record& record, const core::Schema& schema,
            const std::vector<std::string>& files, std::vector<core::Edit>& edits) {
  if (files.empty()) return;
  const auto more = attach_files(batch, schema, files);
  const auto assigned = std::find_if(edits.begin(), edits.end(), [](const core::Edit& each) {
    return each.field == core::attachments_field;
  });
  if (assigned != edits.end())
    assigned->value = with_attachments(assigned->value, more);
  else
    edits.push_back(
        {std::string(core::attachments_field), with_attachments(record.get(core::attachments_field), more)});
}

/// From then on the name alone says nobody; and more often than not it is one person, written down twice.
void note_namesake(Workspace& workspace, const std::string& name) {
  const auto same = workspace.with_index(
      [&](index::Index& index) { return index.by_name(base::fold(name), "contact", 1); });
  if (!same.empty())
    workspace.warn(fmt::format("\"{}\" is there already ({}): `crm contact dupes` compares the two",
                               base::printable(same.front().name), short_id(workspace, same.front().id)));
}

core::Record read_sound(const std::string& text, const std::string& path, const core::Schema& schema) {
  auto read = codec::read_record(text, path, schema);
  if (const auto* problems = std::get_if<std::vector<core::Problem>>(&read)) sync::fail_invalid(*problems);
  return std::get<core::Record>(std::move(read));
}

bool may_become(const core::States& states, const Reached& reached, const std::string& state) {
  const auto& now = reached.record.text(states.field);
  return now == state || states.allows(now, state);
}

/// With a word about what the batch has come in the way of.
Committed told(Workspace& workspace, Committed committed) {
  note_bookings(workspace, committed);
  return committed;
}

/// Those of several that a change makes clash, each named with what is in its way.
struct Clashing {
  std::size_t records = 0;
  std::vector<std::string> lines;
  core::List clashes; ///< for scripts

  /// Whether the change of this one clashes.
  bool add(Workspace& workspace, const core::Record& record, const std::vector<core::Edit>& edits,
           const core::Schema& schema) {
    core::Record wanted = record;
    for (const auto& edit : edits)
      wanted.fields.set(edit.field, edit.value);
    if (!wants_more_time(record, wanted, schema)) return false;
    const auto found = in_the_way(workspace, wanted, schema);
    if (found.clashes.empty()) return false;
    ++records;
    const std::string id = record.id.str(), name = whose(workspace, id);
    for (const auto& line : found.lines)
      lines.push_back(short_id(workspace, id) +
                      (name.empty() || name == id ? "" : " " + base::printable(name)) + ": " + line);
    auto details = clash_details({found.clashes, {}, {}}, workspace.settings().zone);
    for (const auto& each : *details.find("clashes")->if_list()) {
      core::Map entry = *each.if_map();
      entry.set("changed", id);
      clashes.emplace_back(std::move(entry));
    }
    return true;
  }

  void tell(Workspace& workspace, std::size_t of, bool left_out) {
    if (records == 0) return;
    if (left_out) {
      for (const auto& line : lines)
        workspace.warn("left out: " + line);
      return;
    }
    core::Map details = clash_details({}, workspace.settings().zone);
    details.set("clashes", std::move(clashes));
    throw Refusal(base::Kind::Clash,
                  fmt::format("{} of {} would clash with what is booked already\n  {}", records, of,
                              base::join(lines, "\n  ")),
                  "set the others with --skip-clashes, or all of them with --force \"why\"",
                  std::move(details));
  }
};

} // namespace

core::Map initial_fields(const core::Schema& schema) {
  core::Map fields;
  for (const auto& field : schema.fields)
    if (!field.initial.is_null()) fields.set(field.name, field.initial);
  if (schema.states && !fields.contains(schema.states->field))
    fields.set(schema.states->field, schema.states->initial);
  return fields;
}

Committed add(Workspace& workspace, const AddRequest& request) {
  Batch batch(workspace, request.type + ".new", request.mode);
  const auto& schema = workspace.schemas().get(request.type);
  core::Map fields = initial_fields(schema);
  const std::string& into = schema.name_field.empty() ? schema.key_field : schema.name_field;
  if (request.name) {
    if (into.empty())
      throw base::Error(base::Kind::Usage, fmt::format("{} has no name field", with_article(schema.type)),
                        "give its fields as field=value");
    fields.set(into, base::trim(*request.name));
  }
  for (auto& edit : to_edits(workspace, schema, fields, parse_all(request.assignments))) {
    if (request.name && edit.field == into)
      throw base::Error(base::Kind::Usage,
                        fmt::format("{} is given twice, as \"{}\" and as \"{}\"", into,
                                    base::printable(*request.name),
                                    base::printable(core::to_text(edit.value))),
                        "leave one of them out");
    fields.set(edit.field, std::move(edit.value));
  }
  if (!schema.time_field.empty() && fields.contains(schema.time_field) && schema.find("zone") != nullptr &&
      !fields.contains("zone"))
    fields.set("zone", home_zone(workspace, schema, fields));
  const core::Record wanted{base::Id::random(workspace.env()), schema.type, fields, {}};
  override_clashes(workspace, wanted, "");
  const auto made = batch.create(schema, std::move(fields));
  if (schema.type == "contact") note_namesake(workspace, core::display_name(made, schema));
  return told(workspace, batch.commit("Add " + schema.type));
}

Committed set(Workspace& workspace, const SetRequest& request) {
  Batch batch(workspace, (request.type.empty() ? "record" : request.type) + ".set", request.mode);
  const auto assignments = parse_all(request.assignments);
  const auto found = resolve_all(workspace, request.type, request.records, Scope::Live);
  const bool of_series = std::all_of(assignments.begin(), assignments.end(), [](const Assignment& each) {
    return each.field == "rrule" || each.field == "except";
  });
  std::vector<Reached> all;
  for (const auto& each : found) {
    if (of_series && core::is_series(each.record)) {
      all.push_back({batch.load(each), std::nullopt});
    } else {
      for (auto& one : reach_of(batch, each, request.reach))
        all.push_back(std::move(one));
    }
  }
  std::vector<std::string> fields;
  Clashing clashing;
  const bool several = found.size() > 1 || request.skip_clashes;
  for (auto& each : all) {
    const auto& schema = workspace.schemas().get(each.record.type);
    auto edits = edits_for(each, schema, to_edits(workspace, schema, each.record.fields, assignments));
    attach(batch, each.record, schema, request.attach, edits);
    if (several && request.force.empty() && clashing.add(workspace, each.record, edits, schema)) continue;
    const core::Record before = each.record;
    batch.change(each.record, edits);
    if (wants_more_time(before, each.record, schema)) guard_clashes(batch, each.record, request.force);
    for (const auto& edit : edits)
      if (std::find(fields.begin(), fields.end(), edit.field) == fields.end()) fields.push_back(edit.field);
  }
  const auto changed = found.size() - (request.skip_clashes ? clashing.records : 0);
  clashing.tell(workspace, all.size(), request.skip_clashes);
  return told(workspace, batch.commit(fmt::format("Set {} of {}", base::join(fields, ", "),
                                                  counted(common_type(found), changed))));
}

Committed remove(Workspace& workspace, const std::string& type, const std::vector<std::string>& words,
                 Mode mode, Reach reach) {
  Batch batch(workspace, (type.empty() ? "record" : type) + ".rm", mode);
  const auto found = resolve_all(workspace, type, words, Scope::Live);
  std::vector<Reached> all;
  for (const auto& each : found)
    for (auto& one : reach_of(batch, each, reach, Over::Included))
      all.push_back(std::move(one));
  std::set<std::string> gone;
  for (auto& each : all) {
    batch.remove(each.record);
    gone.insert(each.record.id.str());
  }
  for (const auto& each : found)
    warn_of_references(workspace, each, gone);
  return batch.commit("Delete " + counted(common_type(found), found.size()));
}

Committed restore(Workspace& workspace, const std::string& type, const std::vector<std::string>& words,
                  const std::string& force, Mode mode) {
  Batch batch(workspace, (type.empty() ? "record" : type) + ".restore", mode);
  std::vector<Found> found;
  for (const auto& word : words)
    found.push_back(to_restore(workspace, type, word));
  std::vector<core::Record> records;
  for (const auto& each : found) {
    records.push_back(batch.load(each));
    for (const auto& with : deleted_with(workspace, each.record))
      records.push_back(batch.load(with));
  }
  for (auto& record : records) {
    const auto& schema = workspace.schemas().get(record.type);
    if (core::is_deleted(record, schema)) {
      batch.restore(record);
    } else if (core::redirect_of(record)) {
      // It counts for itself again; what was carried over stays where it is.
      batch.change(record, {{std::string(core::redirect_field), {}}, {std::string(core::knew_field), {}}});
    } else {
      batch.change(record, {{schema.states->field, schema.states->initial}});
    }
    guard_clashes(batch, record, force);
  }
  return told(workspace, batch.commit("Restore " + counted(common_type(found), found.size())));
}

Committed move_state(Workspace& workspace, const MoveRequest& request) {
  const auto& states = workspace.schemas().get(request.type).states;
  if (!states)
    throw base::Error(base::Kind::Usage, fmt::format("{} has no states", with_article(request.type)));
  std::string state = request.state;
  for (const auto& [verb, to] : states->verbs)
    if (verb == state) state = to;
  if (states->next(state) == nullptr) {
    std::vector<std::string> names;
    for (const auto& move : states->moves)
      names.push_back(move.from);
    throw base::Error(
        base::Kind::Usage,
        fmt::format("{} has no state \"{}\"", with_article(request.type), base::printable(state)),
        "its states: " + base::join(names, ", "));
  }
  Batch batch(workspace, request.type + "." + request.state, request.mode);
  const auto found = resolve_all(workspace, request.type, request.records, Scope::Live);
  const auto assignments = parse_all(request.assignments);
  std::vector<Reached> all;
  for (const auto& each : found)
    for (auto& one : reach_of(batch, each, request.reach))
      all.push_back(std::move(one));
  // Of a series, those that can; when none can, the first one says why.
  const bool several = request.reach == Reach::Future || request.reach == Reach::All;
  if (several && std::any_of(all.begin(), all.end(),
                             [&](const Reached& each) { return may_become(*states, each, state); }))
    std::erase_if(all, [&](const Reached& each) { return !may_become(*states, each, state); });
  for (auto& each : all) {
    const auto& schema = workspace.schemas().get(request.type);
    const bool was_free = frees_time(each.record, schema);
    auto edits = to_edits(workspace, schema, each.record.fields, assignments);
    edits.push_back({schema.states->field, state});
    batch.change(each.record, edits_for(each, schema, edits));
    if (was_free) guard_clashes(batch, each.record, request.force);
  }
  return batch.commit(fmt::format("Mark {} as {}", counted(request.type, found.size()), state));
}

EditorText text_for_editor(Workspace& workspace, const Found& found) {
  const auto& repository = workspace.repository();
  EditorText out;
  if (workspace.occurrence_of(found.record.id.str()) != nullptr &&
      !repository.blob_id(workspace.tree(), found.path))
    out.committed = codec::emit_record(found.record, workspace.schemas().get(found.record.type));
  else
    out.committed = repository.read(workspace.tree(), found.path).value_or("");
  const auto edits = repository.hand_edits({found.path});
  out.text = edits.empty() ? out.committed : edits.front().content;
  return out;
}

Committed save_from_editor(Workspace& workspace, const Found& found, const EditorText& before,
                           const std::string& text, const std::string& force, Mode mode) {
  Batch batch(workspace, found.record.type + ".edit", mode);
  const auto& schema = workspace.schemas().get(found.record.type);
  core::Record record = batch.load(found);
  const core::Record stood = record;
  const auto seen = read_sound(before.committed, found.path, schema);
  core::Record wanted = read_sound(text, found.path, schema);
  core::Record stamped = seen; // provenance is not for editing
  core::write(stamped, schema, differences(seen.fields, wanted.fields), batch.stamp());
  wanted.crm = stamped.crm;
  if (const auto problems = codec::validate(wanted, schema, found.path, text); !problems.empty())
    sync::fail_invalid(problems);
  const auto shown = codec::read_record(before.text, found.path, schema);
  const auto* readable = std::get_if<core::Record>(&shown);
  const auto edits = differences(readable != nullptr ? readable->fields : seen.fields, wanted.fields);
  const auto now = text_for_editor(workspace, {record, found.path, found.name, false, {}}).committed;
  if (now == before.text) {
    batch.change(record, edits);
    batch.use_text(record, text);
  } else {
    const auto open = core::conflicts(record, schema).size();
    const auto late =
        merge_late({before.committed, seen, {}}, edits, text, {now, record, {}}, schema, batch.stamp());
    batch.change_late(record, seen, late);
    if (core::conflicts(record, schema).size() > open)
      workspace.warn("others have written the same meanwhile: both are kept, and `crm resolve " +
                     short_id(workspace, record.id.str()) + "` decides");
  }
  if (wants_more_time(stood, record, schema)) guard_clashes(batch, record, force);
  return told(workspace, batch.commit("Edit " + schema.type));
}

} // namespace crm::app
