#include "catch.hpp"
#include "core/recurrence.hpp"

#include <array>
#include <string>
#include <vector>

using namespace crm::core;

namespace {

LocalDate date(const std::string& text) {
  return *parse_date(text);
}

Recurrence rule(const std::string& text, const std::string& start) {
  auto parsed = parse_rrule(text, *parse_wall_time(start + "T09:00"), "America/New_York");
  if (const auto* refusal = std::get_if<NotARule>(&parsed)) FAIL(text + ": " + refusal->message);
  return std::get<Recurrence>(parsed);
}

std::string days_of(const std::string& text, const std::string& start, std::size_t most) {
  std::string out;
  for (const auto day : recurring_days(rule(text, start), date(start), date(start), date("2100-01-01"), most))
    out += (out.empty() ? "" : " ") + to_text(day);
  return out;
}

struct Example {
  const char *text, *start;
  std::size_t most;
  const char* days;
};

} // namespace

// RFC 5545, section 3.8.5.3, all examples that happen at most once a day. Where the RFC leaves a list open,
// as many as it shows.
TEST_CASE("the examples of RFC 5545 give the days that it says") {
  const std::vector<Example> examples{
      {"FREQ=DAILY;COUNT=10", "1997-09-02", 99,
       "1997-09-02 1997-09-03 1997-09-04 1997-09-05 1997-09-06 1997-09-07 1997-09-08 1997-09-09 1997-09-10 "
       "1997-09-11"},
      {"FREQ=DAILY;INTERVAL=2", "1997-09-02", 5, "1997-09-02 1997-09-04 1997-09-06 1997-09-08 1997-09-10"},
      {"FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02", 99,
       "1997-09-02 1997-09-12 1997-09-22 1997-10-02 1997-10-12"},
      {"FREQ=WEEKLY;COUNT=10", "1997-09-02", 99,
       "1997-09-02 1997-09-09 1997-09-16 1997-09-23 1997-09-30 1997-10-07 1997-10-14 1997-10-21 1997-10-28 "
       "1997-11-04"},
      {"FREQ=WEEKLY;UNTIL=19971224T000000Z", "1997-09-02", 99,
       "1997-09-02 1997-09-09 1997-09-16 1997-09-23 1997-09-30 1997-10-07 1997-10-14 1997-10-21 1997-10-28 "
       "1997-11-04 1997-11-11 1997-11-18 1997-11-25 1997-12-02 1997-12-09 1997-12-16 1997-12-23"},
      {"FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997-09-02", 6,
       "1997-09-02 1997-09-16 1997-09-30 1997-10-14 1997-10-28 1997-11-11"},
      {"FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", "1997-09-02", 99,
       "1997-09-02 1997-09-04 1997-09-09 1997-09-11 1997-09-16 1997-09-18 1997-09-23 1997-09-25 1997-09-30 "
       "1997-10-02"},
      {"FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "1997-09-02", 99,
       "1997-09-02 1997-09-04 1997-09-09 1997-09-11 1997-09-16 1997-09-18 1997-09-23 1997-09-25 1997-09-30 "
       "1997-10-02"},
      {"FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", "1997-09-01", 99,
       "1997-09-01 1997-09-03 1997-09-05 1997-09-15 1997-09-17 1997-09-19 1997-09-29 1997-10-01 1997-10-03 "
       "1997-10-13 1997-10-15 1997-10-17 1997-10-27 1997-10-29 1997-10-31 1997-11-10 1997-11-12 1997-11-14 "
       "1997-11-24 1997-11-26 1997-11-28 1997-12-08 1997-12-10 1997-12-12 1997-12-22"},
      {"FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "1997-09-02", 99,
       "1997-09-02 1997-09-04 1997-09-16 1997-09-18 1997-09-30 1997-10-02 1997-10-14 1997-10-16"},
      {"FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "1997-09-05", 99,
       "1997-09-05 1997-10-03 1997-11-07 1997-12-05 1998-01-02 1998-02-06 1998-03-06 1998-04-03 1998-05-01 "
       "1998-06-05"},
      {"FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "1997-09-05", 99,
       "1997-09-05 1997-10-03 1997-11-07 1997-12-05"},
      {"FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "1997-09-07", 99,
       "1997-09-07 1997-09-28 1997-11-02 1997-11-30 1998-01-04 1998-01-25 1998-03-01 1998-03-29 1998-05-03 "
       "1998-05-31"},
      {"FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997-09-22", 99,
       "1997-09-22 1997-10-20 1997-11-17 1997-12-22 1998-01-19 1998-02-16"},
      {"FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28", 6,
       "1997-09-28 1997-10-29 1997-11-28 1997-12-29 1998-01-29 1998-02-26"},
      {"FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "1997-09-02", 99,
       "1997-09-02 1997-09-15 1997-10-02 1997-10-15 1997-11-02 1997-11-15 1997-12-02 1997-12-15 1998-01-02 "
       "1998-01-15"},
      {"FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "1997-09-30", 99,
       "1997-09-30 1997-10-01 1997-10-31 1997-11-01 1997-11-30 1997-12-01 1997-12-31 1998-01-01 1998-01-31 "
       "1998-02-01"},
      {"FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", "1997-09-10", 99,
       "1997-09-10 1997-09-11 1997-09-12 1997-09-13 1997-09-14 1997-09-15 1999-03-10 1999-03-11 1999-03-12 "
       "1999-03-13"},
      {"FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "1997-09-02", 9,
       "1997-09-02 1997-09-09 1997-09-16 1997-09-23 1997-09-30 1997-11-04 1997-11-11 1997-11-18 1997-11-25"},
      {"FREQ=YEARLY;COUNT=10;BYMONTH=6,7", "1997-06-10", 99,
       "1997-06-10 1997-07-10 1998-06-10 1998-07-10 1999-06-10 1999-07-10 2000-06-10 2000-07-10 2001-06-10 "
       "2001-07-10"},
      {"FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", "1997-03-10", 99,
       "1997-03-10 1999-01-10 1999-02-10 1999-03-10 2001-01-10 2001-02-10 2001-03-10 2003-01-10 2003-02-10 "
       "2003-03-10"},
      {"FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "1997-01-01", 99,
       "1997-01-01 1997-04-10 1997-07-19 2000-01-01 2000-04-09 2000-07-18 2003-01-01 2003-04-10 2003-07-19 "
       "2006-01-01"},
      {"FREQ=YEARLY;BYDAY=20MO", "1997-05-19", 3, "1997-05-19 1998-05-18 1999-05-17"},
      {"FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12", 3, "1997-05-12 1998-05-11 1999-05-17"},
      {"FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-13", 11,
       "1997-03-13 1997-03-20 1997-03-27 1998-03-05 1998-03-12 1998-03-19 1998-03-26 1999-03-04 1999-03-11 "
       "1999-03-18 1999-03-25"},
      {"FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", "1997-06-05", 14,
       "1997-06-05 1997-06-12 1997-06-19 1997-06-26 1997-07-03 1997-07-10 1997-07-17 1997-07-24 1997-07-31 "
       "1997-08-07 1997-08-14 1997-08-21 1997-08-28 1998-06-04"},
      // The RFC leaves out the first day, which is no Friday, with an EXDATE.
      {"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1997-09-02", 5,
       "1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13"},
      {"FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "1997-09-13", 10,
       "1997-09-13 1997-10-11 1997-11-08 1997-12-13 1998-01-10 1998-02-07 1998-03-07 1998-04-11 1998-05-09 "
       "1998-06-13"},
      {"FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05", 3,
       "1996-11-05 2000-11-07 2004-11-02"},
      {"FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", 99,
       "1997-09-04 1997-10-07 1997-11-06"},
      {"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29", 7,
       "1997-09-29 1997-10-30 1997-11-27 1997-12-30 1998-01-29 1998-02-26 1998-03-30"},
      {"FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", 99,
       "1997-08-05 1997-08-10 1997-08-19 1997-08-24"},
      {"FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", 99,
       "1997-08-05 1997-08-17 1997-08-19 1997-08-31"},
      {"FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15", 99,
       "2007-01-15 2007-01-30 2007-02-15 2007-03-15 2007-03-30"},
  };
  for (const auto& each : examples) {
    INFO(each.text);
    CHECK(days_of(each.text, each.start, each.most) == each.days);
  }
}

