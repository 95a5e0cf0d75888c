#include "app/exchange/calendar_series.hpp"

#include "app/occurrences.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/content_lines.hpp"
#include "core/occurrence.hpp"
#include "core/provenance.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

using codec::Component;
using codec::Property;
using core::LocalDate;
using std::chrono::days;

constexpr const char* cannot = "the book has what happens once a day, at one hour; mend it, or book it apart";
constexpr std::size_t most_dates = 1000;

LocalDate day_of_wall(const core::WallTime& wall) {
  return std::chrono::floor<days>(wall.time);
}

bool has_day(const core::Recurrence& rule, LocalDate first, LocalDate day) {
  return !core::recurring_days(rule, first, day, day, 1).empty();
}

/// All times that properties of that name list.
std::vector<CalendarMoment> listed_times(const Component& entry, std::string_view name,
                                         const CalendarZones& zones, std::vector<std::string>& lost) {
  std::vector<CalendarMoment> out;
  for (const auto& property : entry.properties) {
    if (property.name != name) continue;
    if (property.parameter("VALUE") == "PERIOD")
      throw base::Error(base::Kind::InvalidData,
                        property.name + ": stretches of time of their own length are not taken", cannot);
    for (const auto text : base::split(std::string_view(property.value), ',')) {
      if (base::trim(text).empty()) continue;
      if (out.size() == most_dates)
        throw base::Error(base::Kind::InvalidData,
                          fmt::format("{}: more than {} times", property.name, most_dates), cannot);
      Property one{property.name, property.parameters, std::string(text), property.cut};
      out.push_back(calendar_moment(one, zones, lost));
    }
  }
  return out;
}

core::WallTime in_zone(const CalendarMoment& moment, const std::string& zone) {
  if (moment.date_only || moment.zone == zone) return moment.wall;
  return core::to_wall(instant_of(moment), zone);
}

core::Recurrence rule_of(const Component& entry, const CalendarMoment& start) {
  const Property* found = nullptr;
  for (const auto& property : entry.properties) {
    if (property.name == "EXRULE")
      throw base::Error(base::Kind::InvalidData, "EXRULE: a rule of what is left out is not taken", cannot);
    if (property.name != "RRULE") continue;
    if (found != nullptr && found->value != property.value)
      throw base::Error(base::Kind::InvalidData, "RRULE: a second rule is not taken", cannot);
    found = &property;
  }
  if (found == nullptr) { // RDATE alone: one day by rule, and the others besides
    core::Recurrence once;
    once.every = core::Recurrence::Every::Day;
    once.count = 1;
    return once;
  }
  auto parsed = core::parse_rrule(found->value, start.wall, start.zone);
  if (const auto* refusal = std::get_if<core::NotARule>(&parsed))
    throw base::Error(base::Kind::InvalidData, "RRULE: " + refusal->message, refusal->hint);
  return std::get<core::Recurrence>(std::move(parsed));
}

/// The series of a root, and those split off it, that are there.
std::vector<core::Record> series_of_root(Workspace& workspace, const std::string& type,
                                         const base::Id& root) {
  std::vector<core::Record> out;
  for (const auto& row : family(workspace, type, root))
    out.push_back(to_record(row));
  return out;
}

const core::Record* claimant(const std::vector<core::Record>& all, const core::Schema& schema,
                             LocalDate day) {
  const core::Record* out = nullptr;
  LocalDate begins;
  for (const auto& each : all) {
    const auto read = core::read_series(each, schema);
    if (!read) continue;
    if (out == nullptr || (read->first <= day && begins < read->first)) {
      out = &each;
      begins = read->first;
    }
  }
  return out;
}

std::string date_line(const std::string& name, const core::Series& series, const std::string& zone,
                      DayLength length, const std::vector<LocalDate>& dates) {
  if (dates.empty()) return {};
  std::vector<std::string> words;
  for (const auto day : dates)
    words.push_back(basic_time(length == DayLength::Whole
                                   ? core::to_text(day)
                                   : core::to_text(core::on_day(series.start, day, zone))));
  return codec::folded_line(name + (length == DayLength::Whole ? ";VALUE=DATE" : ";TZID=" + zone),
                            base::join(words, ","));
}

/// With a start that has an hour, UNTIL has one too, in UTC (RFC 5545 section 3.3.10).
std::string rule_line(const core::Series& series, const std::string& zone, DayLength length) {
  std::string rule = core::to_rrule(series.rule);
  if (series.rule.until && length == DayLength::Timed) {
    const std::string day = basic_time(core::to_text(*series.rule.until));
    const auto last = core::to_instant(core::on_day(series.start, *series.rule.until, zone), zone);
    const auto at = rule.find("UNTIL=" + day);
    rule.replace(at, 6 + day.size(),
                 "UNTIL=" + basic_time(core::to_text(core::to_wall(last, "Etc/UTC"))) + "Z");
  }
  return codec::folded_line("RRULE", rule);
}

} // namespace

std::string basic_time(const std::string& text) {
  std::string out;
  for (const char c : text.substr(0, 19)) {
    if (c == '+' && out.size() > 8) break;
    if (base::is_digit(c) || c == 'T') out += c;
  }
  constexpr std::size_t date = 8, minutes = 13, whole = 15;
  if (out.size() == minutes) out += "00";
  return out.size() == date ? out : out.substr(0, whole);
}

bool repeats(const Component& entry) {
  return std::any_of(entry.properties.begin(), entry.properties.end(), [](const Property& property) {
    return property.name == "RRULE" || property.name == "RDATE" || property.name == "RECURRENCE-ID" ||
           property.name == "EXRULE";
  });
}

