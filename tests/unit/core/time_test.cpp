#include "base/error.hpp"
#include "catch.hpp"
#include "core/time.hpp"

#include <chrono>
#include <string>
#include <vector>

using namespace crm::core;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

LocalTime local(const char* text) {
  return parse_wall_time(text).value().time;
}
WallTime wall(const char* text) {
  return parse_wall_time(text).value();
}
LocalDate day(const char* text) {
  return parse_date(text).value();
}
Instant utc(const char* text) {
  return Instant{local(text).time_since_epoch()};
}
std::string shown(LocalTime time) {
  return to_text(WallTime{time, std::nullopt});
}
Duration duration(const char* text) {
  return parse_duration(text).value();
}

/// A change of the clocks: `inside` is a reading that the gap swallows.
struct Spring {
  const char *zone, *before, *inside, *after;
  seconds length;
};
const std::vector<Spring> springs{
    {"Europe/London", "2026-03-29T00:59", "2026-03-29T01:30", "2026-03-29T02:00", 23h},
    {"Europe/London", "2027-03-28T00:59", "2027-03-28T01:00", "2027-03-28T02:00", 23h},
    {"Europe/Dublin", "2026-03-29T00:59", "2026-03-29T01:59", "2026-03-29T02:00", 23h},
    {"America/New_York", "2026-03-08T01:59", "2026-03-08T02:30", "2026-03-08T03:00", 23h},
    {"America/New_York", "2027-03-14T01:59", "2027-03-14T02:30", "2027-03-14T03:00", 23h},
    {"Australia/Lord_Howe", "2026-10-04T01:59", "2026-10-04T02:15", "2026-10-04T02:30", 23h + 30min},
    {"Australia/Lord_Howe", "2027-10-03T01:59", "2027-10-03T02:29", "2027-10-03T02:30", 23h + 30min},
    {"Africa/Casablanca", "2026-03-22T01:59", "2026-03-22T02:30", "2026-03-22T03:00", 23h},
    {"Africa/Casablanca", "2027-03-14T01:59", "2027-03-14T02:30", "2027-03-14T03:00", 23h},
    // At midnight: the day begins at 01:00.
    {"Asia/Beirut", "2026-03-28T23:59", "2026-03-29T00:30", "2026-03-29T01:00", 23h},
    // Beyond the last change that the zone's file lists.
    {"Europe/London", "2050-03-27T00:59", "2050-03-27T01:30", "2050-03-27T02:00", 23h},
    {"Australia/Sydney", "2050-10-02T01:59", "2050-10-02T02:30", "2050-10-02T03:00", 23h},
    {"Australia/Lord_Howe", "2050-10-02T01:59", "2050-10-02T02:15", "2050-10-02T02:30", 23h + 30min},
};

struct Autumn {
  const char *zone, *inside;
  seconds first;
  const char* first_name;
  seconds second;
  const char* second_name;
  seconds length;
};
const std::vector<Autumn> autumns{
    {"Europe/London", "2026-10-25T01:30", 1h, "BST", 0h, "GMT", 25h},
    {"Europe/London", "2027-10-31T01:00", 1h, "BST", 0h, "GMT", 25h},
    {"Europe/Dublin", "2026-10-25T01:59", 1h, "IST", 0h, "GMT", 25h},
    {"America/New_York", "2026-11-01T01:30", -4h, "EDT", -5h, "EST", 25h},
    {"America/New_York", "2027-11-07T01:30", -4h, "EDT", -5h, "EST", 25h},
    {"Australia/Lord_Howe", "2026-04-05T01:45", 11h, "+11", 10h + 30min, "+1030", 24h + 30min},
    {"Australia/Lord_Howe", "2027-04-04T01:30", 11h, "+11", 10h + 30min, "+1030", 24h + 30min},
    {"Africa/Casablanca", "2026-02-15T02:30", 1h, "+01", 0h, "+00", 25h},
    {"Africa/Casablanca", "2027-02-07T02:30", 1h, "+01", 0h, "+00", 25h},
    // The day begins twice.
    {"America/Havana", "2026-11-01T00:30", -4h, "CDT", -5h, "CST", 25h},
    {"Europe/London", "2050-10-30T01:30", 1h, "BST", 0h, "GMT", 25h},
    {"Europe/Dublin", "2050-10-30T01:30", 1h, "IST", 0h, "GMT", 25h},
};

} // namespace