TEST_CASE("a daily rule of the RFC that ends at a moment ends on the day before it when the hour is later") {
  CHECK(to_text(*rule("FREQ=DAILY;UNTIL=19971224T000000Z", "1997-09-02").until) == "1997-12-23");
  const auto all = recurring_days(rule("FREQ=DAILY;UNTIL=19971224T000000Z", "1997-09-02"), date("1997-09-02"),
                                  date("1997-09-02"), date("2000-01-01"), 999);
  CHECK(all.size() == 113);
  CHECK(to_text(*rule("FREQ=DAILY;UNTIL=19971224T140000Z", "1997-09-02").until) == "1997-12-24");
  CHECK(to_text(*rule("FREQ=DAILY;UNTIL=19971224", "1997-09-02").until) == "1997-12-24");
}

TEST_CASE("both ways of the RFC to say every day in January for three years are the same") {
  const std::string start = "1998-01-01";
  const auto yearly =
      days_of("FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", start, 999);
  CHECK(yearly == days_of("FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1", start, 999));
  CHECK(yearly.size() == 93 * 11 - 1);
}

TEST_CASE("rules that the book cannot keep are refused by the part's name") {
  const std::vector<std::pair<std::string, std::string>> cases{
      // Of RFC 5545 §3.8.5.3, what happens more than once a day.
      {"FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", "FREQ=HOURLY"},
      {"FREQ=MINUTELY;INTERVAL=90;COUNT=4", "FREQ=MINUTELY"},
      {"FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40", "BYHOUR"},
      {"FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16", "FREQ=MINUTELY"},
      // Others.
      {"FREQ=HOURLY;INTERVAL=3", "FREQ=HOURLY"},
      {"FREQ=MINUTELY;INTERVAL=15;COUNT=6", "FREQ=MINUTELY"},
      {"FREQ=DAILY;BYHOUR=9,10", "BYHOUR"},
      {"FREQ=DAILY;BYMINUTE=0,20", "BYMINUTE"},
      {"RSCALE=CHINESE;FREQ=YEARLY", "RSCALE"},
      {"FREQ=DAILY;COUNT=5;UNTIL=20261224", "COUNT and UNTIL"},
      {"FREQ=MONTHLY;BYWEEKNO=3", "BYWEEKNO"},
      {"FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY"},
      {"FREQ=WEEKLY;BYDAY=2TU", "a numbered BYDAY"},
      {"FREQ=MONTHLY;BYSETPOS=2", "BYSETPOS"},
      {"FREQ=DAILY;FREQ=DAILY", "FREQ stands there twice"},
      {"FREQ=DAILY;COUNT=99999999999999999999", "COUNT"},
      {"FREQ=DAILY;INTERVAL=0", "INTERVAL"},
      {"FREQ=DAILY;UNTIL=20260231", "UNTIL"},
      {"FREQ=DAILY;UNTIL=2026\x1b[31m", "UNTIL"},
      {"INTERVAL=2", "FREQ"},
      {"FREQ=DAILY;BYDAY", "BYDAY"},
      {"FREQ=DAILY;COLOUR=RED", "COLOUR"},
      {std::string(600, 'A'), "500 characters"},
      {"", "\"\" is no part"},
  };
  for (const auto& [text, part] : cases) {
    INFO(text);
    const auto parsed = parse_rrule(text, *parse_wall_time("2026-11-24T09:00"), "UTC");
    REQUIRE(std::holds_alternative<NotARule>(parsed));
    const auto& said = std::get<NotARule>(parsed).message;
    INFO(said);
    CHECK(said.find(part) != std::string::npos);
  }
}

