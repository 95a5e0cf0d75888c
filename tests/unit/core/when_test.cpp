#include "catch.hpp"
#include "core/when.hpp"

#include <chrono>
#include <random>
#include <string>
#include <vector>

using namespace crm::core;
using namespace std::chrono_literals;

namespace {

WhenContext context_at(const char* now, const char* zone = "Europe/London") {
  return {parse_wall_time(now).value().time, zone, std::chrono::Monday, parse_wall_time(now).value().offset};
}
/// A Tuesday.
const WhenContext tuesday = context_at("2026-11-24T10:20:31");

/// "2026-11-24T14:00", "2026-11-24" for a day alone, the zone where the phrase names one; or why it was
/// refused.
std::string read(std::string_view phrase, const WhenContext& context = tuesday) {
  const auto parsed = parse_when(phrase, context);
  if (const auto* problem = std::get_if<NotATime>(&parsed)) return problem->message + " / " + problem->hint;
  const auto& when = std::get<When>(parsed);
  return (when.time ? to_text(when.wall()) : to_text(when.date)) + (when.zone_named ? " " + when.zone : "");
}

std::string read_days(std::string_view phrase, const WhenContext& context = tuesday) {
  const auto parsed = parse_days(phrase, context);
  if (const auto* problem = std::get_if<NotATime>(&parsed)) return problem->message + " / " + problem->hint;
  const auto& days = std::get<Days>(parsed);
  return to_text(days.first) + ".." + to_text(days.last);
}

std::string settled(std::string_view phrase, const WhenContext& context = tuesday) {
  const auto parsed = parse_when(phrase, context);
  if (const auto* problem = std::get_if<NotATime>(&parsed)) return problem->message;
  const auto outcome = settle(std::get<When>(parsed));
  if (const auto* problem = std::get_if<NotATime>(&outcome)) return problem->message + " / " + problem->hint;
  return to_text(std::get<WallTime>(outcome));
}

struct Case {
  const char *phrase, *expected;
};

} // namespace

TEST_CASE("What was is looked for in the last month, day or weekday of that name, not the next") {
  WhenContext back = tuesday;
  back.nearest = WhenContext::Nearest::Latest;
  const std::vector<Case> cases{
      {"october", "2026-10-01..2026-10-31"},      {"november", "2026-11-01..2026-11-30"},
      {"december", "2025-12-01..2025-12-31"},     {"dec..jan", "2025-12-01..2026-01-31"},
      {"1 oct..5 nov", "2026-10-01..2026-11-05"}, {"24 nov", "2026-11-24..2026-11-24"},
      {"25 nov", "2025-11-25..2025-11-25"},       {"29 feb", "2024-02-29..2024-02-29"},
      {"october 2027", "2027-10-01..2027-10-31"}, {"fri", "2026-11-20..2026-11-20"},
      {"tue", "2026-11-17..2026-11-17"},          {"mon..fri", "2026-11-23..2026-11-27"},
      {"next fri", "2026-12-04..2026-12-04"},     {"fri week", "2026-12-04..2026-12-04"},
  };
  for (const auto& [phrase, expected] : cases) {
    INFO(phrase);
    CHECK(read_days(phrase, back) == expected);
  }
}

