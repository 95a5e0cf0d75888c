#include "app/exchange/calendar_entry.hpp"

#include "app/exchange/calendar_series.hpp"
#include "app/exchange/calendar_zones.hpp"
#include "app/exchange/contact_draft.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/yaml_scalar.hpp"
#include "core/time.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace crm::app {
namespace {

using codec::Component;
using codec::Property;
using std::chrono::seconds;

std::string lower_name(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// In whole days where it begins and ends with one.
core::Duration length_of(const Component& entry, const CalendarMoment& start, const CalendarZones& zones,
                         Incoming& row) {
  using std::chrono::days;
  constexpr days longest{366};
  const auto *end = entry.find("DTEND"), *duration = entry.find("DURATION");
  seconds length{start.date_only ? days{1} : days{0}};
  if (end != nullptr) {
    const CalendarMoment until = calendar_moment(*end, zones, row.lost);
    length = start.date_only && until.date_only ? seconds{until.wall.time - start.wall.time}
                                                : instant_of(until) - instant_of(start);
  } else if (duration != nullptr) {
    const auto given = calendar_duration(duration->value);
    if (!given) no_time(*duration);
    length = *given;
  }
  if (length < seconds{0})
    throw base::Error(base::Kind::InvalidData, "it ends before it begins", "mend DTEND or DURATION");
  if (length > longest) throw base::Error(base::Kind::InvalidData, "it lasts longer than a year");
  if (length == seconds{0} && start.date_only) length = days{1}; // as Outlook writes a single day
  if (length == seconds{0}) {
    row.lost.emplace_back("a time without a length: 15 minutes are booked");
    length = std::chrono::minutes{15};
  }
  if (start.date_only) return {std::chrono::floor<days>(length), length - std::chrono::floor<days>(length)};
  return {days{0}, length};
}

class Entry {
 public:
  Entry(Component& entry, const CalendarZones& zones) : m_entry(entry), m_zones(zones) {}

  CalendarEntry appointment(const std::string& member) {
    const auto* begin = m_entry.find("DTSTART");
    if (begin == nullptr) throw base::Error(base::Kind::InvalidData, "has no DTSTART", "when does it begin?");
    CalendarMoment start = calendar_moment(*begin, m_zones, m_row.lost);
    m_row.type = "appointment";
    m_utc = start.utc;
    recurrence(start);
    m_row.fields.set("start", core::to_text(start.wall));
    m_row.fields.set("zone", start.zone);
    m_row.fields.set("duration", core::to_text(length_of(m_entry, start, m_zones, m_row)));
    if (start.date_only) m_extra.set("all day", "yes");
    if (m_entry.find("X-CRM-SUMMARY") == nullptr)
      text("SUMMARY", "title", 200, true);
    else
      m_done.insert(m_done.end(), {"SUMMARY", "X-CRM-SUMMARY"}); // the contact's name, for other programs
    text("LOCATION", "location", 500, true);
    text("DESCRIPTION", "notes", 20000, false);
    const std::string status = upper_text("STATUS"), own = lower_name(upper_text("X-CRM-STATUS"));
    m_row.fields.set("status", !own.empty() ? own : status == "CANCELLED" ? "cancelled" : "booked");
    if (!own.empty() || status == "CANCELLED" || status == "CONFIRMED") m_done.emplace_back("STATUS");
    if (!member.empty()) m_row.fields.set("assignee", member);
    reference("X-CRM-CONTACT", "contact");
    reference("X-CRM-WITH", "assignee");
    reference("X-CRM-SERVICE", "service");
    reference("X-CRM-SERIES", "series");
    reference("X-CRM-CANCELLED-BECAUSE", "cancelled_because");
    if (auto keys = list("X-CRM-RESOURCES"); !keys.empty()) {
      m_row.fields.set("resources", std::move(keys));
      m_done.emplace_back("RESOURCES");
    }
    m_done.emplace_back("X-CRM-STATUS");
    if (const auto* price = m_entry.find("X-CRM-PRICE")) {
      m_done.push_back(price->name);
      if (const auto number = codec::parse_number(price->value))
        m_row.fields.set("price", number->number_or(0));
      else
        m_row.lost.emplace_back("X-CRM-PRICE: a number that is none");
    }
    return finish();
  }

  CalendarEntry task() {
    m_row.type = "task";
    text("SUMMARY", "title", 300, true);
    if (!m_row.fields.contains("title")) m_row.fields.set("title", "(without a title)");
    if (const auto* due = m_entry.find("DUE")) {
      const CalendarMoment at = calendar_moment(*due, m_zones, m_row.lost);
      m_row.fields.set("due", at.date_only
                                  ? core::to_text(std::chrono::floor<std::chrono::days>(at.wall.time))
                                  : core::to_text(at.wall));
      if (!at.date_only) m_row.fields.set("zone", at.zone);
      m_done.emplace_back("DUE");
    }
    text("DESCRIPTION", "notes", 20000, false);
    const std::string status = upper_text("STATUS"), priority = upper_text("PRIORITY");
    m_row.fields.set("status", status == "COMPLETED" ? "done" : status == "CANCELLED" ? "cancelled" : "open");
    if (priority.size() == 1 && base::is_digit(priority[0]) && priority != "0")
      m_row.fields.set("priority", priority < "5" ? "high" : priority == "5" ? "normal" : "low");
    for (const char* done : {"STATUS", "PRIORITY"})
      m_done.emplace_back(done);
    reference("X-CRM-CONTACT", "contact");
    reference("X-CRM-WITH", "assignee");
    reference("X-CRM-ABOUT", "about");
    return finish();
  }

  CalendarEntry note() {
    m_row.type = "note";
    if (const auto* at = m_entry.find("DTSTART")) {
      const CalendarMoment when = calendar_moment(*at, m_zones, m_row.lost);
      m_row.fields.set("at", core::to_text(when.wall));
      m_row.fields.set("zone", when.zone);
    }
    std::string words;
    for (const char* name : {"SUMMARY", "DESCRIPTION"}) {
      if (const auto* property = m_entry.find(name))
        if (const auto said = to_prose(codec::text_of(property->value)); !said.empty())
          words += (words.empty() ? "" : "\n\n") + said;
      m_done.emplace_back(name);
    }
    if (words.empty())
      throw base::Error(base::Kind::InvalidData, "says nothing: no SUMMARY and no DESCRIPTION");
    m_row.fields.set("text", words);
    return finish();
  }

 private:
  std::string upper_text(std::string_view name) const {
    const auto* property = m_entry.find(name);
    std::string out(property != nullptr ? base::trim(property->value) : std::string_view());
    for (char& c : out)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
  }

  void text(const std::string& name, const std::string& field, std::size_t longest, bool one_line) {
    const auto* property = m_entry.find(name);
    m_done.push_back(name);
    if (property == nullptr) return;
    if (std::count_if(m_entry.properties.begin(), m_entry.properties.end(),
                      [&](const Property& each) { return each.name == name; }) > 1)
      m_row.lost.push_back(name + ": the second one of an entry");
    const std::string given = codec::text_of(property->value);
    std::string said = one_line ? to_one_line(given) : to_prose(given);
    if (said.empty()) return;
    if (base::characters(said) > longest) {
      m_row.lost.push_back(
          fmt::format("{}: of more than {} characters, the whole text is in extra", name, longest));
      add_extra(lower_name(name), said);
      said = base::shorten(said, longest);
    }
    m_row.fields.set(field, said);
  }

  /// Of a series its rule; of an occurrence whose it is.
  void recurrence(CalendarMoment& start) {
    for (const char* name : {"RRULE", "RDATE", "EXDATE"})
      m_done.emplace_back(name);
    m_occurrence = read_recurrence_id(m_entry, m_zones, m_row.lost);
    if (m_occurrence || !repeats(m_entry)) return;
    if (start.utc && !start.date_only) { // its hour stays that of UTC through our clock changes
      start.zone = "Etc/UTC";
      start.wall = core::to_wall(core::to_instant(start.wall, m_zones.store), start.zone);
    }
    auto rule = read_calendar_rule(m_entry, start, m_zones, m_row.lost);
    m_row.fields.set("rrule", rule.rrule);
    core::List except;
    for (const auto day : rule.except)
      except.emplace_back(core::to_text(day));
    if (!except.empty()) m_row.fields.set("except", std::move(except));
    m_besides = std::move(rule.besides);
    m_except_else = std::move(rule.except_else);
  }

  core::List list(const std::string& name) {
    core::List out;
    m_done.push_back(name);
    for (const auto& property : m_entry.properties) {
      if (property.name != name) continue;
      for (const auto& part : codec::parts_of(property.value, ','))
        if (core::Value item{to_one_line(part)};
            !item.string_or_empty().empty() && std::find(out.begin(), out.end(), item) == out.end())
          out.push_back(std::move(item));
    }
    return out;
  }

  void reference(const std::string& name, const std::string& field) {
    m_done.push_back(name);
    if (const auto* property = m_entry.find(name))
      if (const auto key = to_one_line(codec::text_of(property->value)); !key.empty())
        m_row.fields.set(field, key);
  }

  /// Keeps what has no field, and says what is not kept.
  void rest() {
    static constexpr std::array<std::string_view, 11> technical{
        "UID",   "DTSTAMP",  "SEQUENCE",   "CREATED",       "LAST-MODIFIED", "DTSTART",
        "DTEND", "DURATION", "CATEGORIES", "X-CRM-PROBLEM", "RECURRENCE-ID"};
    bool rule = false;
    for (const auto& property : m_entry.properties) {
      if (std::find(technical.begin(), technical.end(), property.name) != technical.end() ||
          std::find(m_done.begin(), m_done.end(), property.name) != m_done.end())
        continue;
      if (property.name.empty()) {
        m_row.lost.push_back("a line that is none: " + property.value);
        continue;
      }
      if (property.cut || property.parameter("VALUE") == "BINARY") {
        m_row.lost.push_back(property.name + ": is no text, or longer than 256 KiB");
        continue;
      }
      if (property.name == "X-CRM-EXTRA") {
        const std::string entry = codec::text_of(property.value);
        if (const auto colon = entry.find(": "); colon != entry.npos)
          add_extra(entry.substr(0, colon), to_prose(std::string_view(entry).substr(colon + 2)));
        continue;
      }
      rule = rule || property.name == "RRULE" || property.name == "RDATE";
      // Who comes is worth more than the parameters of how they were asked.
      std::string said = codec::text_of(property.value);
      if (const auto called = property.parameter("CN"); !called.empty())
        said = std::string(called) + " <" + said + ">";
      if (!property.parameters.empty() && property.parameter("CN").empty() && property.name != "RRULE")
        for (const auto& [key, value] : property.parameters)
          if (key == "TZID") said += " " + value;
      add_extra(lower_name(property.name), to_prose(said));
    }
    if (rule) m_row.lost.emplace_back("RRULE: only the first time is kept; the rule is in extra");
    for (const auto& part : m_entry.components)
      m_row.lost.push_back(base::fit(base::printable(part.name), 40) +
                           (part.name == "VALARM" ? ": a reminder" : ": a part of it"));
  }

  void add_extra(const std::string& key, const std::string& said) {
    constexpr std::size_t most = 200;
    if (said.empty() || key == external_name) return;
    if (const auto* there = m_extra.find(key)) {
      m_extra.set(key, there->string_or_empty() + "\n" + said);
    } else if (m_extra.size() < most) {
      m_extra.set(key, said);
    } else {
      m_row.lost.emplace_back("more than 200 properties of one entry");
    }
  }

  CalendarEntry finish() {
    if (auto tags = list("CATEGORIES"); !tags.empty()) m_row.fields.set("tags", std::move(tags));
    rest();
    for (const auto& property : m_entry.properties)
      for (auto& lost :
           codec::unread_parameters(property, {"CN", "TZID", "X-CRM-ZONE", "VALUE", "ENCODING", "CHARSET"}))
        if (std::find(m_row.lost.begin(), m_row.lost.end(), lost) == m_row.lost.end())
          m_row.lost.push_back(std::move(lost));
    if (!m_extra.empty()) m_row.fields.set(extra_field, m_extra);
    return {std::move(m_row), m_occurrence, std::move(m_besides), std::move(m_except_else), m_utc};
  }

  Component& m_entry;
  const CalendarZones& m_zones;
  Incoming m_row;
  std::optional<CalendarMoment> m_occurrence;
  std::vector<CalendarMoment> m_besides;
  std::vector<core::LocalDate> m_except_else;
  bool m_utc = false;
  core::Map m_extra;
  std::vector<std::string> m_done; ///< properties that have found their field
};

} // namespace

CalendarEntry incoming_entry(Component& component, const CalendarZones& zones, const std::string& member) {
  Entry entry(component, zones);
  if (component.name == "VEVENT") return entry.appointment(member);
  return component.name == "VTODO" ? entry.task() : entry.note();
}

} // namespace crm::app
