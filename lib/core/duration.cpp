#include "base/text.hpp"
#include "core/time.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <utility>

namespace crm::core {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr std::int64_t a_minute = 60, an_hour = 3600, a_day = 86400, a_week = 7 * a_day;
/// A century. Whatever is longer is a slip of the finger or an attack on arithmetic.
constexpr days longest{36525};

/// Nothing for more digits than any sensible duration has.
std::optional<std::int64_t> read_number(std::string_view& rest) {
  std::int64_t value = 0;
  std::size_t count = 0;
  for (; count < rest.size() && base::is_digit(rest[count]); ++count)
    if (count < 10) value = value * 10 + (rest[count] - '0');
  if (count == 0 || count > 10) return std::nullopt;
  rest.remove_prefix(count);
  return value;
}

std::optional<Duration> bounded(std::int64_t whole_days, std::int64_t exact_seconds) {
  constexpr std::int64_t most = longest / days{1};
  if (whole_days > most || exact_seconds > most * a_day) return std::nullopt;
  return Duration{days{whole_days}, seconds{exact_seconds}};
}

/// Seconds in the unit that a person names; 0 for no unit.
std::int64_t unit_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 18> units{{
      {"w", a_week},
      {"wk", a_week},
      {"wks", a_week},
      {"week", a_week},
      {"weeks", a_week},
      {"d", a_day},
      {"day", a_day},
      {"days", a_day},
      {"h", an_hour},
      {"hr", an_hour},
      {"hrs", an_hour},
      {"hour", an_hour},
      {"hours", an_hour},
      {"m", a_minute},
      {"min", a_minute},
      {"mins", a_minute},
      {"minute", a_minute},
      {"minutes", a_minute},
  }};
  const auto found =
      std::find_if(units.begin(), units.end(), [&](const auto& unit) { return unit.first == name; });
  return found == units.end() ? 0 : found->second;
}

/// "1:30", hours and minutes.
std::optional<Duration> parse_clock(std::string_view text) {
  const auto hours = read_number(text);
  if (!hours || text.size() != 3 || text[0] != ':' || !base::is_digit(text[1]) || !base::is_digit(text[2]))
    return std::nullopt;
  const auto minutes = (text[1] - '0') * 10 + (text[2] - '0');
  return minutes < 60 ? bounded(0, *hours * an_hour + minutes * a_minute) : std::nullopt;
}

} // namespace

std::string to_text(Duration duration) {
  std::string text = "P";
  if (duration.days.count() != 0) text += fmt::format("{}D", duration.days.count());
  const auto exact = duration.time.count();
  if (exact != 0 || duration.days.count() == 0) {
    text += 'T';
    if (exact / an_hour != 0) text += fmt::format("{}H", exact / an_hour);
    if (exact % an_hour / a_minute != 0) text += fmt::format("{}M", exact % an_hour / a_minute);
    if (exact % a_minute != 0 || exact == 0) text += fmt::format("{}S", exact % a_minute);
  }
  return text;
}

std::string to_words(Duration duration) {
  std::vector<std::string> parts;
  const auto whole = duration.days.count();
  const auto exact = duration.time.count();
  if (whole != 0) parts.push_back(fmt::format("{} day{}", whole, whole == 1 ? "" : "s"));
  if (exact / an_hour != 0) parts.push_back(fmt::format("{} h", exact / an_hour));
  if (exact % an_hour / a_minute != 0) parts.push_back(fmt::format("{} min", exact % an_hour / a_minute));
  if (exact % a_minute != 0) parts.push_back(fmt::format("{} s", exact % a_minute));
  return parts.empty() ? "0 min" : base::join(parts, " ");
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.size() < 3 || text.front() != 'P') return std::nullopt;
  text.remove_prefix(1);
  std::int64_t whole = 0, exact = 0;
  std::string_view allowed = "WDT"; // what may still come; weeks stand alone (ISO 8601, 4.4.3.2)
  bool in_time = false;
  while (!text.empty()) {
    if (!in_time && text.front() == 'T' && allowed.ends_with('T')) {
      text.remove_prefix(1);
      in_time = true;
      allowed = "HMS";
      if (text.empty()) return std::nullopt;
      continue;
    }
    const auto value = read_number(text);
    if (!value || text.empty()) return std::nullopt;
    const char unit = text.front();
    const auto place = unit == 'T' ? std::string_view::npos : allowed.find(unit);
    if (place == std::string_view::npos) return std::nullopt;
    allowed = unit == 'W' ? "" : allowed.substr(place + 1);
    text.remove_prefix(1);
    if (!in_time)
      whole += unit == 'W' ? *value * 7 : *value;
    else
      exact += *value * (unit == 'H' ? an_hour : unit == 'M' ? a_minute : 1);
  }
  return bounded(whole, exact);
}

std::optional<Duration> parse_duration_phrase(std::string_view typed) {
  std::string folded(base::trim(typed));
  if (folded.empty() || folded.size() > 60) return std::nullopt;
  if (folded.front() == 'P' || folded.front() == 'p') {
    for (char& c : folded)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return parse_duration(folded);
  }
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (const auto clock = parse_clock(folded)) return clock;

  std::string_view rest = folded;
  std::int64_t whole = 0, exact = 0;
  std::int64_t previous = 0; // units must get smaller, so that none comes twice
  while (!rest.empty()) {
    const auto value = read_number(rest);
    if (!value) return std::nullopt;
    std::int64_t tenths = 0;
    const bool fraction = !rest.empty() && rest.front() == '.';
    std::int64_t scale = 1;
    if (fraction) {
      rest.remove_prefix(1);
      const auto digits = rest.size();
      const auto read = read_number(rest);
      if (!read || digits - rest.size() > 2) return std::nullopt;
      tenths = *read;
      scale = digits - rest.size() == 1 ? 10 : 100;
    }
    rest = base::trim(rest);
    const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c < 'a' || c > 'z'; });
    const auto name = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    // "90" is minutes, and so is the 30 of "1h30".
    const auto unit =
        name.empty() && rest.empty() && (previous == 0 || previous == an_hour) ? a_minute : unit_named(name);
    if (unit == 0 || (previous != 0 && unit >= previous)) return std::nullopt;
    if (fraction && unit != an_hour)
      return std::nullopt; // half a day is no clear thing where days have 23 to 25 hours
    rest = base::trim(rest.substr(name.size()));
    previous = unit;
    if (unit >= a_day)
      whole += *value * (unit / a_day);
    else
      exact += *value * unit + tenths * unit / scale;
  }
  return bounded(whole, exact);
}

} // namespace crm::core