TEST_CASE("times are read as people type them") {
  const std::vector<Case> cases{
      {"14:00", "2026-11-24T14:00"},
      {"9:05", "2026-11-24T09:05"},
      {"08:00", "2026-11-24T08:00"}, // past, and still today: the caller echoes it
      {"14:00:30", "2026-11-24T14:00:30"},
      {"2pm", "2026-11-24T14:00"},
      {"2 pm", "2026-11-24T14:00"},
      {"2 p.m.", "2026-11-24T14:00"},
      {"2:30pm", "2026-11-24T14:30"},
      {"2:30 PM", "2026-11-24T14:30"},
      {"12am", "2026-11-24T00:00"},
      {"12pm", "2026-11-24T12:00"},
      {"12:30am", "2026-11-24T00:30"},
      {"noon", "2026-11-24T12:00"},
      {"midday", "2026-11-24T12:00"},
      {"midnight", "2026-11-24T00:00"},
      {"now", "2026-11-24T10:20"},
      {"today", "2026-11-24"},
      {"  Today  ", "2026-11-24"},
      {"tomorrow", "2026-11-25"},
      {"yesterday", "2026-11-23"},
      {"day after tomorrow", "2026-11-26"},
      {"the day before yesterday", "2026-11-22"},
      {"tomorrow 2pm", "2026-11-25T14:00"},
      {"tomorrow at 14:00", "2026-11-25T14:00"},
      {"TOMORROW AT NOON", "2026-11-25T12:00"},
      {"tomorrow 9", "2026-11-25T09:00"},
      {"tomorrow, 9", "2026-11-25T09:00"},
      {"2pm tomorrow", "2026-11-25T14:00"},
      {"at 9am on friday", "2026-11-27T09:00"},
      {"fri", "2026-11-27"},
      {"friday 9:30", "2026-11-27T09:30"},
      {"Fri 17", "2026-11-27T17:00"},
      {"mon", "2026-11-30"},
      {"tue", "2026-12-01"}, // today is `today`
      {"next tue 9", "2026-12-01T09:00"},
      {"next tue at 9 pm", "2026-12-01T21:00"},
      {"next mon", "2026-11-30"},
      {"next sun", "2026-12-06"},
      {"fri next week", "2026-12-04"},
      {"next week fri 10:00", "2026-12-04T10:00"},
      {"this fri", "2026-11-27"},
      {"this mon", "2026-11-23"},
      {"this tue", "2026-11-24"},
      {"last mon", "2026-11-23"},
      {"last tue", "2026-11-17"},
      {"last sun", "2026-11-22"},
      {"+3d", "2026-11-27"},
      {"-1w", "2026-11-17"},
      {"+0d", "2026-11-24"},
      {"+3 days", "2026-11-27"},
      {"+3d 9", "2026-11-27T09:00"},
      {"+90m", "2026-11-24T11:50"},
      {"+2h", "2026-11-24T12:20"},
      {"+1h30", "2026-11-24T11:50"},
      {"+1d2h", "2026-11-25T12:20"},
      {"+14h", "2026-11-25T00:20"},
      {"-11h", "2026-11-23T23:20"},
      {"+2mo", "2027-01-24"},
      {"in 2 weeks", "2026-12-08"},
      {"in 2 weeks at 9:00", "2026-12-08T09:00"},
      {"in a week", "2026-12-01"},
      {"in an hour", "2026-11-24T11:20"},
      {"in 45 minutes", "2026-11-24T11:05"},
      {"in 1 hour and 15 min", "2026-11-24T11:35"},
      {"in 3 months", "2027-02-24"},
      {"in 1 year", "2027-11-24"},
      {"in half an hour", "2026-11-24T10:50"},
      {"monday week 9:00", "2026-12-07T09:00"},
      {"3 days ago", "2026-11-21"},
      {"2 hours ago", "2026-11-24T08:20"},
      {"2 weeks from now", "2026-12-08"},
      {"2026-11-24", "2026-11-24"},
      {"2026-11-24 14:00", "2026-11-24T14:00"},
      {"2026-11-24T14:00", "2026-11-24T14:00"},
      {"2026-11-24t14:00", "2026-11-24T14:00"},
      {"2026-11-24 2pm", "2026-11-24T14:00"},
      {"2026-10-25T01:30+01:00", "2026-10-25T01:30+01:00"},
      {"2026-10-25 01:30 +01:00", "2026-10-25T01:30+01:00"},
      {"2026-11-01T01:30-05:00", "2026-11-01T01:30-05:00"},
      {"2026-11-24T14:00Z", "2026-11-24T14:00+00:00"},
      {"24 nov", "2026-11-24"}, // today included
      {"23 nov", "2027-11-23"},
      {"24th of november", "2026-11-24"},
      {"1 may", "2027-05-01"},
      {"nov 24 2027", "2027-11-24"},
      {"nov 24th, 2027", "2027-11-24"},
      {"24 November 2026 14:00", "2026-11-24T14:00"},
      {"24 dec 9", "2026-12-24T09:00"},
      {"29 feb", "2028-02-29"},
      {"tue 24 nov 2026", "2026-11-24"},
      {"thu 2026-11-26 9:00", "2026-11-26T09:00"},
      {"eod", "2026-11-24"},
      {"eow", "2026-11-29"},
      {"end of the month", "2026-11-30"},
      {"end of month 17:00", "2026-11-30T17:00"},
      {"end of year", "2026-12-31"},
      {"1900-01-01", "1900-01-01"},
      {"31 dec 2200 23:59", "2200-12-31T23:59"},
  };
  for (const auto& [phrase, expected] : cases) {
    INFO(phrase);
    CHECK(read(phrase) == expected);
  }
}

