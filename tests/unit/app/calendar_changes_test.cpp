#include "app/exchange/calendar_changes.hpp"
#include "base/error.hpp"
#include "catch.hpp"

#include <string>
#include <vector>

using namespace crm;
using namespace crm::app;

namespace {

const std::string london = "Europe/London";

std::string event(const std::string& lines) {
  return "BEGIN:VEVENT\r\nUID:u\r\n" + lines + "END:VEVENT\r\n";
}

CalendarFile file(const std::string& events) {
  return read_calendar_file("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + events + "END:VCALENDAR\r\n", london);
}

CalendarItem item(const std::string& lines) {
  return file(event(lines)).main;
}

/// "start=2026-11-24T15:00 title=- +vip".
std::string words(const ItemChange& change) {
  std::string out;
  const auto add = [&](const std::string& word) { out += (out.empty() ? "" : " ") + word; };
  for (const auto& edit : change.edits)
    add(edit.field + "=" + (edit.value.is_null() ? "-" : core::to_text(edit.value)));
  for (const auto& tag : change.added_tags)
    add("+" + tag);
  for (const auto& tag : change.removed_tags)
    add("-" + tag);
  return out;
}

const std::string when = "DTSTART;TZID=Europe/London:20261124T140000\r\nDURATION:PT45M\r\n";

} // namespace

TEST_CASE("what another program changed in an entry are edits, and how it writes the same is none") {
  const std::string plain = when + "SUMMARY:Ada\r\nCATEGORIES:a,b\r\nLOCATION:Hall\r\n";
  struct Case {
    std::string before, after, edits;
  };
  for (const auto& each : {
           Case{plain, plain, ""},
           Case{plain, plain + "X-APPLE:1\r\nSEQUENCE:4\r\nTRANSP:OPAQUE\r\n", ""},
           Case{when, "DTSTART:20261124T140000Z\r\nDTEND:20261124T144500Z\r\n", ""},
           Case{when, "DTSTART;TZID=Europe/Paris:20261124T150000\r\nDURATION:PT45M\r\n", ""},
           Case{when, "DTSTART:20261124T153000Z\r\nDURATION:PT45M\r\n", "start=2026-11-24T15:30"},
           Case{when, "DTSTART;TZID=Europe/Paris:20261124T170000\r\nDURATION:PT45M\r\n",
                "start=2026-11-24T17:00 zone=Europe/Paris"},
           Case{when,
                "DTSTART;TZID=Europe/London:20261124T140000\r\nDTEND;TZID=Europe/London:20261124T150000\r\n",
                "duration=PT1H"},
           Case{plain, when + "SUMMARY:Grace\r\nCATEGORIES:b,c\r\n", "title=Grace location=- +c -a"},
           Case{when + "SUMMARY:Ada\r\nX-CRM-SUMMARY:contact\r\n",
                when + "SUMMARY:Ada\\, again\r\nX-CRM-SUMMARY:contact\r\n", "title=Ada, again"},
           Case{when + "STATUS:CONFIRMED\r\n", when + "STATUS:CANCELLED\r\n", "status=cancelled"},
           Case{when + "X-CRM-STATUS:booked\r\nX-CRM-RESOURCES:room-1\r\n", when, ""},
           Case{when, when + "RRULE:FREQ=WEEKLY;COUNT=3\r\n", "rrule=FREQ=WEEKLY;COUNT=3"},
       }) {
    INFO(each.before << "→ " << each.after);
    CHECK(words(change_of(item(each.before), item(each.after))) == each.edits);
  }
}

TEST_CASE("an occurrence without an entry of its own is as its series says") {
  const auto series =
      file(event(when + "SUMMARY:Ada\r\nRRULE:FREQ=WEEKLY\r\nEXDATE;TZID=Europe/London:20261208T140000\r\n") +
           event("RECURRENCE-ID;TZID=Europe/London:20261201T140000\r\nSUMMARY:Ada\r\n"
                 "DTSTART;TZID=Europe/London:20261201T160000\r\nDURATION:PT45M\r\n"));
  const auto day = [](const char* text) { return *core::parse_date(text); };
  CHECK(core::to_text(*series.on(day("2026-12-01")).fields.find("start")) == "2026-12-01T16:00");
  CHECK(core::to_text(*series.on(day("2027-06-29")).fields.find("start")) == "2027-06-29T14:00");
  CHECK_FALSE(series.on(day("2026-12-15")).fields.contains("rrule"));
  CHECK(series.except == std::vector{day("2026-12-08")});
  CHECK(words(change_of(series.main, series.main)) == "");
  CHECK(words(change_of(series.on(day("2026-12-01")), series.on(day("2026-12-01")))) == "");
  CHECK(same_calendar(series, series));
}

TEST_CASE("what is no calendar of one appointment is refused with what it is") {
  for (const auto& [text, reason] : std::vector<std::pair<std::string, std::string>>{
           {"hello", "there is no appointment in it"},
           {"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:u\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
            "it is a task; the folder is for appointments"},
           {"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + when + "END:VEVENT\r\nEND:VCALENDAR\r\n",
            "it has no UID"},
           {"BEGIN:VCALENDAR\r\n" + event(when) + event(when) + "END:VCALENDAR\r\n",
            "it holds two appointments of one UID"},
           {"BEGIN:VCALENDAR\r\n" + event(when) + "BEGIN:VEVENT\r\nUID:v\r\n" + when +
                "END:VEVENT\r\nEND:VCALENDAR\r\n",
            "it holds several appointments"},
           {"BEGIN:VCALENDAR\r\n" + event("SUMMARY:x\r\n") + "END:VCALENDAR\r\n", "has no DTSTART"},
           {"BEGIN:VCALENDAR\r\n" + event(when + "RRULE:FREQ=HOURLY\r\n") + "END:VCALENDAR\r\n",
            "RRULE: FREQ=HOURLY is not understood"},
       }) {
    INFO(text);
    try {
      read_calendar_file(text, london);
      FAIL("was taken");
    } catch (const base::Error& error) {
      CHECK(error.message == reason);
    }
  }
}

TEST_CASE("what is theirs stays in a file that is written anew") {
  const auto theirs =
      file(event(when + "SUMMARY:Ada\r\nX-APPLE-TRAVEL;X-P=\"a:b\":car\r\nX-CRM-STATUS:booked\r\n"
                        "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nACTION:DISPLAY\r\nEND:VALARM\r\n"));
  const std::string ours =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + event(when + "SUMMARY:Grace\r\n") + "END:VCALENDAR\r\n";
  CHECK(with_what_is_theirs(ours, theirs, london) ==
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u\r\n" + when +
            "SUMMARY:Grace\r\nX-APPLE-TRAVEL;X-P=\"a:b\":car\r\nBEGIN:VALARM\r\nTRIGGER:-PT15M\r\nACTION:"
            "DISPLAY\r\n"
            "END:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
}