TEST_CASE("phrases are rules, and rules are words") {
  const std::vector<std::array<std::string, 3>> cases{{
      {"day", "FREQ=DAILY", "every day"},
      {"2 days", "FREQ=DAILY;INTERVAL=2", "every 2 days"},
      {"every other day", "FREQ=DAILY;INTERVAL=2", "every 2 days"},
      {"weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every week on Mon, Tue, Wed, Thu and Fri"},
      {"week on tue,thu", "FREQ=WEEKLY;BYDAY=TU,TH", "every week on Tue and Thu"},
      {"week on thursday and tuesday", "FREQ=WEEKLY;BYDAY=TU,TH", "every week on Tue and Thu"},
      {"tue", "FREQ=WEEKLY;BYDAY=TU", "every week on Tue"},
      {"2 weeks", "FREQ=WEEKLY;INTERVAL=2", "every 2 weeks"},
      {"month", "FREQ=MONTHLY", "every month"},
      {"month on 2nd tue", "FREQ=MONTHLY;BYDAY=2TU", "every month on the 2nd Tue"},
      {"month on 15", "FREQ=MONTHLY;BYMONTHDAY=15", "every month on the 15th"},
      {"month on 1st, 15th", "FREQ=MONTHLY;BYMONTHDAY=1,15", "every month on the 1st and 15th"},
      {"month on last day", "FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day"},
      {"month on last fri", "FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Fri"},
      {"3 months on first mon", "FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO", "every 3 months on the 1st Mon"},
      {"year", "FREQ=YEARLY", "every year"},
  }};
  for (const auto& [phrase, text, words] : cases) {
    INFO(phrase);
    const auto parsed = parse_every(phrase);
    REQUIRE(std::holds_alternative<Recurrence>(parsed));
    CHECK(to_rrule(std::get<Recurrence>(parsed)) == text);
    CHECK(to_words(std::get<Recurrence>(parsed)) == words);
    CHECK(to_rrule(rule(text, "2026-11-24")) == text);
  }
  for (const char* wrong : {"", "every", "fortnight", "week on", "week on 15", "month on tue",
                            "month on 2nd tue 15", "month on 32", "month on 6th mon", "year on tue", "0 days",
                            "week tue", "weekday on tue", "99999999999 days", "day on day"}) {
    INFO(wrong);
    CHECK(std::holds_alternative<NotARule>(parse_every(wrong)));
  }
}

