#include "app/reach.hpp"

#include "app/occurrences.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

/// A series and the day from which on a change reaches it.
struct SeriesPart {
  core::Record record;
  core::Series series;
  core::LocalDate from;
  bool whole() const { return from <= series.first; }
};

/// Those of a family that a change reaches, all of them loaded.
struct Reaching {
  std::vector<SeriesPart> parts;
  std::vector<core::Record> occurrences; ///< with records of their own, by their day
};

core::LocalDate original_day(const core::Record& occurrence) {
  return core::parse_date(occurrence.text("original")).value_or(core::LocalDate{});
}

void refuse(Workspace& workspace, const Found& found, Reach reach) {
  const std::string id = short_id(workspace, found.record.id.str());
  const bool series = core::is_series(found.record), occurrence = core::is_override(found.record);
  if (!series && !occurrence && (reach == Reach::Future || reach == Reach::All))
    throw base::Error(base::Kind::Usage, id + " is not one of a series", "leave out --future and --all");
  if (!series || reach == Reach::All) return;
  const std::string next = next_occurrence(workspace, found.record);
  throw base::Error(
      base::Kind::Usage, id + " is a series: which of it is meant?",
      (next.empty() ? "" : "one: " + next + "; that and those after it: " + next + " --future; ") +
          "all of it: " + id + " --all");
}

/// Where two devices have split a series at different days, the earlier half has nothing any more from the
/// day on that the other one begins: it ends there.
void end_shadowed(Batch& batch, std::vector<SeriesPart>& parts) {
  for (std::size_t i = 0; i + 1 < parts.size();) {
    const auto next = parts[i + 1].series.first;
    if (next > parts[i].from || parts[i].whole()) {
      ++i;
      continue;
    }
    batch.change(parts[i].record, {{"rrule", core::to_rrule(core::before(parts[i].series.rule, next))}});
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

Reaching reaching(Batch& batch, const Found& found, Reach reach) {
  Workspace& workspace = batch.workspace();
  const auto& schema = workspace.schemas().get(found.record.type);
  const base::Id root = core::root_of(found.record);
  const core::LocalDate day = original_day(found.record);
  Reaching out;
  for (const auto& row : family(workspace, schema.type, root)) {
    core::Record record = batch.load(workspace.found(row));
    auto series = core::read_series(record, schema);
    if (!series) continue;
    const auto from = reach == Reach::All ? series->first : std::max(day, series->first);
    if (series->days(from, core::LocalDate::max(), 1).empty()) continue;
    out.parts.push_back({std::move(record), std::move(*series), from});
  }
  if (out.parts.empty())
    throw base::Error(base::Kind::NotFound, "the series of this appointment is deleted",
                      "bring it back with `crm restore " + root.str() + "`, or leave out --future and --all");
  for (const auto& row : overrides(workspace, schema.type, root)) {
    core::Record record = batch.load(workspace.found(row));
    if (reach == Reach::All || original_day(record) >= day) out.occurrences.push_back(std::move(record));
  }
  end_shadowed(batch, out.parts);
  return out;
}

/// The part from its day on; what comes before is left as it is.
core::Record split(Batch& batch, SeriesPart& part) {
  if (part.whole()) return part.record;
  const auto& schema = batch.workspace().schemas().get(part.record.type);
  core::Record later = core::continued(part.record, core::continuation_id(part.record.id, part.from, ""));
  later.fields.set(schema.time_field,
                   core::to_text(core::on_day(part.series.start, part.from, part.record.text("zone"))));
  later.fields.set("rrule", core::to_rrule(core::from(part.series.rule, part.series.first, part.from)));
  later.fields.set("series", core::root_of(part.record).str());
  put_or_revive(batch, later);
  batch.change(part.record, {{"rrule", core::to_rrule(core::before(part.series.rule, part.from))}});
  return later;
}

/// It has happened, or not come about when its time had come: history does not move.
bool is_over(Workspace& workspace, const core::Record& occurrence, const core::Schema& schema) {
  if (!schema.states || schema.is_open(occurrence.text(schema.states->field)) ||
      core::is_deleted(occurrence, schema))
    return false;
  const auto time = stretch(occurrence, schema, workspace.settings().zone);
  return !frees_time(occurrence, schema) || !time || time->from < workspace.now();
}

/// As the part of the series that it belongs to has it.
std::optional<core::Record> as_series_says(const std::vector<SeriesPart>& parts,
                                           const core::Record& occurrence, const core::Schema& schema) {
  const auto day = original_day(occurrence);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    if (part->series.first <= day) return core::occurrence(part->record, schema, day);
  return std::nullopt;
}

} // namespace

std::string next_occurrence(Workspace& workspace, const core::Record& series) {
  constexpr std::chrono::days year{366};
  const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(series.id.str()); });
  if (!row) return {};
  const auto next = rows_of_series(workspace, *row, {workspace.now(), workspace.now() + year}, 1);
  return next.empty() ? "" : short_id(workspace, next.front().id);
}

