#include "app/availability.hpp"

#include "core/recurrence.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <tuple>

namespace crm::app {
namespace {

using std::chrono::minutes;

constexpr const char* week_days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::optional<std::size_t> weekday_named(std::string_view name) {
  for (std::size_t i = 0; i < std::size(week_days); ++i)
    if (name == week_days[i]) return i;
  return std::nullopt;
}

std::optional<minutes> clock_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  int digits[4] = {};
  constexpr std::size_t places[] = {0, 1, 3, 4};
  for (std::size_t i = 0; i < 4; ++i) {
    if (text[places[i]] < '0' || text[places[i]] > '9') return std::nullopt;
    digits[i] = text[places[i]] - '0';
  }
  const minutes out{(digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]};
  if (digits[2] > 5 || out > minutes{24 * 60}) return std::nullopt;
  return out;
}

/// "mon-fri 09:00-12:30". The schema has a pattern for it; a store's own copy may say anything, and what
/// cannot be read is no hours.
void add_opening(std::string_view text, core::Hours& hours) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return;
  const auto named = text.substr(0, space), range = text.substr(space + 1);
  const auto dash = named.find('-'), between = range.find('-');
  if (between == std::string_view::npos) return;
  const auto first = weekday_named(named.substr(0, dash)),
             last = dash == std::string_view::npos ? first : weekday_named(named.substr(dash + 1));
  const auto from = clock_time(range.substr(0, between));
  auto to = clock_time(range.substr(between + 1));
  if (!first || !last || !from || !to) return;
  if (*to <= *from) *to += std::chrono::days{1}; // past midnight
  for (std::size_t day = *first;; day = (day + 1) % 7) {
    hours[day].push_back({*from, *to});
    if (day == *last) break;
  }
}

/// Nobody and nothing in particular is the house.
std::vector<Claim> about(const core::Record& record) {
  std::vector<Claim> out;
  for (const char* kind : {"member", "resource"})
    if (const auto& key = record.text(kind); !key.empty()) out.push_back({kind, key});
  if (out.empty()) out.push_back(the_house);
  return out;
}

std::string zone_in(const core::Record& record, const std::string& otherwise) {
  const auto& zone = record.text("zone");
  return !zone.empty() && core::is_zone(zone) ? zone : otherwise;
}

std::pair<std::string, std::string> as_key(const Claim& claim) {
  return {claim.kind, claim.key};
}

} // namespace

std::string zone_of(Workspace& workspace, const Claim& claim) {
  if (claim == the_house) return workspace.settings().zone;
  const auto row =
      workspace.with_index([&](index::Index& index) { return index.by_key(claim.kind, claim.key); });
  return row ? zone_in(to_record(*row), workspace.settings().zone) : workspace.settings().zone;
}

std::string home_zone(Workspace& workspace, const core::Schema& schema, const core::Map& fields) {
  if (schema.type == "absence" || schema.type == "hours")
    for (const char* kind : {"member", "resource"})
      if (const auto* key = fields.find(kind); key != nullptr && !key->string_or_empty().empty())
        return zone_of(workspace, {kind, key->string_or_empty()});
  return workspace.settings().zone;
}

std::optional<core::Interval> time_off(const core::Record& absence, const std::string& fallback) {
  const std::string zone = zone_in(absence, fallback);
  const auto midnight = [&](core::LocalDate day) {
    return core::to_instant({core::LocalTime{day}, {}}, zone);
  };
  const auto wall = core::parse_wall_time(absence.text("start"));
  const auto date = core::parse_date(absence.text("start"));
  if (!wall && !date) return std::nullopt;
  const core::LocalDate first = wall ? std::chrono::floor<std::chrono::days>(wall->time) : *date;
  core::Interval out{wall ? core::to_instant(*wall, zone) : midnight(first),
                     midnight(first + std::chrono::days{1})};
  if (const auto& end = absence.text("end"); !end.empty()) {
    const auto end_wall = core::parse_wall_time(end);
    const auto end_date = core::parse_date(end);
    if (!end_wall && !end_date) return std::nullopt;
    out.to = end_wall ? core::to_instant(*end_wall, zone) : midnight(*end_date + std::chrono::days{1});
  }
  if (out.to <= out.from) return std::nullopt;
  return out;
}

