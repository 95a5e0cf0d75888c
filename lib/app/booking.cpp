#include "app/booking.hpp"

#include "app/free.hpp"
#include "app/input.hpp"
#include "app/outside_hours.hpp"
#include "app/records.hpp"
#include "app/resolve.hpp"
#include "app/series.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/occurrence.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

constexpr const char* type = "appointment";

core::List keys(Workspace& workspace, const std::vector<std::string>& words, std::string_view of_type) {
  core::List out;
  for (const auto& word : words) {
    const Found found = resolve(workspace, of_type, word);
    core::Value key = found.key;
    if (std::find(out.begin(), out.end(), key) == out.end()) out.push_back(std::move(key));
  }
  return out;
}

/// "14:00 on Tue 24 Nov 2026 for 45 min" without the name of the person: it goes into the log.
std::string when_text(const core::Record& record, const core::Schema& schema) {
  const auto start = core::parse_wall_time(record.text(schema.time_field));
  const auto duration = core::parse_duration(record.text(schema.duration_field));
  if (!start || !duration) return {};
  return core::to_words(*start, record.text("zone")) + ", " + core::to_words(*duration);
}

/// Somebody writes down what was; more often the year was a slip, or the day.
void note_past(Workspace& workspace, const core::Record& record, const core::Schema& schema) {
  const auto time = stretch(record, schema, workspace.settings().zone);
  if (!time || time->to > workspace.now() || core::is_series(record)) return;
  workspace.warn(core::to_words(*core::parse_wall_time(record.text(schema.time_field)), record.text("zone")) +
                 " is past");
}

std::string contact_id(Batch& batch, const BookRequest& request, std::string& name) {
  Workspace& workspace = batch.workspace();
  if (request.contact.empty() || request.contact == "-") return {};
  const auto present = request.new_contact ? find(workspace, "contact", request.contact)
                                           : std::optional(resolve(workspace, "contact", request.contact));
  if (present) {
    name = present->name;
    return present->record.id.str();
  }
  const auto& schema = workspace.schemas().get("contact");
  core::Map fields = initial_fields(schema);
  name = base::trim(request.contact);
  fields.set(schema.name_field, name);
  return batch.create(schema, std::move(fields)).id.str();
}

core::Map service_defaults(Workspace& workspace, const BookRequest& request, core::Map& fields) {
  if (request.service.empty()) return {};
  const Found service = resolve(workspace, "service", request.service);
  fields.set("service", service.record.text("key"));
  return service.record.fields;
}

/// Under the lock of the batch: nobody else can take the slot before it is written.
void take_first_free(Workspace& workspace, BookRequest& request) {
  FreeRequest wanted;
  wanted.length = request.duration;
  wanted.service = request.service;
  if (!request.member.empty()) wanted.members = {request.member};
  wanted.resources = request.resources;
  wanted.within = request.within;
  wanted.zone = request.start.zone;
  wanted.most = 1;
  const Free free = find_free(workspace, wanted);
  if (free.slots.empty())
    throw base::Error(
        base::Kind::NotFound,
        fmt::format("nothing is free for {} between {} and {}",
                    core::to_words(core::Duration{std::chrono::days{0}, free.length}),
                    core::to_words(core::to_wall(free.within.from, free.zone), free.zone),
                    core::to_words(core::to_wall(free.within.to, free.zone), free.zone)),
        "look further with --between, or let others do it with --with any; `crm free` shows what there is");
  const auto& slot = free.slots.front();
  request.start = {core::to_wall(slot.time.from, free.zone), free.zone};
  if (!request.member.empty()) request.member = slot.member;
  request.resources = slot.resources;
}

} // namespace