TEST_CASE("wall times and dates read and write ISO 8601") {
  for (const char* text :
       {"2026-11-24T14:00", "2026-11-24T00:00:01", "2024-02-29T23:59:59", "2026-10-25T01:30+01:00",
        "2026-11-01T01:30-05:00", "2026-04-05T01:45+10:30", "1937-07-01T00:00:10+00:19:32"}) {
    INFO(text);
    CHECK(to_text(wall(text)) == text);
  }
  CHECK(to_text(wall("2026-11-24T14:00:00")) == "2026-11-24T14:00");
  CHECK(to_text(day("2026-11-24")) == "2026-11-24");
}

TEST_CASE("what is no wall time or date is refused") {
  for (const char* text : {"",
                           "2026",
                           "2026-11-24",
                           "2026-11-24 14:00",
                           "2026-11-24T",
                           "2026-11-24T14",
                           "2026-11-24T24:00",
                           "2026-11-24T14:60",
                           "2026-11-24T14:00:60",
                           "2026-02-29T14:00",
                           "2026-13-01T14:00",
                           "2026-11-31T14:00",
                           "0000-01-01T00:00",
                           "2026-11-24T14:00Z",
                           "2026-11-24T14:00+1",
                           "2026-11-24T14:00+01:00x",
                           "2026-11-24t14:00",
                           "+026-11-24T14:00",
                           "2026-11-24T14:00 ",
                           "2026-11-24T-4:00",
                           "20261-11-24T14:00",
                           "2026-11-24T14:00+24:00"}) {
    INFO(text);
    CHECK_FALSE(parse_wall_time(text));
  }
  for (const char* text :
       {"", "2026-11", "2026-11-24T14:00", "2026-11-241", "2026-02-30", "2026-00-10", "26-11-24"}) {
    INFO(text);
    CHECK_FALSE(parse_date(text));
  }
}

TEST_CASE("a time that the clock skips is a gap with both neighbours") {
  for (const auto& change : springs) {
    INFO(change.zone << " " << change.inside);
    const auto resolved = resolve(wall(change.inside), change.zone);
    REQUIRE(std::holds_alternative<Gap>(resolved));
    CHECK(shown(std::get<Gap>(resolved).before) == change.before);
    CHECK(shown(std::get<Gap>(resolved).after) == change.after);

    CHECK(to_instant(wall(change.inside), change.zone) == to_instant(wall(change.after), change.zone));
    CHECK(to_instant(wall(change.after), change.zone) - to_instant(wall(change.before), change.zone) == 1min);
    CHECK(std::holds_alternative<Instant>(resolve(wall(change.before), change.zone)));
    CHECK(std::holds_alternative<Instant>(resolve(wall(change.after), change.zone)));
    const LocalTime first = local(change.before) + 1min, last = local(change.after) - 1s;
    CHECK(std::holds_alternative<Gap>(resolve({first, std::nullopt}, change.zone)));
    CHECK(std::holds_alternative<Gap>(resolve({last, std::nullopt}, change.zone)));
    CHECK(day_length(std::chrono::floor<std::chrono::days>(local(change.inside)), change.zone) ==
          change.length);
  }
}

TEST_CASE("a time that the clock shows twice is an overlap until an offset decides") {
  for (const auto& change : autumns) {
    INFO(change.zone << " " << change.inside);
    const auto resolved = resolve(wall(change.inside), change.zone);
    REQUIRE(std::holds_alternative<Overlap>(resolved));
    const auto& overlap = std::get<Overlap>(resolved);
    CHECK(overlap.first == change.first);
    CHECK(overlap.second == change.second);
    CHECK(overlap.first_name == change.first_name);
    CHECK(overlap.second_name == change.second_name);

    const Instant plain{local(change.inside).time_since_epoch()};
    CHECK(to_instant(wall(change.inside), change.zone) == plain - change.first);
    for (const auto offset : {change.first, change.second}) {
      const auto decided = resolve({local(change.inside), offset}, change.zone);
      REQUIRE(std::holds_alternative<Instant>(decided));
      CHECK(std::get<Instant>(decided) == plain - offset);
      CHECK(to_instant({local(change.inside), offset}, change.zone) == plain - offset);
      CHECK(offset_at(plain - offset, change.zone) == offset);
    }
    CHECK(abbreviation_at(plain - change.first, change.zone) == change.first_name);
    CHECK(abbreviation_at(plain - change.second, change.zone) == change.second_name);
    CHECK(std::holds_alternative<Overlap>(resolve({local(change.inside), 7h}, change.zone)));
    CHECK(day_length(std::chrono::floor<std::chrono::days>(local(change.inside)), change.zone) ==
          change.length);
  }
}