std::vector<Off> absences(Workspace& workspace, const core::Interval& range) {
  std::vector<Off> out;
  if (!workspace.schemas().has("absence")) return out;
  // The index has whole days by the store's zone; somebody far away may have them a day earlier or later.
  constexpr std::chrono::days margin{2};
  const auto rows = workspace.with_index([&](index::Index& index) {
    return index.list({.type = "absence",
                       .from = (range.from - margin).time_since_epoch().count(),
                       .to = (range.to + margin).time_since_epoch().count(),
                       .order = index::Order::Time});
  });
  for (const auto& row : rows) {
    const core::Record record = to_record(row);
    for (auto& claim : about(record))
      if (const auto time = time_off(record, zone_of(workspace, claim)); time && time->overlaps(range))
        out.push_back({row.id, std::move(claim), *time, record.text("reason")});
  }
  std::sort(out.begin(), out.end(), [](const Off& a, const Off& b) {
    return std::tie(a.time.from, a.claim.kind, a.claim.key, a.id) <
           std::tie(b.time.from, b.claim.kind, b.claim.key, b.id);
  });
  return out;
}

std::string clock_words(core::Instant at, const std::string& zone) {
  const auto wall = core::to_wall(at, zone);
  const auto past =
      std::chrono::floor<minutes>(wall.time - std::chrono::floor<std::chrono::days>(wall.time)).count();
  return fmt::format("{:02}:{:02}{}", past / 60, past % 60,
                     wall.offset ? " " + core::abbreviation_at(at, zone) : "");
}

std::string clock_words(const core::Interval& time, const std::string& zone) {
  return clock_words(time.from, zone) + "–" + clock_words(time.to, zone);
}

std::string off_words(const core::Interval& time, const std::string& zone) {
  const auto from = core::to_local(time.from, zone), to = core::to_local(time.to, zone);
  const auto first = std::chrono::floor<std::chrono::days>(from),
             last = std::chrono::floor<std::chrono::days>(to - std::chrono::seconds{1});
  if (from == core::LocalTime{first} && to == core::LocalTime{last + std::chrono::days{1}})
    return core::to_words(first) + (first == last ? "" : " – " + core::to_words(last));
  if (first == last) return clock_words(time, zone);
  return core::to_words(core::to_wall(time.from, zone), zone) + " – " +
         core::to_words(core::to_wall(time.to, zone), zone);
}

std::vector<core::Problem> time_problems(const core::Record& record) {
  std::vector<core::Problem> out;
  const auto early = [&](const char* field, const char* than) {
    out.push_back({"", 0, field, record.text(field), std::string("must not be before ") + than});
  };
  if (record.type == "absence" && !record.text("end").empty() && !time_off(record, "UTC"))
    early("end", "the start");
  if (const auto start = core::parse_wall_time(record.text("start"));
      start && !record.text("rrule").empty()) {
    const auto rule = core::parse_rrule(record.text("rrule"), *start, record.text("zone"));
    if (const auto* refusal = std::get_if<core::NotARule>(&rule))
      out.push_back({"", 0, "rrule", record.text("rrule"), refusal->message});
  }
  if (record.type == "hours") {
    const auto from = core::parse_date(record.text("from")), until = core::parse_date(record.text("until"));
    if (from && until && *until < *from) early("until", "the first day");
  }
  return out;
}

