#include "app/project.hpp"

#include "app/availability.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "codec/record.hpp"
#include "core/merge.hpp"
#include "core/occurrence.hpp"
#include "core/provenance.hpp"
#include "core/redirect.hpp"
#include "core/search.hpp"

#include <algorithm>

namespace crm::app {
namespace {

std::string zone_of(const core::Record& record, const std::string& fallback) {
  const std::string& zone = record.text("zone");
  return !zone.empty() && core::is_zone(zone) ? zone : fallback;
}

std::optional<core::Instant> instant_of(const std::string& text, const std::string& zone) {
  if (const auto wall = core::parse_wall_time(text)) return core::to_instant(*wall, zone);
  if (const auto date = core::parse_date(text)) return core::to_instant({core::LocalTime{*date}, {}}, zone);
  return std::nullopt;
}

std::vector<std::string> texts(const core::Value& value) {
  std::vector<std::string> out;
  if (const auto* text = value.if_string(); text != nullptr && !text->empty()) out.push_back(*text);
  if (const auto* list = value.if_list())
    for (const auto& item : *list)
      if (!item.string_or_empty().empty()) out.push_back(item.string_or_empty());
  return out;
}

/// The same with merged records' ids replaced by the ones that count; nothing when that changes nothing.
std::optional<core::Value> landed_value(const core::Value& value, const ProjectContext& context) {
  if (const auto* text = value.if_string()) {
    auto id = context.landing(*text);
    return id == *text ? std::nullopt : std::optional<core::Value>(std::move(id));
  }
  const auto* list = value.if_list();
  if (list == nullptr) return std::nullopt;
  core::List out;
  bool differs = false;
  for (const auto& item : *list) {
    core::Value each = context.landing(item.string_or_empty());
    differs = differs || each != item;
    if (std::find(out.begin(), out.end(), each) == out.end()) out.push_back(std::move(each));
  }
  return differs ? std::optional<core::Value>(std::move(out)) : std::nullopt;
}

core::Instant end_of_series(const core::Series& series, const core::Interval& first,
                            const std::string& zone) {
  constexpr core::LocalDate never{std::chrono::year{9999} / 12 / 31};
  const auto last = core::last_day(series.rule, series.first).value_or(never);
  if (last >= never) return core::Instant{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};
  // A day of a clock change is longer: an hour too many does no harm.
  const auto clock = series.start.time - std::chrono::floor<std::chrono::days>(series.start.time);
  return core::to_instant({core::LocalTime{last} + clock, {}}, zone) + (first.to - first.from) +
         std::chrono::hours{2};
}

} // namespace

std::string series_kind(std::string_view kind) {
  return "series " + std::string(kind);
}

std::optional<core::Interval> stretch(const core::Record& record, const core::Schema& schema,
                                      const std::string& zone) {
  if (schema.time_field.empty() || schema.duration_field.empty()) return std::nullopt;
  const auto start = core::parse_wall_time(record.text(schema.time_field));
  const auto duration = core::parse_duration(record.text(schema.duration_field));
  if (!start || !duration) return std::nullopt;
  return core::interval(*start, zone_of(record, zone), *duration);
}

bool frees_time(const core::Record& record, const core::Schema& schema) {
  if (!schema.states) return false;
  const auto& frees = schema.states->frees;
  return std::find(frees.begin(), frees.end(), record.text(schema.states->field)) != frees.end();
}

std::vector<Claim> claims(const core::Record& record, const core::Schema& schema) {
  std::vector<Claim> out;
  for (const auto& name : schema.busy) {
    const core::Field* field = schema.find(name);
    if (field == nullptr || !field->ref || field->ref->types.empty()) continue;
    for (const auto& key : texts(record.get(name))) {
      Claim claim{field->ref->types.front(), key};
      if (std::find(out.begin(), out.end(), claim) == out.end()) out.push_back(std::move(claim));
    }
  }
  return out;
}

Buffers buffers_of(const core::Record& record, const core::Schema& schema, const ProjectContext& context) {
  for (const auto& field : schema.fields)
    if (field.ref && field.ref->types.size() == 1 && field.ref->types.front() == "service" &&
        !record.text(field.name).empty())
      return context.buffers(record.text(field.name));
  return {};
}

index::Entry project(const core::Record& record, const core::Schema& schema, const std::string& path,
                     const ProjectContext& context) {
  index::Entry entry;
  entry.id = record.id.str();
  entry.type = record.type;
  entry.path = path;
  const bool merged = core::may_merge(schema) && core::redirect_of(record);
  const bool leads_on = merged && context.landing && context.landing(entry.id) != entry.id;
  entry.deleted = core::is_deleted(record, schema) || leads_on;
  entry.name = core::display_name(record, schema);
  entry.folded = entry.name == entry.id ? std::string() : base::fold(entry.name);
  if (!schema.key_field.empty()) entry.key = record.text(schema.key_field);
  if (schema.states) entry.state = record.text(schema.states->field);
  const std::string zone = zone_of(record, context.zone);
  const auto series = core::read_series(record, schema);
  if (auto taken = stretch(record, schema, context.zone)) {
    if (series) taken->to = end_of_series(*series, *taken, zone);
    entry.from = taken->from.time_since_epoch().count();
    entry.to = taken->to.time_since_epoch().count();
    if (!entry.deleted && !frees_time(record, schema)) {
      const Buffers buffers = buffers_of(record, schema, context);
      for (const auto& claim : claims(record, schema))
        entry.busy.push_back({series ? series_kind(claim.kind) : claim.kind,
                              claim.key,
                              {taken->from - buffers.before, taken->to + buffers.after}});
    }
  } else if (!schema.time_field.empty()) {
    if (const auto at = instant_of(record.text(schema.time_field), zone))
      entry.from = at->time_since_epoch().count();
    // Time off lasts, so that a question about a day finds what began weeks before.
    if (const auto off = entry.type == "absence" ? time_off(record, zone) : std::nullopt)
      entry.to = off->to.time_since_epoch().count();
  }
  for (const auto& field : schema.fields) {
    if (!field.ref) continue;
    for (const auto& target : texts(record.get(field.name)))
      entry.links.push_back({field.name, target});
  }
  core::Map shown = record.fields, stored;
  for (const auto& field : schema.fields) {
    if (!context.landing || !field.ref || field.ref->by != core::Reference::By::Id ||
        field.name == core::redirect_field)
      continue;
    auto value = landed_value(record.get(field.name), context);
    if (!value) continue;
    for (const auto& target : texts(*value))
      entry.links.push_back({field.name, target});
    stored.set(field.name, record.get(field.name));
    shown.set(field.name, *std::move(value));
  }
  if (merged) entry.links.push_back({"", std::string(merged_mark)});
  if (series) entry.links.push_back({"", std::string(series_mark)});
  if (!core::conflicts(record, schema).empty()) entry.links.push_back({"", std::string(conflict_mark)});
  for (const auto& each : core::searched(record, schema)) {
    std::string& words = each.name ? entry.name_words : entry.text_words;
    if (!words.empty()) words += index::word_break;
    words += core::word_text(each.text);
  }
  core::Map data;
  data.set("fields", std::move(shown));
  data.set("crm", record.crm);
  if (!stored.empty()) data.set("stored", std::move(stored));
  entry.data = codec::to_json(data);
  return entry;
}

std::optional<index::Entry> project_file(std::string_view text, const core::Schema& schema,
                                         const std::string& path, const ProjectContext& context) {
  auto parsed = codec::parse_record(text, path, schema);
  const bool fits = std::holds_alternative<core::Record>(parsed);
  if (!fits) parsed = codec::parse_sound_record(text, path, schema);
  const auto* record = std::get_if<core::Record>(&parsed);
  if (record == nullptr) return std::nullopt;
  auto entry = project(*record, schema, path, context);
  if (!fits) entry.links.push_back({"", std::string(unfit_mark)});
  return entry;
}

namespace {

core::Record read_row(const index::Row& row, bool as_stored) {
  const auto id = base::Id::parse(row.id);
  const auto data = codec::from_json(row.data);
  const core::Map* map = data ? data->if_map() : nullptr;
  if (!id || map == nullptr) throw index::Stale(); // SQLite does not see what a disk makes of a text
  core::Record record{*id, row.type, {}, {}};
  if (const auto* fields = map->find("fields"))
    record.fields = fields->if_map() != nullptr ? *fields->if_map() : core::Map{};
  if (const auto* crm = map->find("crm"))
    record.crm = crm->if_map() != nullptr ? *crm->if_map() : core::Map{};
  if (const auto* stored = as_stored ? map->find("stored") : nullptr;
      stored != nullptr && stored->if_map() != nullptr)
    for (const auto& [name, value] : *stored->if_map())
      record.fields.set(name, value);
  return record;
}

} // namespace

core::Record to_record(const index::Row& row) {
  return read_row(row, false);
}

core::Record to_stored_record(const index::Row& row) {
  return read_row(row, true);
}

} // namespace crm::app
