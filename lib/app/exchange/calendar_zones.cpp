#include "app/exchange/calendar_zones.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <vector>

namespace crm::app {
namespace {

using std::chrono::days;
using std::chrono::seconds;

std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return std::nullopt;
  int out = 0;
  for (const char c : text.substr(at, width)) {
    if (!base::is_digit(c)) return std::nullopt;
    out = out * 10 + (c - '0');
  }
  return out;
}

/// "+0100", "-043000".
std::optional<seconds> utc_offset(std::string_view text) {
  text = base::trim(text);
  if (text.size() < 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto hours = number_at(text, 1, 2), minutes = number_at(text, 3, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const seconds out{*hours * 3600 + *minutes * 60 + number_at(text, 5, 2).value_or(0)};
  return text[0] == '-' ? -out : out;
}

std::string rule_part(std::string_view rule, std::string_view wanted) {
  for (const auto part : base::split(rule, ';'))
    if (part.starts_with(wanted) && part.size() > wanted.size() && part[wanted.size()] == '=')
      return std::string(part.substr(wanted.size() + 1));
  return {};
}

/// The day of that year on which a yearly rule takes effect.
std::optional<core::LocalDate> day_of_rule(std::string_view rule, int year, core::LocalDate first) {
  namespace c = std::chrono;
  const c::year_month_day begun{first};
  const int month = std::atoi(rule_part(rule, "BYMONTH").c_str());
  const auto in = c::month{month >= 1 && month <= 12 ? static_cast<unsigned>(month)
                                                     : static_cast<unsigned>(begun.month())};
  const std::string by_day = rule_part(rule, "BYDAY");
  const int by_month_day = std::atoi(rule_part(rule, "BYMONTHDAY").c_str());
  if (by_day.empty()) {
    const c::year_month_day date{
        c::year{year}, in, by_month_day > 0 ? c::day{static_cast<unsigned>(by_month_day)} : begun.day()};
    return date.ok() ? std::optional<core::LocalDate>(c::local_days{date}) : std::nullopt;
  }
  static constexpr std::string_view names[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
  const auto name = std::find(std::begin(names), std::end(names),
                              std::string_view(by_day).substr(by_day.size() >= 2 ? by_day.size() - 2 : 0));
  if (name == std::end(names)) return std::nullopt;
  const c::weekday day{static_cast<unsigned>(name - std::begin(names))};
  const int nth = std::atoi(by_day.c_str());
  if (by_month_day > 0) { // the first such weekday from that day of the month on: "BYMONTHDAY=8,9,…;BYDAY=SU"
    const c::year_month_day from{c::year{year}, in, c::day{static_cast<unsigned>(by_month_day)}};
    if (!from.ok()) return std::nullopt;
    const core::LocalDate at{c::local_days{from}};
    return at + (day - c::weekday{at});
  }
  if (nth < 0) {
    const core::LocalDate last{c::local_days{c::year{year} / in / c::last}};
    return last - (c::weekday{last} - day) - days{7 * (-nth - 1)};
  }
  const core::LocalDate start{c::local_days{c::year{year} / in / c::day{1}}};
  return start + (day - c::weekday{start}) + days{7 * (std::max(nth, 1) - 1)};
}

struct Onset {
  core::LocalTime at;
  seconds offset;
};

void onsets_of(const codec::Component& part, core::LocalTime until, std::vector<Onset>& out) {
  const auto *start = part.find("DTSTART"), *to = part.find("TZOFFSETTO"), *rule = part.find("RRULE");
  if (start == nullptr || to == nullptr) return;
  const auto begins = calendar_time(start->value);
  const auto leads = utc_offset(to->value);
  if (!begins || !leads) return;
  const core::LocalTime begun = begins.value_or(core::LocalTime{});
  const seconds offset = leads.value_or(seconds{0});
  out.push_back({begun, offset});
  for (const auto& property : part.properties)
    if (property.name == "RDATE")
      for (const auto text : base::split(std::string_view(property.value), ','))
        if (const auto time = calendar_time(text)) out.push_back({*time, offset});
  if (rule == nullptr || rule_part(rule->value, "FREQ") != "YEARLY") return;
  const auto first = std::chrono::floor<days>(begun);
  const auto last = calendar_time(rule_part(rule->value, "UNTIL"));
  int left = std::atoi(rule_part(rule->value, "COUNT").c_str());
  const int from = static_cast<int>(std::chrono::year_month_day{first}.year());
  const int until_year =
      static_cast<int>(std::chrono::year_month_day{std::chrono::floor<days>(until)}.year());
  for (int year = std::max(from, until_year - 2); year <= until_year; ++year) {
    const auto day = day_of_rule(rule->value, year, first);
    if (!day || *day < first || (last && *day > std::chrono::floor<days>(*last))) continue;
    if (left > 0 && year - from >= left) continue;
    out.push_back({core::LocalTime{*day} + (begun - first), offset});
  }
}

std::string zone_text(core::LocalTime time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const auto clock = (time - day).count();
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock / 3600,
                     clock / 60 % 60, clock % 60);
}

std::string offset_text(seconds offset) {
  const auto size = std::abs(offset.count());
  std::string out = fmt::format("{}{:02}{:02}", offset.count() < 0 ? '-' : '+', size / 3600, size / 60 % 60);
  return size % 60 != 0 ? out + fmt::format("{:02}", size % 60) : out;
}

} // namespace

std::optional<core::LocalTime> calendar_time(std::string_view text) {
  text = base::trim(text);
  const auto year = number_at(text, 0, 4), month = number_at(text, 4, 2), day = number_at(text, 6, 2);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < 1) return std::nullopt;
  const core::LocalTime midnight{std::chrono::local_days{date}};
  if (text.size() == 8) return midnight;
  const auto hour = number_at(text, 9, 2), minute = number_at(text, 11, 2);
  if (text[8] != 'T' || !hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  const auto second = number_at(text, 13, 2).value_or(0);
  return midnight + seconds{*hour * 3600 + *minute * 60 + std::min(second, 59)};
}

std::optional<seconds> calendar_duration(std::string_view text) {
  text = base::trim(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  std::int64_t total = 0, value = -1;
  for (const char c : text.substr(1)) {
    if (base::is_digit(c)) {
      value = std::max<std::int64_t>(value, 0) * 10 + (c - '0');
      if (value > 1'000'000'000) return std::nullopt;
      continue;
    }
    if (c == 'T' && value < 0) continue;
    const std::int64_t unit = c == 'W'   ? 604800
                              : c == 'D' ? 86400
                              : c == 'H' ? 3600
                              : c == 'M' ? 60
                              : c == 'S' ? 1
                                         : 0;
    if (unit == 0 || value < 0) return std::nullopt;
    total += value * unit;
    value = -1;
  }
  if (value >= 0) return std::nullopt;
  return seconds{negative ? -total : total};
}

std::string zone_of_tzid(std::string_view tzid) {
  tzid = base::trim(tzid);
  if (tzid.empty() || tzid.size() > 200) return {};
  if (auto windows = windows_zone(tzid); !windows.empty()) return windows;
  while (true) {
    if (const auto zone = core::find_zone(tzid)) return *zone;
    const auto slash = tzid.find('/');
    if (slash == tzid.npos) return {};
    tzid.remove_prefix(slash + 1);
  }
}

std::string zone_of_definition(const codec::Component& definition) {
  for (const char* name : {"X-LIC-LOCATION", "TZID"})
    if (const auto* property = definition.find(name))
      if (auto zone = zone_of_tzid(property->value); !zone.empty()) return zone;
  return {};
}

std::optional<seconds> offset_by_definition(const codec::Component& definition, core::LocalTime time) {
  std::vector<Onset> onsets;
  for (const auto& part : definition.components)
    if (part.name == "STANDARD" || part.name == "DAYLIGHT") onsets_of(part, time, onsets);
  std::stable_sort(onsets.begin(), onsets.end(), [](const Onset& a, const Onset& b) { return a.at < b.at; });
  std::optional<seconds> out;
  for (const auto& onset : onsets)
    if (onset.at <= time || !out) out = onset.offset;
  return out;
}

core::WallTime calendar_wall(core::LocalTime local, const std::string& zone) {
  const auto at = core::to_instant({local, {}}, zone);
  const auto wall = core::to_wall(at, zone);
  if (wall.time == local) return wall;
  return core::to_wall(core::Instant{local.time_since_epoch() - core::offset_at(at - seconds{1}, zone)},
                       zone);
}

std::string zone_definition(const std::string& zone) {
  struct Change {
    core::Instant at;
    seconds before, after;
  };
  constexpr std::chrono::hours step{7 * 24};
  const core::Instant begin{std::chrono::sys_days{std::chrono::year{1970} / 1 / 1}},
      end{std::chrono::sys_days{std::chrono::year{2050} / 1 / 1}};
  std::vector<Change> changes;
  seconds now = core::offset_at(begin, zone);
  const seconds first = now;
  for (core::Instant at = begin; at < end; at += step) {
    const seconds then = core::offset_at(at + step, zone);
    if (then == now) continue;
    core::Instant low = at, high = at + step; // changes between these
    while (high - low > seconds{1}) {
      const core::Instant middle = low + (high - low) / 2;
      (core::offset_at(middle, zone) == now ? low : high) = middle;
    }
    changes.push_back({high, now, core::offset_at(high, zone)});
    now = changes.back().after;
  }
  std::string out = "BEGIN:VTIMEZONE\r\n" + codec::folded_line("TZID", zone);
  const auto part = [&](const char* kind, seconds before, seconds after,
                        const std::vector<core::LocalTime>& onsets) {
    out += fmt::format("BEGIN:{}\r\nDTSTART:{}\r\nTZOFFSETFROM:{}\r\nTZOFFSETTO:{}\r\n", kind,
                       zone_text(onsets.front()), offset_text(before), offset_text(after));
    std::vector<std::string> more;
    for (std::size_t i = 1; i < onsets.size(); ++i)
      more.push_back(zone_text(onsets[i]));
    if (!more.empty()) out += codec::folded_line("RDATE", base::join(more, ","));
    out += fmt::format("END:{}\r\n", kind);
  };
  part("STANDARD", first, first, {core::LocalTime{begin.time_since_epoch() + first}});
  std::map<std::pair<seconds, seconds>, std::vector<core::LocalTime>> kinds;
  for (const auto& change : changes)
    kinds[{change.before, change.after}].push_back(
        core::LocalTime{change.at.time_since_epoch() + change.before});
  for (const auto& [offsets, onsets] : kinds)
    part(offsets.second > offsets.first ? "DAYLIGHT" : "STANDARD", offsets.first, offsets.second, onsets);
  return out + "END:VTIMEZONE\r\n";
}

} // namespace crm::app