TEST_CASE("weekdays follow the rule that the help states, on each day and for each beginning of the week") {
  struct Row {
    const char *today, *phrase, *monday, *sunday; ///< by where weeks begin
  };
  const std::vector<Row> rows{
      {"2026-11-24T10:00", "next sun", "2026-12-06", "2026-11-29"},
      {"2026-11-24T10:00", "next sat", "2026-12-05", "2026-12-05"},
      {"2026-11-29T10:00", "next mon", "2026-11-30", "2026-12-07"}, // asked on a Sunday
      {"2026-11-29T10:00", "mon", "2026-11-30", "2026-11-30"},
      {"2026-11-29T10:00", "sun", "2026-12-06", "2026-12-06"},
      {"2026-11-29T10:00", "this mon", "2026-11-23", "2026-11-30"},
      {"2026-11-29T10:00", "last mon", "2026-11-23", "2026-11-23"},
      {"2026-11-29T10:00", "last sun", "2026-11-22", "2026-11-22"},
      {"2026-11-23T10:00", "mon", "2026-11-30", "2026-11-30"},
      {"2026-11-23T10:00", "next mon", "2026-11-30", "2026-11-30"},
      {"2026-11-24T10:00", "eow", "2026-11-29", "2026-11-28"},
  };
  for (const auto& row : rows) {
    INFO(row.today << " " << row.phrase);
    auto context = context_at(row.today);
    CHECK(read(row.phrase, context) == row.monday);
    context.week_start = std::chrono::Sunday;
    CHECK(read(row.phrase, context) == row.sunday);
  }
}

TEST_CASE("a zone behind the phrase counts days by its own today") {
  const auto late = context_at("2026-11-24T23:30");
  CHECK(read("tomorrow 9:00 Europe/Paris", late) == "2026-11-26T09:00 Europe/Paris");
  CHECK(read("tomorrow 9:00 europe/paris", late) == "2026-11-26T09:00 Europe/Paris");
  CHECK(read("today America/New_York", late) == "2026-11-24 America/New_York");
  CHECK(read("+30m America/New_York", late) == "2026-11-24T19:00 America/New_York");
  CHECK(read("now Asia/Kathmandu", late) == "2026-11-25T05:15 Asia/Kathmandu");
  CHECK(read("24 nov 2026 at 14:00 in Europe/Paris") == "2026-11-24T14:00 Europe/Paris");
  CHECK(read("14:00 UTC") == "2026-11-24T14:00 UTC");
  CHECK(read("tomorrow 9:00 Europe/London", late) == "2026-11-25T09:00 Europe/London");
  CHECK(read("Tue 24 Nov 2026, 14:00 (Europe/Paris)") == "2026-11-24T14:00 Europe/Paris");
  CHECK(read_days("today Europe/Paris", late) == "2026-11-25..2026-11-25");
  CHECK(read_days("today..+1d Europe/Paris", late) == "2026-11-25..2026-11-26");
}