TEST_CASE("a rule that is cut in two gives the same days") {
  const std::string start = "2026-01-05";
  for (const char* text :
       {"FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=20", "FREQ=DAILY;COUNT=40",
        "FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYMONTHDAY=5;UNTIL=20270105"}) {
    INFO(text);
    const auto whole = rule(text, start);
    const auto all = recurring_days(whole, date(start), date(start), date("2030-01-01"), 20);
    const auto cut = all[all.size() / 2];
    auto halves = recurring_days(before(whole, cut), date(start), date(start), date("2030-01-01"), 20);
    const auto later =
        recurring_days(from(whole, date(start), cut), cut, cut, date("2030-01-01"), 20 - halves.size());
    halves.insert(halves.end(), later.begin(), later.end());
    CHECK(halves == all);
  }
}

TEST_CASE("a series without an end is asked about a far day without counting up to it") {
  const auto daily = rule("FREQ=DAILY", "1900-01-01");
  CHECK(recurring_days(daily, date("1900-01-01"), date("2099-12-30"), date("2099-12-31"), 99).size() == 2);
  CHECK(recurring_days(rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2000-01-01"), date("2000-01-01"),
                       date("2000-01-01"), LocalDate::max(), 1)
            .empty());
  CHECK_FALSE(last_day(daily, date("1900-01-01")).has_value());
  CHECK(to_text(*last_day(rule("FREQ=DAILY;COUNT=3", "2026-01-01"), date("2026-01-01"))) == "2026-01-03");
}
