// Calendars (RFC 5545): events become appointments, to-dos tasks, journal entries notes.
#include "app/exchange/calendar_entry.hpp"
#include "app/exchange/calendar_series.hpp"
#include "app/exchange/calendar_zones.hpp"
#include "app/exchange/contact_draft.hpp"
#include "app/exchange/reading.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/charset.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace crm::app {
namespace {

std::string digest(const codec::Component& entry) {
  std::string all;
  for (const auto& property : entry.properties)
    if (property.name != "DTSTAMP") all += property.name + ":" + property.value;
  return base::digest(all);
}

class IcsReading final : public Reading {
 public:
  IcsReading(const Workspace& workspace, ReadOptions options, Intake intake)
      : m_store_zone(workspace.settings().zone), m_options(std::move(options)), m_intake(std::move(intake)),
        m_components(1, [this](codec::Component& part, const std::vector<codec::Component>& above) {
          take(part, above);
        }) {}
  void feed(std::string_view piece) override { m_components.feed(m_decoder.feed(piece)); }
  void finish() override {
    m_components.feed(m_decoder.feed({}));
    m_components.finish();
    settle();
    if (!m_any)
      throw base::Error(base::Kind::InvalidData, "there is no calendar in this file",
                        "it begins with BEGIN:VCALENDAR");
    if (m_components.stray() > 0) m_intake.lose("lines that are in no calendar");
  }
  std::string rejects_head() const override {
    std::string out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//crm//EN\r\n";
    for (const auto& definition : m_all_definitions)
      out += definition;
    return out;
  }
  std::string rejects_row(const Rejected& row) const override { return with_problem(row); }
  std::string rejects_foot() const override { return "END:VCALENDAR\r\n"; }

 private:
  static constexpr std::size_t most_zones = 500, most_held = 10'000, most_held_bytes = 32 * 1024 * 1024;

  void take(codec::Component& part, const std::vector<codec::Component>& above) {
    m_any = m_any || part.name == "VCALENDAR" || part.name.starts_with('V');
    if (part.name == "VCALENDAR") {
      settle(); // its definitions and its zone are none of the next one's
      m_definitions.clear();
      m_calendar_zone.clear();
      return of_the_whole(part);
    }
    if (!above.empty())
      if (const auto* zone = above.front().find("X-WR-TIMEZONE")) m_calendar_zone = zone_of_tzid(zone->value);
    if (part.name == "VTIMEZONE") {
      if (m_definitions.size() >= most_zones) return m_intake.lose("VTIMEZONE: more than 500 of them");
      if (m_all_definitions.size() < most_zones) m_all_definitions.insert(part.raw);
      part.raw.clear();
      for (auto& property : part.properties) // a parameter that names it is not escaped
        if (property.name == "TZID") property.value = codec::text_of(property.value);
      m_definitions.push_back(std::move(part));
      return;
    }
    if (part.name != "VEVENT" && part.name != "VTODO" && part.name != "VJOURNAL")
      return m_intake.lose(base::fit(base::printable(part.name), 40) + ": is no event, task or note");
    if (!part.problem.empty()) return m_intake.reject({part.line, part.problem, "", "", std::move(part.raw)});
    // A definition may stand behind those who need it, and a series behind its occurrences.
    if (repeats(part) && part.name == "VEVENT")
      hold_repeating(part);
    else if (m_held.size() < most_held && !zones_are_known(part, zones()))
      m_held.push_back(std::move(part));
    else
      single(part);
  }

  /// What a calendar says of itself is said of no record.
  void of_the_whole(const codec::Component& calendar) {
    static constexpr std::array<std::string_view, 7> technical{
        "VERSION", "PRODID", "CALSCALE", "METHOD", "X-WR-TIMEZONE", "LAST-MODIFIED", "UID"};
    if (!calendar.problem.empty())
      m_intake.lose("the calendar " + calendar.problem + ": it may not be whole");
    std::set<std::string> told;
    for (const auto& property : calendar.properties)
      if (std::find(technical.begin(), technical.end(), property.name) == technical.end() &&
          told.insert(property.name).second)
        m_intake.lose(property.name.empty() ? "a line that is none: " + property.value
                                            : property.name + ": of the calendar as a whole");
  }

  CalendarZones zones() const {
    return {m_calendar_zone.empty() ? m_store_zone : m_calendar_zone, &m_definitions};
  }

  void hold_repeating(codec::Component& part) {
    m_held_bytes += part.raw.size();
    if (m_held_bytes <= most_held_bytes) {
      const auto* uid = part.find("UID");
      auto& family = m_families[uid != nullptr ? uid->value : digest(part)];
      auto& members = part.find("RECURRENCE-ID") != nullptr ? family.occurrences : family.series;
      return members.push_back(std::move(part));
    }
    m_intake.reject({part.line, "the calendar has more that repeats than is taken in at once",
                     "import the file of what was set aside", "", std::move(part.raw)});
  }