TEST_CASE("hours and minutes are counted exactly across a change of the clocks, days by the calendar") {
  const auto spring = context_at("2026-03-29T00:30");
  CHECK(read("+1h", spring) == "2026-03-29T02:30");
  CHECK(read("+1d", spring) == "2026-03-30");
  const auto eve = context_at("2026-03-28T12:00");
  CHECK(read("+24h", eve) == "2026-03-29T13:00");
  CHECK(read("+1d1h", eve) == "2026-03-29T13:00");
  const auto autumn = context_at("2026-10-25T00:40");
  CHECK(read("+1h", autumn) == "2026-10-25T01:40+01:00");
  CHECK(read("+2h", autumn) == "2026-10-25T01:40+00:00");
  CHECK(read("+3h", autumn) == "2026-10-25T02:40");
  const auto second = context_at("2026-10-25T01:40+00:00");
  CHECK(read("now", second) == "2026-10-25T01:40+00:00");
  CHECK(read("+30m", second) == "2026-10-25T02:10");
  CHECK(read("-30m", second) == "2026-10-25T01:10+00:00");
  CHECK(read("now", context_at("2026-11-24T10:20+00:00")) == "2026-11-24T10:20");
}

TEST_CASE("what is not understood is refused with the word and what to type") {
  const std::vector<Case> cases{
      {"", "no time is given"},
      {"   ", "no time is given"},
      {"tomorow 2pm", "\"tomorow\" is not understood as a time / did you mean \"tomorrow\"?"},
      {"tomorrow 2pmm", "\"2pmm\" is no time of day"},
      {"tomorrow morning", "\"morning\" (after \"tomorrow\") is not understood"},
      {"fish", "\"fish\" is not understood as a time / for example: 14:00"},
      {"tomorrow 2pm BST", "\"BST\" (after \"2pm\") is not understood"},
      {"tomorrow 9:00 Europe/Pariss", "no time zone \"Europe/Pariss\" / did you mean Europe/Paris"},
      {"tomorrow 9:00 Mars/Olympus", "no time zone \"Mars/Olympus\""},
      {"tomorrow 9:00 ../../etc/passwd", "is not understood"},
      {"9", "\"9\" is no time of day / write 9:00 or 9am"},
      {"at 9 fri", "write 9:00 or 9am"},
      {"25:00", "\"25:00\" is no time of day / hours go from 0 to 23"},
      {"24:00", "hours go from 0 to 23"},
      {"14:60", "is no time of day"},
      {"14:0", "is no time of day"},
      {"13pm", "is no time of day"},
      {"0am", "is no time of day"},
      {"14:00ish", "is no time of day"},
      {"fri 24", "is no time of day"},
      {"fri 1430", "write 14:30 with a colon"},
      {"14:00+99:00", "an offset is written like +01:00"},
      {"03/04/2026",
       "\"03/04/2026\" is read as a different day in different countries / write year-month-day"},
      {"3/4", "different countries"},
      {"03-04-2026", "different countries"},
      {"24.11.2026", "different countries"},
      {"2026/11/24", "write 2026-11-24"},
      {"2026-1-5", "write 2026-01-05"},
      {"2026-02-30", "there is no day \"2026-02-30\""},
      {"2026-13-01", "there is no day"},
      {"31 nov", "there is no 31 November"},
      {"29 feb 2027", "there is no 29 February 2027"},
      {"0 nov", "there is no 0 November"},
      {"2026-11", "\"2026-11\" is a month, not a day"},
      {"november", "\"november\" is a month, not a day"},
      {"2026", "\"2026\" is a year, not a day"},
      {"next week", "\"next week\" is more than one day / name the day"},
      {"next", "\"next\" wants a weekday behind it"},
      {"last fish", "\"last\" wants a weekday behind it"},
      {"wed 24 nov 2026", "24 Nov 2026 is a Tuesday, not a Wednesday"},
      {"3 days", "\"3\" is a length of time, not a time / write \"in 3 days\""},
      {"90m", "is a length of time"},
      {"in", "nothing stands behind \"in\""},
      {"in fish", "\"fish\" is no length of time"},
      {"+5", "\"+5\" is no length of time"},
      {"+3x", "is no length of time"},
      {"tomorrow at", "a day or a time is missing after \"at\""},
      {"the 24th", "\"24th\" is a day without its month"},
      {"fri 9-10", "\"9-10\" is neither a day nor a time"},
      {"3pm - 4pm", "\"-\" (after \"3pm\") is not understood as a time / for example"},
      {"today tomorrow", "the phrase names two days"},
      {"fri mon", "the phrase names two days"},
      {"+2h fri", "the phrase names two days"},
      {"14:00 15:00", "the phrase names two times"},
      {"fri 14:00 15:00", "the phrase names two times"},
      {"now 14:00", "the phrase names two times"},
      {"Europe/Paris", "names no day and no time"},
      {"tomorrow ago", "\"ago\" makes no sense there"},
      {"+99999d", "outside the years 1900 to 2200"},
      {"+99999w", "outside the years"},
      {"-99999mo", "outside the years"},
      {"+99999y", "outside the years"},
      {"+99999999999999999999d", "is no length of time"},
      {"in 99999 years 99999 months", "outside the years"},
      {"1899-12-31", "outside the years"},
      {"2201-01-01", "outside the years"},
      {"24 nov 1430", "1430 is outside the years 1900 to 2200"},
      {"end of time", "wants day, week, month or year"},
      {"\x1b[31mfri", "\"\\x1b[31mfri\" is not understood"},
      {"\xff\xfe", "is not understood"},
      {"fri\x01", "is not understood"},
  };
  for (const auto& [phrase, expected] : cases) {
    const auto answer = read(phrase);
    INFO(phrase << " -> " << answer);
    CHECK(answer.find(expected) != std::string::npos);
    CHECK(answer.find('\x1b') == std::string::npos);
    CHECK(answer.size() > answer.find(" / ") + 5);
  }
  CHECK(read(std::string(201, 'x')).find("at most 200") != std::string::npos);
  CHECK(read(std::string(5000000, '1')).find("at most 200") != std::string::npos);
}

