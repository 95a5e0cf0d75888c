// Our rules of recurrence against libical's, on random rules: two programs that were written apart and agree.
#if __has_include(<libical/ical.h>)
#include <libical/ical.h>
#endif
#if defined(ICAL_MAJOR_VERSION) && ICAL_MAJOR_VERSION == 3 // 4 has another interface

#include "amount.hpp"
#include "catch.hpp"
#include "core/recurrence.hpp"

#include <random>
#include <set>
#include <string>
#include <vector>

using namespace crm::core;

namespace {

std::vector<std::string> libical_days(const std::string& rule, LocalDate first, std::size_t most) {
  const icalrecurrencetype type = icalrecurrencetype_from_string(rule.c_str());
  const auto start = icaltime_from_string(
      (to_text(first).substr(0, 4) + to_text(first).substr(5, 2) + to_text(first).substr(8, 2)).c_str());
  std::vector<std::string> out;
  icalrecur_iterator* each = icalrecur_iterator_new(type, start);
  if (each == nullptr) return {"refused"};
  for (auto next = icalrecur_iterator_next(each); !icaltime_is_null_time(next) && out.size() < most;
       next = icalrecur_iterator_next(each)) {
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", next.year, next.month, next.day);
    out.emplace_back(text);
  }
  icalrecur_iterator_free(each);
  return out;
}

/// Rules of the kinds that people make, and of the odder ones that the grammar admits.
class RandomRules {
 public:
  explicit RandomRules(unsigned seed) : m_random(seed) {}

  int number(int from, int to) { return std::uniform_int_distribution(from, to)(m_random); }
  std::string next() {
    const int every = number(0, 3);
    std::string out = std::string("FREQ=") + frequencies[every];
    if (number(0, 2) == 0) out += ";INTERVAL=" + std::to_string(number(2, 5));
    if (every == 3 && number(0, 3) > 0) out += list(";BYMONTH=", 1, 12, false);
    if (every != 3 && number(0, 5) == 0) out += list(";BYMONTH=", 1, 12, false);
    const int kind = number(0, 5);
    const bool by_days = kind <= 2;
    if (by_days) out += weekdays(every);
    if (kind == 3 && (every == 2 || every == 0 || out.find("BYMONTH=") != std::string::npos) && every != 1)
      out +=
          list(";BYMONTHDAY=", 1, 31, every != 0); // from the end of a month, libical 3.0.16 knows no limit
    if (kind == 4 && every == 3 && out.find("BYMONTH") == std::string::npos)
      out += list(";BYYEARDAY=", 1, 366, true);
    // In a week of the year, and in a period with a position, where both programs have one meaning.
    if (by_days && every == 2 && number(0, 2) == 0)
      out += ";BYSETPOS=" + std::to_string(number(0, 1) == 0 ? 1 : -1);
    if (number(0, 3) == 0) out += std::string(";WKST=") + weekday_names[number(0, 6)];
    return out;
  }

 private:
  static constexpr const char* frequencies[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
  static constexpr const char* weekday_names[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

  std::string list(const std::string& name, int from, int to, bool negative) {
    std::set<int> chosen;
    for (int i = 0, count = number(1, 3); i < count; ++i)
      chosen.insert(number(from, to) * (negative && number(0, 2) == 0 ? -1 : 1));
    std::string out;
    for (const int each : chosen)
      out += (out.empty() ? name : ",") + std::to_string(each);
    return out;
  }
  std::string weekdays(int every) {
    std::set<int> chosen; // libical 3.0.16 gives a day twice that is named twice
    for (int i = 0, count = number(1, 3); i < count; ++i)
      chosen.insert(number(0, 6));
    std::string out;
    for (const int each : chosen) {
      out += out.empty() ? ";BYDAY=" : ",";
      if (every >= 2 && number(0, 1) == 0) out += std::to_string(number(1, 4) * (number(0, 2) == 0 ? -1 : 1));
      out += weekday_names[each];
    }
    return out;
  }
  std::mt19937 m_random;
};

} // namespace

TEST_CASE("random rules give the days that libical gives") {
  RandomRules random(20261124);
  int compared = 0;
  const int rules = crm::test::amount(600, 3000);
  for (int i = 0; i < rules; ++i) {
    const std::string text = random.next();
    const LocalDate asked = *parse_date("2020-01-01") + std::chrono::days{random.number(0, 3000)};
    const auto parsed = parse_rrule(text, {LocalTime{asked}, {}}, "UTC");
    INFO(text << " from " << to_text(asked));
    REQUIRE(std::holds_alternative<Recurrence>(parsed));
    // As the book does: a series begins on a day of its own.
    const auto begins =
        recurring_days(std::get<Recurrence>(parsed), asked, asked, asked + std::chrono::days{140'000}, 1);
    if (begins.empty()) continue;
    const LocalDate first = begins.front();
    constexpr std::size_t most = 40;
    const auto theirs = libical_days(text, first, most);
    if (theirs.size() < most) continue; // it gives up on rules with long pauses
    std::vector<std::string> ours;
    for (const auto day :
         recurring_days(std::get<Recurrence>(parsed), first, first, first + std::chrono::days{140'000}, most))
      ours.push_back(to_text(day));
    CHECK(ours == theirs);
    ++compared;
  }
  CHECK(compared > rules * 2 / 3);
}
#endif