CalendarRule read_calendar_rule(const Component& entry, const CalendarMoment& start,
                                const CalendarZones& zones, std::vector<std::string>& lost) {
  core::Recurrence rule = rule_of(entry, start);
  CalendarRule out;
  const LocalDate first = day_of_wall(start.wall);
  const auto wall_on = [&](LocalDate day) { return core::on_day(start.wall, day, start.zone); };
  for (const auto& moment : listed_times(entry, "EXDATE", zones, lost)) {
    const auto wall = in_zone(moment, start.zone);
    const LocalDate day = day_of_wall(wall);
    if (!moment.date_only && !start.date_only && wall.time != wall_on(day).time)
      out.except_else.push_back(day);
    else
      out.except.push_back(day);
  }
  if (!out.except_else.empty()) lost.emplace_back("EXDATE: an hour at which the series does not happen");
  std::sort(out.except.begin(), out.except.end());
  out.except.erase(std::unique(out.except.begin(), out.except.end()), out.except.end());
  const auto excepted = [&](LocalDate day) {
    return std::binary_search(out.except.begin(), out.except.end(), day);
  };
  // The start happens and is counted, whatever the rule says (section 3.8.5.3).
  if (!has_day(rule, first, first)) {
    if (rule.count && *rule.count == 1) {
      rule = {};
      rule.every = core::Recurrence::Every::Day;
      rule.count = 1;
    } else {
      if (rule.count) --*rule.count;
      constexpr std::chrono::days decade{3660};
      if (core::recurring_days(rule, first, first, first + decade, 1).empty())
        throw base::Error(base::Kind::InvalidData,
                          "RRULE: the rule gives no day in ten years: " + core::to_words(rule), cannot);
      if (!excepted(first)) out.besides.push_back(start);
    }
  }
  for (const auto& moment : listed_times(entry, "RDATE", zones, lost)) {
    CalendarMoment one = start;
    one.wall = moment.date_only && !start.date_only ? wall_on(day_of_wall(moment.wall))
                                                    : in_zone(moment, start.zone);
    const LocalDate day = day_of_wall(one.wall);
    if (start.date_only) one.wall = {core::LocalTime{day}, {}};
    if (excepted(day)) continue;
    const auto same_day = [&](const CalendarMoment& each) { return day_of_wall(each.wall) == day; };
    const auto there = std::find_if(out.besides.begin(), out.besides.end(), same_day);
    const bool by_rule = day >= first && has_day(rule, first, day);
    if (!by_rule && there == out.besides.end()) {
      out.besides.push_back(one);
    } else if (one.wall.time != (by_rule ? wall_on(day) : there->wall).time) {
      throw base::Error(base::Kind::InvalidData, "RDATE: a second time on " + core::to_words(day), cannot);
    }
  }
  out.rrule = core::to_rrule(rule);
  return out;
}

std::optional<CalendarMoment> read_recurrence_id(const Component& entry, const CalendarZones& zones,
                                                 std::vector<std::string>& lost) {
  const auto* property = entry.find("RECURRENCE-ID");
  if (property == nullptr) return std::nullopt;
  if (!property->parameter("RANGE").empty())
    throw base::Error(base::Kind::InvalidData,
                      "RECURRENCE-ID: a change of this one and all later ones is not taken",
                      "end the series before it, and begin another one");
  return calendar_moment(*property, zones, lost);
}

LocalDate day_in_zone(const CalendarMoment& moment, const std::string& zone) {
  return day_of_wall(in_zone(moment, zone));
}

std::optional<core::Record> series_of_override(Workspace& workspace, const core::Record& record) {
  const auto root = base::Id::parse(record.text("series"));
  const auto day = core::parse_date(record.text("original"));
  if (!core::is_override(record) || !root || !day) return std::nullopt;
  const auto all = series_of_root(workspace, record.type, *root);
  const auto* out = claimant(all, workspace.schemas().get(record.type), *day);
  return out == nullptr ? std::nullopt : std::optional(*out);
}

std::string series_lines(Workspace& workspace, const core::Record& record, DayLength length,
                         const ShowsOccurrence& shows) {
  const auto& schema = workspace.schemas().get(record.type);
  const auto series = core::read_series(record, schema);
  if (!series) return {};
  const std::string& zone = record.text("zone");
  const base::Id root = core::root_of(record);
  const auto all = series_of_root(workspace, record.type, root);
  std::vector<LocalDate> left_out = series->except, besides;
  for (const auto& row : overrides(workspace, record.type, root)) {
    const core::Record own = to_record(row);
    const auto day = core::day_of_occurrence(row.id, root);
    if (!day || !core::is_override(own)) continue;
    if (const auto* of = claimant(all, schema, *day); of == nullptr || of->id.str() != record.id.str())
      continue;
    const bool by_rule = has_day(series->rule, series->first, *day);
    if (row.deleted || !shows(own)) {
      if (by_rule) left_out.push_back(*day);
      continue;
    }
    std::erase(left_out, *day); // it happens, as its record says
    if (!by_rule) besides.push_back(*day);
  }
  std::sort(left_out.begin(), left_out.end());
  left_out.erase(std::unique(left_out.begin(), left_out.end()), left_out.end());
  return rule_line(*series, zone, length) + date_line("EXDATE", *series, zone, length, left_out) +
         date_line("RDATE", *series, zone, length, besides) +
         (record.text("series").empty() ? std::string()
                                        : codec::folded_line("X-CRM-SERIES", record.text("series")));
}

std::string recurrence_id_line(const core::Record& series, const core::Record& record, DayLength length) {
  const auto start = core::parse_wall_time(series.text("start"));
  const auto day = core::parse_date(record.text("original"));
  if (!start || !day) return {};
  core::Series of;
  of.start = *start;
  return date_line("RECURRENCE-ID", of, series.text("zone"), length, {*day});
}

} // namespace crm::app