TEST_CASE("days and ranges of days are read, both ends included") {
  const std::vector<Case> cases{
      {"today", "2026-11-24..2026-11-24"},
      {"fri", "2026-11-27..2026-11-27"},
      {"+7d", "2026-12-01..2026-12-01"},
      {"this week", "2026-11-23..2026-11-29"},
      {"week", "2026-11-23..2026-11-29"},
      {"next week", "2026-11-30..2026-12-06"},
      {"last week", "2026-11-16..2026-11-22"},
      {"next week tue", "2026-12-01..2026-12-01"},
      {"this month", "2026-11-01..2026-11-30"},
      {"next month", "2026-12-01..2026-12-31"},
      {"last month", "2026-10-01..2026-10-31"},
      {"this year", "2026-01-01..2026-12-31"},
      {"2026-11", "2026-11-01..2026-11-30"},
      {"2028-02", "2028-02-01..2028-02-29"},
      {"2027", "2027-01-01..2027-12-31"},
      {"november", "2026-11-01..2026-11-30"},
      {"Oct", "2027-10-01..2027-10-31"},
      {"oct 2026", "2026-10-01..2026-10-31"},
      {"nov 26", "2026-11-26..2026-11-26"},
      {"mon..fri", "2026-11-30..2026-12-04"},
      {"fri..mon", "2026-11-27..2026-11-30"},
      {"this mon..fri", "2026-11-23..2026-11-27"},
      {"thu..wed", "2026-11-26..2026-12-02"},
      {"fri..fri", "2026-11-27..2026-11-27"},
      {"today..fri", "2026-11-24..2026-11-27"},
      {"today..+7d", "2026-11-24..2026-12-01"},
      {"today .. +7d", "2026-11-24..2026-12-01"},
      {"last mon..today", "2026-11-23..2026-11-24"},
      {"2026-11-24..2026-12-01", "2026-11-24..2026-12-01"},
      {"2026-11..2026-12", "2026-11-01..2026-12-31"},
      {"nov..jan", "2026-11-01..2027-01-31"},
      {"28 nov..2 jan", "2026-11-28..2027-01-02"},
      {"this week..next week", "2026-11-23..2026-12-06"},
      {"yesterday..end of month", "2026-11-23..2026-11-30"},
  };
  for (const auto& [phrase, expected] : cases) {
    INFO(phrase);
    CHECK(read_days(phrase) == expected);
  }
  auto sunday_first = tuesday;
  sunday_first.week_start = std::chrono::Sunday;
  CHECK(read_days("this week", sunday_first) == "2026-11-22..2026-11-28");
}