Committed book(Workspace& workspace, const BookRequest& asked) {
  Batch batch(workspace, "book.new", asked.mode);
  BookRequest request = asked;
  if (request.first_free) take_first_free(workspace, request);
  const auto& schema = workspace.schemas().get(type);
  core::Map fields = initial_fields(schema);
  if (!request.repetition.empty()) {
    if (!core::may_recur(schema))
      throw base::Error(
          base::Kind::Usage, "this store's appointments cannot repeat",
          "its schemas/appointment.yaml has no fields rrule, except, series and original: take them over "
          "from the one that comes with crm, and `crm commit`");
    fields.set("rrule", core::to_rrule(read_repetition(request.repetition, request.start)));
  }
  std::string name = request.title;
  if (const auto contact = contact_id(batch, request, name); !contact.empty()) fields.set("contact", contact);
  if (!request.title.empty()) fields.set("title", request.title);
  const core::Map service = service_defaults(workspace, request, fields);
  const core::Value* usual = service.find("duration");
  fields.set("start", core::to_text(request.start.wall));
  fields.set("zone", request.start.zone);
  fields.set("duration", request.duration   ? core::Value(core::to_text(*request.duration))
                         : usual != nullptr ? *usual
                                            : core::Value("PT30M"));
  const core::Value* needs = service.find("resources");
  core::List resources = keys(workspace, request.resources, "resource");
  if (resources.empty() && needs != nullptr && needs->if_list() != nullptr) resources = *needs->if_list();
  fields.set("resources", std::move(resources));
  if (!request.member.empty()) fields.set("assignee", keys(workspace, {request.member}, "member").front());
  core::List tags;
  for (const auto& tag : request.tags)
    tags.emplace_back(tag);
  fields.set("tags", std::move(tags));
  if (!request.location.empty()) fields.set("location", request.location);
  if (!request.notes.empty()) fields.set("notes", request.notes);
  if (const auto* price = service.find("price")) fields.set("price", *price);
  std::vector<Assignment> assignments;
  for (const auto& text : request.assignments)
    assignments.push_back(parse_assignment(text));
  for (auto& edit : to_edits(workspace, schema, fields, assignments))
    fields.set(edit.field, std::move(edit.value));
  const core::Record wanted{base::Id::random(workspace.env()), type, fields, {}};
  std::vector<DayClashes> skipped;
  if (request.skip_clashes) {
    if (request.repetition.empty())
      throw base::Error(base::Kind::Usage, "--skip-clashes goes with a series", "say how often with --every");
    warn_outside_hours(workspace, wanted, schema);
    skipped = find_series_clashes(workspace, wanted, schema);
  } else if (core::Value forced = override_clashes(workspace, wanted, request.force); !forced.is_null())
    fields.set("forced", std::move(forced));
  const core::Record record = batch.create(schema, std::move(fields));
  skip_occurrences(batch, record, skipped);
  note_past(workspace, record, schema);
  auto committed = batch.commit("Book " + when_text(record, schema));
  // The appointment is what was asked for; a contact that was made on the way comes behind it.
  std::stable_partition(committed.records.begin(), committed.records.end(),
                        [&](const auto& each) { return each.record.id == record.id; });
  return committed;
}

namespace {

/// From one occurrence to all that the move reaches: the hour is for each of them, the day is not.
void edit_start(std::vector<core::Edit>& edits, const Reached& reached, const core::Schema& schema,
                const Moment& start) {
  const auto now = core::parse_wall_time(reached.record.text(schema.time_field));
  if (!now) return;
  const auto day = std::chrono::floor<std::chrono::days>(now->time);
  edits.push_back({schema.time_field, core::to_text(core::on_day(start.wall, day, start.zone))});
  edits.push_back({"zone", start.zone});
}

bool to_another_day(const core::Record& record, const core::Schema& schema, const Moment& start) {
  const auto now = core::parse_wall_time(record.text(schema.time_field));
  return !now || std::chrono::floor<std::chrono::days>(now->time) !=
                     std::chrono::floor<std::chrono::days>(start.wall.time);
}

} // namespace

Committed rebook(Workspace& workspace, const RebookRequest& request) {
  Batch batch(workspace, request.start || request.duration ? "book.move" : "book.assign", request.mode);
  const auto& schema = workspace.schemas().get(type);
  const Found found = resolve(workspace, type, request.appointment);
  const bool several = request.reach == Reach::Future || request.reach == Reach::All;
  const bool other_day = several && request.start && to_another_day(found.record, schema, *request.start);
  std::vector<Reached> all;
  Roots besides;
  if (other_day) {
    for (auto& series : move_days(batch, found, request.reach, request.start->wall, request.start->zone))
      all.push_back({std::move(series), std::nullopt});
    besides.push_back(core::root_of(found.record));
  } else {
    all = reach_of(batch, found, request.reach);
  }
  std::vector<core::Edit> common;
  if (request.duration) common.push_back({"duration", core::to_text(*request.duration)});
  if (request.resources) common.push_back({"resources", keys(workspace, *request.resources, "resource")});
  if (request.member)
    common.push_back({"assignee", request.member->empty()
                                      ? core::Value{}
                                      : keys(workspace, {*request.member}, "member").front()});
  for (auto& each : all) {
    auto edits = common;
    if (request.start && several && !other_day) {
      edit_start(edits, each, schema, *request.start);
    } else if (request.start && !several) {
      edits.push_back({"start", core::to_text(request.start->wall)});
      edits.push_back({"zone", request.start->zone});
    }
    batch.change(each.record, edits_for(each, schema, edits));
    guard_clashes(batch, each.record, request.force, besides);
  }
  const core::Record& record = all.front().record;
  if (request.start) note_past(workspace, record, schema);
  return batch.commit(request.start || request.duration ? "Move to " + when_text(record, schema)
                                                        : "Reassign " + when_text(record, schema));
}

} // namespace crm::app