Availability::Availability(Workspace& workspace, const core::Interval& range)
    : m_workspace(&workspace), m_range(range), m_off(absences(workspace, range)) {
  if (!workspace.schemas().has("hours")) return;
  // As many as there are people, rooms and seasons.
  constexpr std::size_t most = 10'000;
  const auto rows = workspace.with_index([&](index::Index& index) {
    return index.list({.type = "hours", .order = index::Order::Id, .limit = most});
  });
  for (const auto& row : rows) {
    const core::Record record = to_record(row);
    const auto* weekly = record.get("weekly").if_list();
    if (weekly == nullptr) continue;
    for (const auto& claim : about(record)) {
      Weekly each{zone_in(record, zone_of(workspace, claim)),
                  core::parse_date(record.text("from")),
                  core::parse_date(record.text("until")),
                  {}};
      for (const auto& opening : *weekly)
        add_opening(opening.string_or_empty(), each.hours);
      m_weekly[as_key(claim)].push_back(std::move(each));
    }
  }
}

core::Spans Availability::spans(const std::vector<Weekly>& records) const {
  std::vector<core::Interval> out;
  for (const auto& each : records) {
    // A day earlier and later: hours may go past midnight, and the range's days are those of another zone.
    const auto day_of = [&](core::Instant at) {
      return std::chrono::floor<std::chrono::days>(core::to_local(at, each.zone));
    };
    for (core::LocalDate day = day_of(m_range.from) - std::chrono::days{1},
                         last = day_of(m_range.to) + std::chrono::days{1};
         day <= last; day += std::chrono::days{1}) {
      const auto holds = [&](const Weekly& other) {
        return (!other.from || *other.from <= day) && (!other.until || day <= *other.until);
      };
      if (!holds(each) || std::any_of(records.begin(), records.end(), [&](const Weekly& other) {
            return holds(other) && other.from && (!each.from || *other.from > *each.from);
          }))
        continue;
      for (auto& interval : core::open_on(day, each.hours, each.zone))
        out.push_back(interval);
    }
  }
  return core::common(core::to_spans(std::move(out)), {m_range});
}

core::Spans Availability::usual() const {
  const auto& settings = m_workspace->settings();
  if (std::all_of(settings.hours.begin(), settings.hours.end(), [](const auto& day) { return day.empty(); }))
    return {m_range};
  return spans({Weekly{settings.zone, {}, {}, settings.hours}});
}

const core::Spans& Availability::hours(const Claim& claim) const {
  const auto [known, fresh] = m_hours.try_emplace(as_key(claim));
  if (!fresh) return known->second;
  core::Spans out;
  const auto own = m_weekly.find(as_key(claim));
  if (own != m_weekly.end()) {
    out = spans(own->second);
  } else {
    out = claim == the_house ? usual() : hours(the_house);
  }
  return m_hours[as_key(claim)] = std::move(out);
}

bool Availability::has_own_hours(const Claim& claim) const {
  return m_weekly.contains(as_key(claim));
}

std::vector<Off> Availability::off(const Claim& claim) const {
  std::vector<Off> out;
  for (const auto& each : m_off)
    if (each.claim == claim || each.claim == the_house) out.push_back(each);
  return out;
}

core::Spans Availability::open(const Claim& claim) const {
  std::vector<core::Interval> away;
  for (const auto& each : off(claim))
    away.push_back(each.time);
  return core::without(hours(claim), core::to_spans(std::move(away)));
}

std::vector<Claim> outside_hours(const Availability& availability, const std::vector<Claim>& claims,
                                 const core::Interval& time) {
  std::vector<Claim> out;
  if (time.to - time.from >= std::chrono::hours{24}) return out;
  for (const auto& claim : claims.empty() ? std::vector<Claim>{the_house} : claims) {
    if (core::covers(availability.hours(claim), time)) continue;
    const Claim& whose = availability.has_own_hours(claim) ? claim : the_house;
    if (std::find(out.begin(), out.end(), whose) == out.end()) out.push_back(whose);
  }
  return out;
}

std::vector<Claim> Availability::known() const {
  std::vector<Claim> out;
  for (const auto& [key, records] : m_weekly)
    if (key.first != the_house.kind) out.push_back({key.first, key.second});
  return out;
}

} // namespace crm::app
