#include "core/recurrence.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace crm::core {
namespace {

using std::chrono::days;
using std::chrono::year_month_day;
using Every = Recurrence::Every;

bool holds(const std::vector<int>& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// `at` of `of` (from 1), asked for from either end.
bool holds_position(const std::vector<int>& list, int at, int of) {
  return holds(list, at) || holds(list, at - of - 1);
}

LocalDate year_begins(int year) {
  return LocalDate{year_month_day{std::chrono::year{year}, std::chrono::January, std::chrono::day{1}}};
}

int year_of(LocalDate day) {
  return static_cast<int>(year_month_day{day}.year());
}

LocalDate week_begins(LocalDate day, std::chrono::weekday week_start) {
  return day - (std::chrono::weekday{day} - week_start);
}

/// Week 1 is the first with at least four days in the year (RFC 5545 §3.3.10, as ISO 8601).
LocalDate first_week(int year, std::chrono::weekday week_start) {
  return week_begins(year_begins(year) + days{3}, week_start);
}

/// A day at either end of a year may be of a week of the other one.
int year_of_week(LocalDate day, std::chrono::weekday week_start) {
  const int year = year_of(day);
  if (day < first_week(year, week_start)) return year - 1;
  return day >= first_week(year + 1, week_start) ? year + 1 : year;
}

/// Which days of a period a rule wants.
class DayChoice {
 public:
  DayChoice(const Recurrence& rule, LocalDate first) : m_rule(rule) {
    const year_month_day date{first};
    const bool said =
        !rule.days.empty() || !rule.month_days.empty() || !rule.year_days.empty() || !rule.weeks.empty();
    // What the rule does not say, the first day says.
    switch (rule.every) {
    case Every::Day:
      break;
    case Every::Week:
      if (rule.days.empty()) m_rule.days = {{0, std::chrono::weekday{first}}};
      break;
    case Every::Month:
      if (!said) m_rule.month_days = {static_cast<int>(static_cast<unsigned>(date.day()))};
      break;
    case Every::Year:
      if (!rule.weeks.empty() && rule.days.empty() && rule.month_days.empty() && rule.year_days.empty())
        m_rule.days = {{0, std::chrono::weekday{first}}};
      if (!said) m_rule.month_days = {static_cast<int>(static_cast<unsigned>(date.day()))};
      // A day of the month without a month is one in the month of the first day, as libical has it; the RFC
      // leaves it open.
      if (rule.months.empty() && rule.days.empty() && rule.year_days.empty() && rule.weeks.empty())
        m_rule.months = {static_cast<int>(static_cast<unsigned>(date.month()))};
      break;
    }
  }

  std::vector<LocalDate> of(LocalDate begins, LocalDate ends) const {
    std::vector<LocalDate> out;
    for (LocalDate day = begins; day < ends; day += days{1})
      if (wants(day)) out.push_back(day);
    if (m_rule.positions.empty()) return out;
    std::vector<LocalDate> chosen;
    for (std::size_t i = 0; i < out.size(); ++i)
      if (holds_position(m_rule.positions, static_cast<int>(i) + 1, static_cast<int>(out.size())))
        chosen.push_back(out[i]);
    return chosen;
  }

 private:
  bool wants(LocalDate day) const {
    const year_month_day date{day};
    const int month = static_cast<int>(static_cast<unsigned>(date.month()));
    if (!m_rule.months.empty() && !holds(m_rule.months, month)) return false;
    if (!m_rule.month_days.empty()) {
      const LocalDate last{date.year() / date.month() / std::chrono::last};
      if (!holds_position(m_rule.month_days, static_cast<int>(static_cast<unsigned>(date.day())),
                          static_cast<int>(static_cast<unsigned>(year_month_day{last}.day()))))
        return false;
    }
    if (!m_rule.year_days.empty()) {
      const LocalDate new_year = year_begins(year_of(day));
      const auto length = (year_begins(year_of(day) + 1) - new_year).count();
      if (!holds_position(m_rule.year_days, static_cast<int>((day - new_year).count()) + 1,
                          static_cast<int>(length)))
        return false;
    }
    return (m_rule.weeks.empty() || wants_week(day)) && (m_rule.days.empty() || wants_weekday(day, date));
  }

  bool wants_week(LocalDate day) const {
    const int year = year_of_week(day, m_rule.week_start);
    const LocalDate one = first_week(year, m_rule.week_start);
    const auto weeks = (first_week(year + 1, m_rule.week_start) - one).count() / 7;
    return holds_position(m_rule.weeks, static_cast<int>((day - one).count() / 7) + 1,
                          static_cast<int>(weeks));
  }

  bool wants_weekday(LocalDate day, const year_month_day& date) const {
    const std::chrono::weekday weekday{day};
    return std::any_of(m_rule.days.begin(), m_rule.days.end(), [&](const NthDay& each) {
      if (each.day != weekday) return false;
      if (each.nth == 0 || m_rule.every == Every::Day || m_rule.every == Every::Week) return true;
      const bool of_month = m_rule.every == Every::Month || !m_rule.months.empty();
      const LocalDate begins =
          of_month ? LocalDate{date.year() / date.month() / 1} : year_begins(year_of(day));
      const LocalDate last = of_month ? LocalDate{date.year() / date.month() / std::chrono::last}
                                      : year_begins(year_of(day) + 1) - days{1};
      return each.nth > 0 ? (day - begins).count() / 7 + 1 == each.nth
                          : (last - day).count() / 7 + 1 == -each.nth;
    });
  }

  Recurrence m_rule;
};

struct Period {
  LocalDate begins, ends;
};

/// The year that years are counted from. Of weeks it is the year of the first day's week, where that day is
/// one of the rule's; else the year that is written down, as libical has it.
int base_year(const Recurrence& rule, LocalDate first, const DayChoice& choice) {
  return rule.weeks.empty() || choice.of(first, first + days{1}).empty()
             ? year_of(first)
             : year_of_week(first, rule.week_start);
}

Period nth_period(const Recurrence& rule, LocalDate first, int base, std::int64_t n) {
  const std::int64_t steps = n * rule.interval;
  const year_month_day date{first};
  switch (rule.every) {
  case Every::Day:
    return {first + days{steps}, first + days{steps + 1}};
  case Every::Week: {
    const LocalDate begins = week_begins(first, rule.week_start) + days{7 * steps};
    return {begins, begins + days{7}};
  }
  case Every::Month: {
    const auto month =
        std::chrono::year_month{date.year(), date.month()} + std::chrono::months{static_cast<int>(steps)};
    return {LocalDate{month / 1}, LocalDate{(month + std::chrono::months{1}) / 1}};
  }
  case Every::Year:
    break;
  }
  if (!rule.weeks.empty()) { // a year of weeks, which begins a few days before or after the other one
    const int year = base + static_cast<int>(steps);
    return {first_week(year, rule.week_start), first_week(year + 1, rule.week_start)};
  }
  const int year = base + static_cast<int>(steps);
  return {year_begins(year), year_begins(year + 1)};
}

/// A period that surely ends before `day`, or the first one.
std::int64_t period_before(const Recurrence& rule, LocalDate first, LocalDate day) {
  const std::int64_t away = (day - first).count();
  const std::int64_t longest = rule.every == Every::Day     ? 1
                               : rule.every == Every::Week  ? 7
                               : rule.every == Every::Month ? 31
                                                            : 366;
  return std::max<std::int64_t>(0, away / (longest * rule.interval) - 1);
}

/// Calls `visit` with each day in order until it says false.
template <class Visit>
void each_day(const Recurrence& rule, LocalDate first, LocalDate from, LocalDate to, const Visit& visit) {
  constexpr std::int64_t days_in_400_years = 146'097;
  const LocalDate end =
      std::min({to, first + days{days_in_400_years}, rule.until.value_or(LocalDate::max())});
  const DayChoice choice(rule, first);
  const int base = rule.every == Every::Year ? base_year(rule, first, choice) : 0;
  int left = rule.count.value_or(std::numeric_limits<int>::max());
  for (std::int64_t n = rule.count ? 0 : period_before(rule, first, from);; ++n) {
    const Period period = nth_period(rule, first, base, n);
    if (period.begins > end || left == 0) return;
    for (const LocalDate day : choice.of(period.begins, period.ends)) {
      if (day < first) continue;
      if (day > end || left-- == 0) return;
      if (day >= from && !visit(day)) return;
    }
  }
}

} // namespace

std::vector<LocalDate> recurring_days(const Recurrence& rule, LocalDate first, LocalDate from, LocalDate to,
                                      std::size_t most) {
  std::vector<LocalDate> out;
  if (most == 0) return out;
  each_day(rule, first, from, to, [&](LocalDate day) {
    out.push_back(day);
    return out.size() < most;
  });
  return out;
}

std::optional<LocalDate> last_day(const Recurrence& rule, LocalDate first) {
  if (rule.endless()) return std::nullopt;
  if (rule.until) return std::max(first, *rule.until);
  LocalDate last = first;
  each_day(rule, first, first, LocalDate::max(), [&](LocalDate day) {
    last = day;
    return true;
  });
  return last;
}

Recurrence before(const Recurrence& rule, LocalDate day) {
  Recurrence out = rule;
  out.count.reset();
  out.until = std::min(rule.until.value_or(LocalDate::max()), day - days{1});
  return out;
}

Recurrence from(const Recurrence& rule, LocalDate first, LocalDate day) {
  Recurrence out = rule;
  if (rule.count)
    each_day(rule, first, first, day - days{1}, [&](LocalDate) {
      --*out.count;
      return true;
    });
  return out;
}

std::optional<Recurrence> shifted(const Recurrence& rule, LocalDate first, int by) {
  const bool only_weekdays = rule.month_days.empty() && rule.year_days.empty() && rule.weeks.empty() &&
                             rule.months.empty() && rule.positions.empty();
  if (!only_weekdays || (!rule.days.empty() && rule.every != Every::Week)) return std::nullopt;
  Recurrence out = rule;
  if (out.until) *out.until += days{by};
  const auto week_of = [&](LocalDate day) { return week_begins(day, rule.week_start); };
  const LocalDate week = week_of(first);
  std::set<LocalDate> weeks;
  for (auto& day : out.days) {
    weeks.insert(week_of(week + (day.day - rule.week_start) + days{by}));
    day.day += days{by};
  }
  if (rule.interval > 1 && weeks.size() > 1) return std::nullopt;
  return out;
}

} // namespace crm::core