void put_or_revive(Batch& batch, const core::Record& record) {
  Workspace& workspace = batch.workspace();
  const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(record.id.str()); });
  if (!row) return batch.take(record);
  core::Record there = batch.load(workspace.found(*row));
  if (row->deleted) batch.restore(there);
  std::vector<core::Edit> edits;
  for (const auto& [name, value] : record.fields)
    if (!(there.get(name) == value)) edits.push_back({name, value});
  for (const auto& [name, value] : there.fields)
    if (!record.fields.contains(name)) edits.push_back({name, {}});
  batch.change_back(there, edits);
}

std::vector<Reached> reach_of(Batch& batch, const Found& found, Reach reach, Over over_ones) {
  Workspace& workspace = batch.workspace();
  refuse(workspace, found, reach);
  if (reach == Reach::Unsaid || reach == Reach::This) return {{batch.load(found), std::nullopt}};
  const auto& schema = workspace.schemas().get(found.record.type);
  Reaching all = reaching(batch, found, reach);
  std::vector<Reached> out;
  for (auto& occurrence : all.occurrences) {
    auto says = as_series_says(all.parts, occurrence, schema);
    const bool same_state =
        !says || !schema.states || says->text(schema.states->field) == occurrence.text(schema.states->field);
    const bool over = schema.states && !schema.is_open(occurrence.text(schema.states->field)) && !same_state;
    if (!core::is_deleted(occurrence, schema) && (!over || over_ones == Over::Included))
      out.push_back({std::move(occurrence), std::move(says)});
  }
  std::vector<Reached> series;
  for (auto& part : all.parts)
    series.push_back({split(batch, part), std::nullopt});
  out.insert(out.begin(), series.begin(), series.end());
  return out;
}

std::vector<core::Edit> edits_for(const Reached& reached, const core::Schema& schema,
                                  const std::vector<core::Edit>& edits) {
  if (!reached.series_says) return edits;
  std::vector<core::Edit> out;
  for (const auto& edit : edits) {
    const core::Field* field = schema.find(edit.field);
    const bool adds_up = field != nullptr && field->rule == core::Rule::Set;
    if (edit.field == "rrule" || edit.field == "except") continue;
    if (adds_up || reached.record.get(edit.field) == reached.series_says->get(edit.field))
      out.push_back(edit);
  }
  return out;
}

std::vector<core::Record> move_days(Batch& batch, const Found& found, Reach reach,
                                    const core::WallTime& start, const std::string& zone) {
  Workspace& workspace = batch.workspace();
  refuse(workspace, found, reach);
  const auto& schema = workspace.schemas().get(found.record.type);
  const auto day = std::chrono::floor<std::chrono::days>(start.time);
  Reaching all = reaching(batch, found, reach);
  const auto named =
      core::is_series(found.record) ? all.parts.front().series.first : original_day(found.record);
  const auto by = day - named;
  std::vector<core::Record> out;
  for (std::size_t i = 0; i < all.parts.size(); ++i) {
    SeriesPart& part = all.parts[i];
    const auto rule = core::shifted(core::from(part.series.rule, part.series.first, part.from),
                                    part.series.first, static_cast<int>(by.count()));
    if (!rule)
      throw base::Error(base::Kind::Usage,
                        "the rule says on which days it happens, so it cannot move to another day: " +
                            core::to_words(part.series.rule),
                        "move one occurrence, or cancel from there on with --future and book another series");
    core::Record later =
        core::continued(part.record, core::continuation_id(part.record.id, part.from, core::to_text(start)));
    const core::WallTime begins = core::on_day(start, part.from + by, zone);
    later.fields.set(schema.time_field, core::to_text(begins));
    later.fields.set("zone", zone);
    later.fields.set("rrule", core::to_rrule(*rule));
    later.fields.erase("series");
    core::List except;
    for (const auto each : part.series.except)
      if (each >= part.from) except.emplace_back(core::to_text(each + by));
    const auto until = i + 1 < all.parts.size() ? all.parts[i + 1].series.first : core::LocalDate::max();
    std::vector<core::Record> moving;
    for (auto& occurrence : all.occurrences) {
      const auto original = original_day(occurrence);
      if (original < part.from || original >= until) continue;
      if (is_over(workspace, occurrence, schema)) {
        except.emplace_back(core::to_text(original + by));
      } else {
        moving.push_back(occurrence);
      }
    }
    later.fields.set("except", std::move(except));
    put_or_revive(batch, later);
    for (auto& occurrence : moving) {
      const auto original = original_day(occurrence);
      const core::Record says = core::occurrence(part.record, schema, original);
      core::Record moved = core::continued(occurrence, core::occurrence_id(later.id, original + by));
      moved.fields.set("series", later.id.str());
      moved.fields.set("original", core::to_text(original + by));
      if (occurrence.get(schema.time_field) == says.get(schema.time_field)) {
        moved.fields.set(schema.time_field, core::to_text(core::on_day(start, original + by, zone)));
        moved.fields.set("zone", zone);
      }
      put_or_revive(batch, moved);
      const bool gone = core::is_deleted(occurrence, schema);
      if (gone) {
        batch.remove(moved);
      } else {
        batch.remove(occurrence);
      }
    }
    if (part.whole()) {
      batch.remove(part.record);
    } else {
      batch.change(part.record, {{"rrule", core::to_rrule(core::before(part.series.rule, part.from))}});
    }
    out.push_back(std::move(later));
  }
  return out;
}

} // namespace crm::app
