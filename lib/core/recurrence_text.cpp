// Rules as text: RRULE, phrases, and words for people.
#include "base/text.hpp"
#include "core/recurrence.hpp"
#include "core/when.hpp"
#include "core/when_calendar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <set>

namespace crm::core {
namespace {

using Rhythm = Recurrence;
using phrase::weekday_named;

constexpr std::array<std::string_view, 7> weekday_codes{"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
constexpr std::array<std::string_view, 7> weekday_words{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> month_words{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 4> frequencies{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
constexpr std::array<std::string_view, 4> period_words{"day", "week", "month", "year"};

std::optional<int> whole(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return out;
}

std::optional<std::chrono::weekday> coded_weekday(std::string_view code) {
  const auto at = std::find(weekday_codes.begin(), weekday_codes.end(), code);
  if (at == weekday_codes.end()) return std::nullopt;
  return std::chrono::weekday{static_cast<unsigned>(at - weekday_codes.begin())};
}

std::string ordinal(int n) {
  if (n == -1) return "last";
  if (n < 0) return ordinal(-n) + " last";
  const int tens = n % 100;
  return std::to_string(n) + (tens >= 11 && tens <= 13 ? "th"
                              : n % 10 == 1            ? "st"
                              : n % 10 == 2            ? "nd"
                              : n % 10 == 3            ? "rd"
                                                       : "th");
}

std::string list_words(const std::vector<std::string>& words) {
  if (words.size() < 2) return words.empty() ? "" : words.front();
  return base::join({words.begin(), words.end() - 1}, ", ") + " and " + words.back();
}

void in_order(Rhythm& rule) {
  const auto from_monday = [](const NthDay& day) { return (day.day - std::chrono::Monday).count(); };
  std::sort(rule.days.begin(), rule.days.end(), [&](const NthDay& a, const NthDay& b) {
    return std::pair(a.nth, from_monday(a)) < std::pair(b.nth, from_monday(b));
  });
  rule.days.erase(std::unique(rule.days.begin(), rule.days.end()), rule.days.end());
  for (auto* list : {&rule.month_days, &rule.year_days, &rule.weeks, &rule.months, &rule.positions}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
}

class RuleReader {
 public:
  RuleReader(const WallTime& start, std::string_view zone) : m_start(start), m_zone(zone) {}

  std::variant<Rhythm, NotARule> read(std::string_view text) {
    constexpr std::size_t longest = 500;
    if (text.size() > longest) return NotARule{"a rule is at most 500 characters long", example};
    std::string rule = base::upper(base::trim(text));
    if (rule.starts_with("RRULE:")) rule.erase(0, 6);
    if (rule.size() > 1 && rule.ends_with(';')) rule.pop_back(); // as some programs write it
    bool frequency = false;
    for (const auto part : base::split(rule, ';')) {
      const auto equals = part.find('=');
      const std::string name(part.substr(0, equals));
      if (equals == std::string_view::npos || name.empty())
        return NotARule{"\"" + base::printable(part) + "\" is no part of a rule", example};
      if (!m_seen.insert(name).second) return NotARule{name + " stands there twice", example};
      frequency = frequency || name == "FREQ";
      if (auto problem = part_of(name, part.substr(equals + 1))) return *std::move(problem);
    }
    if (!frequency) return NotARule{"a rule needs FREQ", example};
    if (auto problem = contradiction()) return *std::move(problem);
    in_order(m_rule);
    return m_rule;
  }

 private:
  static constexpr const char* example = "like FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10";
  using Problem = std::optional<NotARule>;

  static NotARule wrong(std::string_view name, std::string_view value, std::string_view allowed) {
    return {fmt::format("{}={} is not understood", name, base::printable(value)),
            fmt::format("{} is {}", name, allowed)};
  }

  Problem numbers(std::string_view name, std::string_view value, int most, bool negative,
                  std::vector<int>& out) {
    for (const auto each : base::split(value, ',')) {
      const auto number = whole(each);
      if (!number || *number == 0 || *number > most || *number < (negative ? -most : 1))
        return wrong(name, value,
                     fmt::format("numbers from 1 to {}{}", most, negative ? ", or from -1" : ""));
      out.push_back(*number);
    }
    return std::nullopt;
  }

  Problem weekdays(std::string_view value) {
    for (const auto each : base::split(value, ',')) {
      const auto code = each.size() < 2 ? std::string_view() : each.substr(each.size() - 2);
      const auto day = coded_weekday(code);
      const auto nth = each.size() > 2 ? whole(each.substr(0, each.size() - 2)) : std::optional(0);
      if (!day || !nth || *nth > 53 || *nth < -53 || (each.size() > 2 && *nth == 0))
        return wrong("BYDAY", value, "like TU, 2TU or -1FR");
      m_rule.days.push_back({*nth, *day});
    }
    return std::nullopt;
  }

  Problem until(std::string_view value) {
    std::string text(value);
    const bool utc = text.ends_with('Z');
    if (utc) text.pop_back();
    const bool timed = text.size() == 15 && text[8] == 'T';
    if (!timed && text.size() != 8) return wrong("UNTIL", value, "a day like 20261218, or 20261218T140000Z");
    const auto date = parse_date(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2));
    if (!date) return wrong("UNTIL", value, "a day like 20261218, or 20261218T140000Z");
    m_rule.until = *date;
    if (!timed) return std::nullopt;
    const auto hour = whole(text.substr(9, 2)), minute = whole(text.substr(11, 2)),
               second = whole(text.substr(13, 2));
    if (!hour || !minute || !second || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 ||
        *second < 0 || *second > 60)
      return wrong("UNTIL", value, "a day like 20261218, or 20261218T140000Z");
    LocalTime end = LocalTime{*date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
                    std::chrono::seconds{*second};
    if (utc) end = to_local(Instant{end.time_since_epoch()}, is_zone(m_zone) ? m_zone : "UTC");
    const auto day = std::chrono::floor<std::chrono::days>(end);
    const auto clock = m_start.time - std::chrono::floor<std::chrono::days>(m_start.time);
    m_rule.until = end - day < clock ? day - std::chrono::days{1} : day;
    return std::nullopt;
  }

  Problem part_of(std::string_view name, std::string_view value) {
    if (name == "FREQ") {
      const auto at = std::find(frequencies.begin(), frequencies.end(), value);
      if (at == frequencies.end())
        return wrong(name, value, "DAILY, WEEKLY, MONTHLY or YEARLY: the book has one a day at most");
      m_rule.every = static_cast<Rhythm::Every>(at - frequencies.begin());
      return std::nullopt;
    }
    if (name == "INTERVAL" || name == "COUNT") {
      const int most = name == "COUNT" ? most_occurrences : 1000;
      const auto number = whole(value);
      if (!number || *number < 1 || *number > most)
        return wrong(name, value, fmt::format("a number from 1 to {}", most));
      if (name == "COUNT")
        m_rule.count = *number;
      else
        m_rule.interval = *number;
      return std::nullopt;
    }
    if (name == "UNTIL") return until(value);
    if (name == "BYDAY") return weekdays(value);
    if (name == "BYMONTHDAY") return numbers(name, value, 31, true, m_rule.month_days);
    if (name == "BYYEARDAY") return numbers(name, value, 366, true, m_rule.year_days);
    if (name == "BYWEEKNO") return numbers(name, value, 53, true, m_rule.weeks);
    if (name == "BYMONTH") return numbers(name, value, 12, false, m_rule.months);
    if (name == "BYSETPOS") return numbers(name, value, 366, true, m_rule.positions);
    if (name == "WKST") {
      const auto day = coded_weekday(value);
      if (!day) return wrong(name, value, "a weekday like MO");
      m_rule.week_start = *day;
      return std::nullopt;
    }
    if (name == "BYHOUR" || name == "BYMINUTE" || name == "BYSECOND")
      return NotARule{std::string(name) +
                          " is not taken: the time of day is the appointment's own, once a day",
                      "leave it out, or book one series for each time"};
    if (name == "RSCALE" || name == "SKIP")
      return NotARule{std::string(name) + " is not taken: days are counted by the Gregorian calendar",
                      example};
    return NotARule{"a rule has no part \"" + base::printable(name) + "\"", example};
  }

  /// What RFC 5545 §3.3.10 says MUST NOT stand together.
  Problem contradiction() const {
    using Every = Rhythm::Every;
    const Every every = m_rule.every;
    const auto with = [&](std::string_view part) {
      return NotARule{
          fmt::format("{} does not go with FREQ={}", part, frequencies[static_cast<std::size_t>(every)]),
          "RFC 5545, section 3.3.10"};
    };
    const bool nth =
        std::any_of(m_rule.days.begin(), m_rule.days.end(), [](const NthDay& day) { return day.nth != 0; });
    if (m_rule.count && m_rule.until) return NotARule{"COUNT and UNTIL exclude each other", example};
    if (!m_rule.weeks.empty() && every != Every::Year) return with("BYWEEKNO");
    if (!m_rule.year_days.empty() && every != Every::Year) return with("BYYEARDAY");
    if (!m_rule.month_days.empty() && every == Every::Week) return with("BYMONTHDAY");
    if (nth && (every == Every::Day || every == Every::Week)) return with("a numbered BYDAY");
    if (nth && !m_rule.weeks.empty()) return NotARule{"a numbered BYDAY does not go with BYWEEKNO", example};
    if (!m_rule.positions.empty() && m_rule.days.empty() && m_rule.month_days.empty() &&
        m_rule.year_days.empty() && m_rule.weeks.empty() && m_rule.months.empty())
      return NotARule{"BYSETPOS needs another BY… part to choose from", example};
    return std::nullopt;
  }

  WallTime m_start;
  std::string m_zone;
  Rhythm m_rule;
  std::set<std::string> m_seen;
};

constexpr const char* phrases =
    "like day, \"2 days\", weekday, \"week on tue,thu\", \"2 weeks\", \"month on 15\", \"month on 2nd tue\", "
    "\"month on last fri\", year";

std::optional<int> ordinal_named(std::string_view word) {
  constexpr std::array<std::string_view, 6> names{"last", "first", "second", "third", "fourth", "fifth"};
  const auto at = std::find(names.begin(), names.end(), word);
  if (at != names.end()) return at == names.begin() ? -1 : static_cast<int>(at - names.begin());
  for (const std::string_view ending : {"st", "nd", "rd", "th"})
    if (word.ends_with(ending)) return whole(word.substr(0, word.size() - ending.size()));
  return std::nullopt;
}

/// "tue,thu", "15", "15,-1", "2nd tue", "last fri", "last day".
std::optional<NotARule> read_on(Rhythm& rule, const std::vector<std::string>& words) {
  const auto refuse = [&](const std::string& word) {
    return NotARule{"\"" + base::printable(word) + "\" is no day of a " +
                        std::string(period_words[static_cast<std::size_t>(rule.every)]),
                    phrases};
  };
  std::optional<int> nth;
  for (const auto& word : words) {
    if (word == "and" || word == "the") continue;
    if (const auto day = weekday_named(word)) {
      if (rule.every == Rhythm::Every::Month && !nth)
        return NotARule{"which " + base::printable(word) + " of the month?", "like \"month on 2nd tue\""};
      if (rule.every == Rhythm::Every::Week && nth) return refuse(word);
      rule.days.push_back({nth.value_or(0), *day});
      nth.reset();
      continue;
    }
    if (rule.every != Rhythm::Every::Month) return refuse(word);
    if (word == "day" && nth) {
      rule.month_days.push_back(*nth);
      nth.reset();
      continue;
    }
    const auto number = whole(word), named = ordinal_named(word);
    if (nth) rule.month_days.push_back(*nth); // "1st,15th"
    nth.reset();
    if (number && *number != 0 && *number <= 31 && *number >= -31) {
      rule.month_days.push_back(*number);
    } else if (named && *named != 0 && *named <= 31 && *named >= -1) {
      nth = *named;
    } else {
      return refuse(word);
    }
  }
  if (nth) rule.month_days.push_back(*nth);
  for (const auto& day : rule.days)
    if (day.nth > 5) return refuse(ordinal(day.nth));
  if (rule.days.empty() && rule.month_days.empty()) return NotARule{"on which days?", phrases};
  if (!rule.days.empty() && !rule.month_days.empty())
    return NotARule{"days of the month and weekdays do not go together", phrases};
  return std::nullopt;
}

} // namespace

std::variant<Recurrence, NotARule> parse_rrule(std::string_view text, const WallTime& start,
                                               std::string_view zone) {
  return RuleReader(start, zone).read(text);
}

std::variant<Recurrence, NotARule> parse_every(std::string_view text) {
  std::string folded = base::fold(text);
  std::replace(folded.begin(), folded.end(), ',', ' ');
  std::vector<std::string> words;
  for (const auto word : base::split(folded, ' '))
    if (!word.empty()) words.emplace_back(word);
  std::size_t at = 0;
  if (at < words.size() && words[at] == "every") ++at;
  const NotARule unknown{"\"" + base::printable(text) + "\" is no rule", phrases};
  if (at >= words.size() || text.size() > 200) return unknown;
  Recurrence rule;
  if (words[at] == "other") {
    rule.interval = 2;
    ++at;
  } else if (const auto number = whole(words[at])) {
    if (*number < 1 || *number > 1000) return unknown;
    rule.interval = *number;
    ++at;
  }
  if (at >= words.size()) return unknown;
  std::string unit = words[at++];
  if (unit.size() > 1 && unit.ends_with('s') && !weekday_named(unit)) unit.pop_back();
  if (unit == "weekday") {
    for (unsigned day = 1; day <= 5; ++day)
      rule.days.push_back({0, std::chrono::weekday{day}});
  } else if (weekday_named(unit)) { // "every tue and thu"
    if (auto problem = read_on(rule, {words.begin() + static_cast<std::ptrdiff_t>(at) - 1, words.end()}))
      return *problem;
    at = words.size();
  } else {
    const auto period = std::find(period_words.begin(), period_words.end(), unit);
    if (period == period_words.end()) return unknown;
    rule.every = static_cast<Recurrence::Every>(period - period_words.begin());
  }
  if (at < words.size()) {
    const bool days_follow = words[at] == "on" && (rule.every == Recurrence::Every::Week ||
                                                   rule.every == Recurrence::Every::Month);
    if (!days_follow || !rule.days.empty()) return unknown;
    if (auto problem = read_on(rule, {words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end()}))
      return *problem;
  }
  in_order(rule);
  return rule;
}

std::string to_rrule(const Recurrence& rule) {
  std::string out = "FREQ=" + std::string(frequencies[static_cast<std::size_t>(rule.every)]);
  const auto add = [&](std::string_view name, const std::vector<std::string>& values) {
    if (!values.empty()) out += fmt::format(";{}={}", name, base::join(values, ","));
  };
  const auto numbers = [](const std::vector<int>& list) {
    std::vector<std::string> words;
    for (const int each : list)
      words.push_back(std::to_string(each));
    return words;
  };
  if (rule.interval != 1) out += fmt::format(";INTERVAL={}", rule.interval);
  if (rule.count) out += fmt::format(";COUNT={}", *rule.count);
  if (rule.until) {
    std::string date = to_text(*rule.until);
    std::erase(date, '-');
    out += ";UNTIL=" + date;
  }
  add("BYMONTH", numbers(rule.months));
  add("BYWEEKNO", numbers(rule.weeks));
  add("BYYEARDAY", numbers(rule.year_days));
  add("BYMONTHDAY", numbers(rule.month_days));
  std::vector<std::string> weekdays;
  for (const auto& day : rule.days)
    weekdays.push_back((day.nth == 0 ? "" : std::to_string(day.nth)) +
                       std::string(weekday_codes[day.day.c_encoding()]));
  add("BYDAY", weekdays);
  add("BYSETPOS", numbers(rule.positions));
  if (rule.week_start != std::chrono::Monday)
    out += ";WKST=" + std::string(weekday_codes[rule.week_start.c_encoding()]);
  return out;
}

std::string to_words(const Recurrence& rule) {
  const std::string_view unit = period_words[static_cast<std::size_t>(rule.every)];
  std::string out =
      rule.interval == 1 ? fmt::format("every {}", unit) : fmt::format("every {} {}s", rule.interval, unit);
  const auto add = [&](const std::string& what, const std::vector<int>& list, auto&& name) {
    if (list.empty()) return;
    std::vector<std::string> words;
    for (const int each : list)
      words.push_back(name(each));
    out += what + list_words(words);
  };
  std::vector<std::string> weekdays;
  for (const auto& day : rule.days)
    weekdays.push_back((day.nth == 0 ? "" : "the " + ordinal(day.nth) + " ") +
                       std::string(weekday_words[day.day.c_encoding()]));
  if (!weekdays.empty()) out += " on " + list_words(weekdays);
  add(" on the ", rule.month_days, [](int n) { return n < 0 ? ordinal(n) + " day" : ordinal(n); });
  add(" on day ", rule.year_days, [](int n) { return std::to_string(n); });
  add(" in week ", rule.weeks, [](int n) { return std::to_string(n); });
  add(" in ", rule.months, [](int n) { return std::string(month_words[static_cast<std::size_t>(n) - 1]); });
  add(", of these the ", rule.positions, [](int n) { return ordinal(n); });
  if (rule.count) out += fmt::format(", {} times", *rule.count);
  if (rule.until) out += ", until " + to_words(*rule.until);
  return out;
}

} // namespace crm::core