TEST_CASE("an offset on a time that the clock shows once changes nothing") {
  CHECK(to_instant(wall("2026-11-24T14:00+00:00"), "Europe/London") == utc("2026-11-24T14:00"));
  CHECK(to_instant(wall("2026-11-24T14:00+05:00"), "Europe/London") == utc("2026-11-24T14:00"));
}

TEST_CASE("a zone without changes has 24 hours every day") {
  for (LocalDate date = day("2026-01-01"); date < day("2027-01-01"); date += std::chrono::days{1})
    REQUIRE(day_length(date, "Asia/Kathmandu") == 24h);
  CHECK(to_instant(wall("2026-06-01T12:00"), "Asia/Kathmandu") == utc("2026-06-01T06:15"));
  CHECK(offset_at(utc("2060-06-01T00:00"), "Asia/Kathmandu") == 5h + 45min);
}

TEST_CASE("every instant comes back from the reading of a wall clock with its offset") {
  for (const char* zone :
       {"Europe/London", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Casablanca", "America/Havana"}) {
    INFO(zone);
    int lost = 0;
    for (const char* year : {"2026-01-01T00:00", "2038-01-01T00:00"})
      for (Instant i = utc(year); i < utc(year) + 366 * 24h; i += 30min)
        lost += to_instant({to_local(i, zone), offset_at(i, zone)}, zone) != i;
    CHECK(lost == 0);
  }
}

TEST_CASE("summer time goes on after the last change that the zone's file lists") {
  CHECK(offset_at(utc("2037-07-01T12:00"), "Europe/London") == 1h);
  CHECK(offset_at(utc("2038-01-15T12:00"), "Europe/London") == 0h);
  CHECK(offset_at(utc("2038-07-01T12:00"), "Europe/London") == 1h);
  CHECK(offset_at(utc("2120-07-01T12:00"), "America/New_York") == -4h);
  CHECK(offset_at(utc("2120-01-01T12:00"), "Australia/Sydney") == 11h);
  CHECK(offset_at(utc("2120-07-01T12:00"), "Asia/Kathmandu") == 5h + 45min);
}

TEST_CASE("days of a duration are nominal and the rest is exact, across each change") {
  struct Case {
    const char *start, *zone, *length, *end;
    seconds elapsed;
  };
  const std::vector<Case> cases{
      {"2026-03-28T12:00", "Europe/London", "P1D", "2026-03-29T12:00", 23h},
      {"2026-03-28T12:00", "Europe/London", "PT24H", "2026-03-29T13:00", 24h},
      {"2026-03-28T23:30", "Europe/London", "PT3H", "2026-03-29T03:30", 3h},
      {"2026-03-28T01:30", "Europe/London", "P1D", "2026-03-29T02:00", 23h + 30min},
      {"2026-03-28T01:30", "Europe/London", "P1DT1H", "2026-03-29T03:00", 24h + 30min},
      {"2026-10-24T12:00", "Europe/London", "P1D", "2026-10-25T12:00", 25h},
      {"2026-10-25T00:30", "Europe/London", "PT1H", "2026-10-25T01:30", 1h},
      {"2026-10-25T00:30", "Europe/London", "PT2H", "2026-10-25T01:30", 2h},
      {"2026-10-25T01:30+00:00", "Europe/London", "PT1H", "2026-10-25T02:30", 1h},
      {"2026-10-25T01:30+00:00", "Europe/London", "P1D", "2026-10-26T01:30", 24h},
      {"2026-03-07T12:00", "America/New_York", "P1D", "2026-03-08T12:00", 23h},
      {"2026-10-31T12:00", "America/New_York", "P2D", "2026-11-02T12:00", 49h},
      {"2026-10-31T23:00", "America/New_York", "PT4H", "2026-11-01T02:00", 4h},
      {"2026-04-04T12:00", "Australia/Lord_Howe", "P1D", "2026-04-05T12:00", 24h + 30min},
      {"2026-10-04T01:30", "Australia/Lord_Howe", "PT1H", "2026-10-04T03:00", 1h},
      {"2026-02-14T12:00", "Africa/Casablanca", "P7D", "2026-02-21T12:00", 169h},
      {"2026-03-22T01:00", "Africa/Casablanca", "PT2H", "2026-03-22T04:00", 2h},
      {"2026-06-01T12:00", "Asia/Kathmandu", "P1DT45M", "2026-06-02T12:45", 24h + 45min},
  };
  for (const auto& c : cases) {
    INFO(c.start << " " << c.length << " " << c.zone);
    const auto span = interval(wall(c.start), c.zone, duration(c.length));
    CHECK(span.from == to_instant(wall(c.start), c.zone));
    CHECK(span.to - span.from == c.elapsed);
    CHECK(shown(to_local(span.to, c.zone)) == c.end);
  }
}

TEST_CASE("intervals overlap as instants, whatever the zones and changes") {
  struct Case {
    const char *a, *a_zone, *b, *b_zone;
    bool overlap;
  };
  const std::vector<Case> cases{
      {"2026-11-24T14:00", "Europe/London", "2026-11-24T15:30", "Europe/Paris", true},
      {"2026-11-24T14:00", "Europe/London", "2026-11-24T16:00", "Europe/Paris",
       false}, // half-open: one ends as one begins
      {"2026-11-24T14:00", "Europe/London", "2026-11-24T14:00", "Europe/Paris", false},
      {"2026-11-24T14:00", "Europe/London", "2026-11-24T18:45", "Asia/Kathmandu", false},
      {"2026-11-24T14:00", "Europe/London", "2026-11-24T19:00", "Asia/Kathmandu", true},
      // America has changed its clocks and Europe has not yet: four hours apart, not five.
      {"2026-03-10T14:00", "Europe/London", "2026-03-10T10:00", "America/New_York", true},
      {"2026-03-10T14:00", "Europe/London", "2026-03-10T09:00", "America/New_York", false},
      {"2026-10-25T01:30+01:00", "Europe/London", "2026-10-25T01:30+00:00", "Europe/London", false},
      {"2026-10-25T00:45", "Europe/London", "2026-10-25T01:30", "Europe/London", true},
      {"2026-10-25T00:45", "Europe/London", "2026-10-25T01:45+00:00", "Europe/London", false},
  };
  for (const auto& c : cases) {
    INFO(c.a << " " << c.a_zone << " / " << c.b << " " << c.b_zone);
    const auto a = interval(wall(c.a), c.a_zone, duration("PT1H")),
               b = interval(wall(c.b), c.b_zone, duration("PT1H"));
    CHECK(a.overlaps(b) == c.overlap);
    CHECK(b.overlaps(a) == c.overlap);
  }
}

TEST_CASE("zone names from records are checked before they become paths") {
  for (const char* name :
       {"Europe/London", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+5", "EST5EDT", "GB"}) {
    INFO(name);
    CHECK(is_zone(name));
    CHECK_NOTHROW(offset_at(Instant{}, name));
  }
  std::vector<std::string> hostile{"",
                                   "/",
                                   "..",
                                   "../../etc/passwd",
                                   "Europe/../Europe/London",
                                   "/usr/share/zoneinfo/Europe/London",
                                   "Europe//London",
                                   "Europe/London/",
                                   "/Europe/London",
                                   "Europe",
                                   "europe/london",
                                   "posix/Europe/London",
                                   "right/Europe/London",
                                   "posixrules",
                                   "localtime",
                                   "leapseconds",
                                   "zone.tab",
                                   "tzdata.zi",
                                   "Factory",
                                   "Nowhere/Land",
                                   "A/B/C/D",
                                   "Europe/Lon don",
                                   "Europe/London\n",
                                   "\x1b[31mEurope/London",
                                   std::string("Europe/London\0", 14),
                                   std::string(5000, 'A')};
  for (const auto& name : hostile) {
    INFO(name);
    CHECK_FALSE(is_zone(name));
    try {
      (void)offset_at(Instant{}, name);
      FAIL("no error");
    } catch (const crm::base::Error& error) {
      CHECK(error.kind == crm::base::Kind::InvalidData);
      CHECK(error.message.find('\x1b') == std::string::npos);
    }
  }
}

TEST_CASE("a zone is found in any case, and a slip suggests its neighbours") {
  CHECK(find_zone("europe/london") == "Europe/London");
  CHECK(find_zone("AMERICA/new_york") == "America/New_York");
  CHECK(find_zone("america/port-au-prince") == "America/Port-au-Prince");
  CHECK(find_zone("utc") == "UTC");
  for (const char* name :
       {"", "europe", "europe/lundon", "posix/europe/london", "../zoneinfo/utc", "localtime", "factory"}) {
    INFO(name);
    CHECK_FALSE(find_zone(name));
  }
  const auto near = zone_suggestions("Europe/Lundon");
  REQUIRE_FALSE(near.empty());
  CHECK(near.front() == "Europe/London");
  CHECK(zone_suggestions("../../etc").empty());
}

TEST_CASE("the zone data has a version") {
  CHECK_FALSE(zone_data_version().empty());
}