TEST_CASE("what is no range of days is refused with the reason") {
  const std::vector<Case> cases{
      {"", "no time is given"},
      {"..", "one end of the range \"..\" is missing"},
      {"mon..", "one end of the range"},
      {"..fri", "one end of the range"},
      {"mon...fri", "not understood"},
      {"mon..fri..sun", "not understood"},
      {"mon..fish", "\"fish\" is not understood"},
      {"fish..mon", "\"fish\" is not understood"},
      {"today..yesterday", "the range ends on Mon 23 Nov 2026, before it begins on Tue 24 Nov 2026"},
      {"14:00", "\"14:00\" is a time; a day is wanted"},
      {"today 14:00", "is a time; a day is wanted"},
      {"today..+3h", "is a time; a day is wanted"},
      {"03/04/2026", "different countries"},
      {"1899-12", "outside the years"},
      {"0000", "outside the years"},
      {"9999-12", "outside the years"},
      {"2026-13", "is a month, not a day"},
  };
  for (const auto& [phrase, expected] : cases) {
    const auto answer = read_days(phrase);
    INFO(phrase << " -> " << answer);
    CHECK(answer.find(expected) != std::string::npos);
  }
}

TEST_CASE("a time is settled when the zone's clock shows it exactly once, or the phrase says which") {
  const std::vector<Case> cases{
      {"2026-11-24 14:00", "2026-11-24T14:00"},
      {"2026-11-24T14:00+00:00", "2026-11-24T14:00"},
      {"2026-11-24", "2026-11-24T00:00"},
      {"2026-03-29 01:30",
       "01:30 on Sun 29 Mar 2026 does not exist in Europe/London: clocks go from 00:59 to 02:00 / "
       "type \"2026-03-29 00:59\" or \"2026-03-29 02:00\""},
      {"2026-03-29T01:30+01:00",
       "01:30 on Sun 29 Mar 2026 does not exist in Europe/London: clocks go from 00:59 to 02:00 / "
       "type \"2026-03-29 00:59\" or \"2026-03-29 02:00\""},
      {"2026-03-29 02:30 Europe/Paris",
       "02:30 on Sun 29 Mar 2026 does not exist in Europe/Paris: clocks go from 01:59 to 03:00 / "
       "type \"2026-03-29 01:59 Europe/Paris\" or \"2026-03-29 03:00 Europe/Paris\""},
      {"2011-12-30 12:00 Pacific/Apia",
       "12:00 on Fri 30 Dec 2011 does not exist in Pacific/Apia: clocks go from 23:59 on Thu 29 Dec 2011 to "
       "00:00 on "
       "Sat 31 Dec 2011 / type \"2011-12-29 23:59 Pacific/Apia\" or \"2011-12-31 00:00 Pacific/Apia\""},
      {"2026-10-25 01:30",
       "01:30 on Sun 25 Oct 2026 happens twice in Europe/London: first 01:30+01:00 (BST), then 01:30+00:00 "
       "(GMT) / "
       "type \"2026-10-25T01:30+01:00\" for the first, \"2026-10-25T01:30+00:00\" for the second"},
      {"2026-10-25T01:30+05:00",
       "01:30 on Sun 25 Oct 2026 happens twice in Europe/London: first 01:30+01:00 (BST), then 01:30+00:00 "
       "(GMT) / "
       "type \"2026-10-25T01:30+01:00\" for the first, \"2026-10-25T01:30+00:00\" for the second"},
      {"2026-10-25T01:30+01:00", "2026-10-25T01:30+01:00"},
      {"2026-10-25T01:30Z", "2026-10-25T01:30+00:00"},
      {"2026-04-05 01:45 Australia/Lord_Howe",
       "01:45 on Sun 5 Apr 2026 happens twice in Australia/Lord_Howe: first 01:45+11:00, then 01:45+10:30 / "
       "type "
       "\"2026-04-05T01:45+11:00 Australia/Lord_Howe\" for the first, \"2026-04-05T01:45+10:30 "
       "Australia/Lord_Howe\" for "
       "the second"},
      {"2026-04-05T01:45+10:30 Australia/Lord_Howe", "2026-04-05T01:45+10:30"},
      {"2026-11-24T14:00+05:00",
       "Europe/London is at +00:00 on Tue 24 Nov 2026 at 14:00, not at +05:00 / leave the offset "
       "out, or name the zone that is meant: \"2026-11-24 14:00 Europe/Paris\""},
  };
  for (const auto& [phrase, expected] : cases) {
    INFO(phrase);
    CHECK(settled(phrase) == expected);
  }
}