  void settle() {
    for (auto& part : m_held)
      single(part);
    m_held.clear();
    // What goes on as another series names that one, which has to be there first.
    for (const bool goes_on : {false, true})
      for (auto& [uid, family] : m_families)
        if (goes_on == (!family.series.empty() && family.series.front().find("X-CRM-SERIES") != nullptr))
          repeating(family);
    m_families.clear();
    m_held_bytes = 0;
  }

  void single(codec::Component& part) {
    try_out(part, [&] {
      auto entry = incoming_entry(part, zones(), m_options.member);
      take_row(part, std::move(entry.row));
    });
  }

  struct Family {
    std::vector<codec::Component> series, occurrences;
  };

  void repeating(Family& family) {
    std::string zone, refused;
    std::set<core::LocalDate> own; // days with an entry of their own
    for (auto& part : family.series) {
      if (!try_out(part, [&] {
            auto entry = incoming_entry(part, zones(), m_options.member);
            zone = entry.row.fields.find("zone")->string_or_empty();
            std::vector<std::string> ignored;
            for (const auto& each : family.occurrences)
              if (const auto* id = each.find("RECURRENCE-ID"); calendar_time(id->value.substr(0, 8)))
                own.insert(day_in_zone(calendar_moment(*id, zones(), ignored), zone));
            const Incoming series = entry.row;
            take_row(part, std::move(entry.row));
            for (const auto& moment : entry.besides)
              take_besides(part, series, moment, own);
          }))
        refused = "the series that it belongs to was not taken";
    }
    for (auto& part : family.occurrences) {
      if (!refused.empty()) {
        m_intake.reject({part.line, refused, "mend the series", "", std::move(part.raw)});
        continue;
      }
      try_out(part, [&] {
        auto entry = incoming_entry(part, zones(), m_options.member);
        entry.row.occurrence = day_in_zone(*entry.occurrence, zone.empty() ? entry.occurrence->zone : zone);
        for (const char* name : {"title", "location", "notes"}) // what it does not say, it does not have
          if (!entry.row.fields.contains(name)) entry.row.fields.set(name, core::Value{});
        take_row(part, std::move(entry.row));
      });
    }
  }

  /// An occurrence that the rule does not have, as the series is.
  void take_besides(const codec::Component& part, Incoming row, const CalendarMoment& moment,
                    std::set<core::LocalDate>& own) {
    const auto day = day_in_zone(moment, moment.zone);
    if (!own.insert(day).second) return;
    row.occurrence = day;
    row.lost.clear();
    for (const char* name : {"rrule", "except", "series"})
      row.fields.erase(name);
    row.fields.set("start", core::to_text(moment.wall));
    name_row(part, row);
    m_intake.take(std::move(row));
  }

  bool try_out(codec::Component& part, const std::function<void()>& take_it) {
    Rejected bad{part.line, "", "", "", part.raw};
    try {
      take_it();
      return true;
    } catch (const base::Error& error) {
      bad.reason = error.message;
      bad.hint = error.hint;
      m_intake.reject(std::move(bad));
      return false;
    }
  }

  static void name_row(const codec::Component& part, Incoming& row) {
    const auto* uid = part.find("UID");
    std::string key = uid != nullptr ? to_one_line(codec::text_of(uid->value)) : std::string();
    if (key.starts_with(own_prefix))
      row.id = base::Id::parse(std::string_view(key).substr(own_prefix.size()));
    if (key.empty()) key = digest(part);
    constexpr std::size_t longest = 300;
    row.external = "ics:" + base::fit(key, longest);
    row.line = part.line;
  }

  void take_row(codec::Component& part, Incoming row) {
    name_row(part, row);
    row.raw = std::move(part.raw);
    m_intake.take(std::move(row));
  }

  std::string m_store_zone, m_calendar_zone;
  ReadOptions m_options;
  Intake m_intake;
  codec::Decoder m_decoder;
  codec::Components m_components;
  std::vector<codec::Component> m_definitions, m_held;
  std::set<std::string> m_all_definitions;
  std::map<std::string, Family> m_families; ///< what repeats, by UID
  std::size_t m_held_bytes = 0;
  bool m_any = false;
};

} // namespace

std::unique_ptr<Reading> read_ics(const Workspace& workspace, ReadOptions options, Intake intake) {
  return std::make_unique<IcsReading>(workspace, std::move(options), std::move(intake));
}

} // namespace crm::app
