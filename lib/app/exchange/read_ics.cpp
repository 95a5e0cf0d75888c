// Calendars (RFC 5545): events become appointments, to-dos tasks, journal entries notes.
#include "app/exchange/calendar_entry.hpp"
#include "app/exchange/calendar_zones.hpp"
#include "app/exchange/contact_draft.hpp"
#include "app/exchange/reading.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/charset.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

/// The same entry is the same on every device, FNV-1a.
std::string digest(const codec::Component& entry) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const auto& property : entry.properties)
    if (property.name != "DTSTAMP")
      for (const char c : property.name + ":" + property.value)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return fmt::format("{:016x}", hash);
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
  std::string rejects_row(const Rejected& row) const override {
    const auto at = row.raw.find("\r\n");
    if (at == row.raw.npos) return row.raw;
    return row.raw.substr(0, at + 2) +
           codec::folded_line("X-CRM-PROBLEM", codec::escaped(to_one_line(row.reason))) +
           row.raw.substr(at + 2);
  }
  std::string rejects_foot() const override { return "END:VCALENDAR\r\n"; }

 private:
  static constexpr std::size_t most_zones = 500, most_held = 10'000;

  void take(codec::Component& part, const std::vector<codec::Component>& above) {
    m_any = m_any || part.name == "VCALENDAR" || part.name.starts_with('V');
    if (part.name == "VCALENDAR") {
      settle(); // its definitions are none of the next one's
      m_definitions.clear();
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
    // A definition may stand behind those who need it.
    if (m_held.size() < most_held && !zones_are_known(part, zones()))
      m_held.push_back(std::move(part));
    else
      entry(part);
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

  void settle() {
    for (auto& part : m_held)
      entry(part);
    m_held.clear();
  }

  void entry(codec::Component& part) {
    Rejected bad{part.line, "", "", "", part.raw};
    try {
      Incoming row = incoming_entry(part, zones(), m_options.member);
      const auto *uid = part.find("UID"), *instance = part.find("RECURRENCE-ID");
      std::string key = uid != nullptr ? to_one_line(codec::text_of(uid->value)) : std::string();
      constexpr std::string_view own = "crm-";
      if (key.starts_with(own) && instance == nullptr)
        row.id = base::Id::parse(std::string_view(key).substr(own.size()));
      if (key.empty()) key = digest(part);
      if (instance != nullptr) key += " " + to_one_line(instance->value);
      constexpr std::size_t longest = 300;
      row.external = "ics:" + base::fit(key, longest);
      row.line = part.line;
      row.raw = std::move(part.raw);
      m_intake.take(std::move(row));
    } catch (const base::Error& error) {
      bad.reason = error.message;
      bad.hint = error.hint;
      m_intake.reject(std::move(bad));
    }
  }

  std::string m_store_zone, m_calendar_zone;
  ReadOptions m_options;
  Intake m_intake;
  codec::Decoder m_decoder;
  codec::Components m_components;
  std::vector<codec::Component> m_definitions, m_held;
  std::set<std::string> m_all_definitions;
  bool m_any = false;
};

} // namespace

std::unique_ptr<Reading> read_ics(const Workspace& workspace, ReadOptions options, Intake intake) {
  return std::make_unique<IcsReading>(workspace, std::move(options), std::move(intake));
}

} // namespace crm::app