TEST_CASE("what a refusal says to type is accepted") {
  for (const char* phrase : {"2026-03-29 01:30", "2026-10-25 01:30", "2026-04-05 01:45 Australia/Lord_Howe",
                             "2026-03-08 02:30 America/New_York", "2011-12-30 12:00 Pacific/Apia"}) {
    const auto outcome = settle(std::get<When>(parse_when(phrase, tuesday)));
    std::string hint = std::get<NotATime>(outcome).hint;
    int typed = 0;
    for (auto from = hint.find('"'); from != std::string::npos; from = hint.find('"', from + 1), ++typed) {
      const auto to = hint.find('"', from + 1);
      const auto suggestion = hint.substr(from + 1, to - from - 1);
      INFO(suggestion);
      CHECK(std::holds_alternative<WallTime>(settle(std::get<When>(parse_when(suggestion, tuesday)))));
      from = to;
    }
    CHECK(typed == 2);
  }
}

TEST_CASE("times are told with weekday, date, time and zone, and what is told can be typed") {
  const auto told = [](std::string_view phrase) {
    return to_words(std::get<When>(parse_when(phrase, tuesday)));
  };
  CHECK(told("2026-11-24 14:00") == "Tue 24 Nov 2026, 14:00 (Europe/London)");
  CHECK(told("2026-11-24") == "Tue 24 Nov 2026");
  CHECK(told("5 apr 2026 9:05 Australia/Lord_Howe") == "Sun 5 Apr 2026, 09:05 (Australia/Lord_Howe)");
  CHECK(told("2026-10-25T01:30+01:00") == "Sun 25 Oct 2026, 01:30+01:00 (Europe/London)");
  CHECK(to_words(parse_wall_time("2026-11-24T14:00").value(), "Europe/London") == told("2026-11-24 14:00"));
  CHECK(to_words(parse_date("2026-11-24").value()) == "Tue 24 Nov 2026");
  for (const char* phrase :
       {"2026-11-24 14:00", "2026-11-24", "2026-10-25T01:30+01:00", "2026-04-05 01:45 Asia/Kathmandu"})
    CHECK(told(told(phrase)) == told(phrase));
}

TEST_CASE("any heap of words is either refused or a day within the years") {
  const std::vector<std::string> words{
      "next", "last", "in",   "ago", "+3d", "-99999w", "99999", "fri",   "24",     "nov",     "2026",
      "at",   "9",    "pm",   "now", "end", "of",      "month", "14:00", "+01:00", "..",      "29",
      "feb",  "a",    "week", "/",   "(",   ")",       ":",     "UTC",   "1h30",   "2026-11", "\xff"};
  std::mt19937 random(20261124);
  int understood = 0;
  for (int i = 0; i < 1000; ++i) {
    std::string phrase;
    for (auto n = random() % 6 + 1; n > 0; --n)
      phrase += words[random() % words.size()] + (random() % 4 != 0 ? " " : "");
    const auto when = parse_when(phrase, tuesday);
    if (const auto* day = std::get_if<When>(&when)) {
      ++understood;
      INFO(phrase);
      CHECK(to_text(day->date).size() == 10);
      CHECK((day->date >= *parse_date("1900-01-01") && day->date <= *parse_date("2200-12-31")));
    }
    const auto days = parse_days(phrase, tuesday);
    if (const auto* range = std::get_if<Days>(&days)) CHECK(range->first <= range->last);
  }
  CHECK(understood > 10);
}
