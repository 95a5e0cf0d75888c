#include "app/exchange/cards.hpp"

#include "app/exchange/calendar_zones.hpp"
#include "app/exchange/incoming.hpp"
#include "app/resolve.hpp"
#include "base/text.hpp"
#include "codec/content_lines.hpp"
#include "core/occurrence.hpp"
#include "core/provenance.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

using codec::escaped;
using codec::folded_line;

std::string line(std::string_view name, const std::string& text) {
  return text.empty() ? std::string() : folded_line(name, escaped(text));
}

core::List items_of(const core::Value& value) {
  return value.if_list() != nullptr ? *value.if_list() : core::List{};
}

std::string list_line(std::string_view name, const core::Value& value) {
  std::vector<std::string> items;
  for (const auto& item : items_of(value))
    items.push_back(escaped(item.string_or_empty()));
  return items.empty() ? std::string() : folded_line(name, base::join(items, ","));
}

/// The id that its maker gave it, or ours. An occurrence and what a series goes on as are copies of it, and
/// not what its maker means.
std::string uid_of(const core::Record& record, std::string_view source) {
  if (!record.text("series").empty()) return std::string(own_prefix) + record.id.str();
  if (const auto* extra = record.get(extra_field).if_map())
    if (const auto* external = extra->find(external_name))
      if (external->string_or_empty().starts_with(source))
        return external->string_or_empty().substr(source.size());
  return std::string(own_prefix) + record.id.str();
}

/// What has no property of its own, in one that other programs pass over.
std::string own_lines(const core::Record& record, std::initializer_list<const char*> fields) {
  std::string out;
  for (const char* field : fields) {
    std::string name = std::string("X-CRM-") + field;
    for (char& c : name)
      c = c == '_' ? '-' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    out += line(name, core::to_text(record.get(field)));
  }
  if (const auto* extra = record.get(extra_field).if_map())
    for (const auto& [key, value] : *extra)
      if (key != external_name) out += line("X-CRM-EXTRA", key + ": " + core::to_text(value));
  return out;
}

std::string stamp_time(core::StampTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(whole);
  const std::chrono::year_month_day date{day};
  const auto clock = (whole - day).count();
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock / 3600,
                     clock / 60 % 60, clock % 60);
}

/// Of two times that a clock shows alike, one with a TZID is the first (RFC 5545, 3.3.5). The second goes out
/// in UTC, and where its clock is in a parameter that other programs pass over.
std::string moment_line(const std::string& name, const std::string& text, const std::string& zone) {
  const auto wall = core::parse_wall_time(text);
  if (wall && wall->offset && core::is_zone(zone)) {
    const auto at = core::to_instant(*wall, zone);
    if (at != core::to_instant({wall->time, {}}, zone))
      return folded_line(name + ";X-CRM-ZONE=" + zone, stamp_time(at));
  }
  return folded_line(name + ";TZID=" + zone, basic_time(text));
}

} // namespace

std::string to_card(const core::Record& contact, CardVersion version) {
  std::string out = "BEGIN:VCARD\r\n";
  out += version == CardVersion::V4 ? "VERSION:4.0\r\n" : "VERSION:3.0\r\n";
  out += line("UID", uid_of(contact, "vcf:"));
  const std::string& name = contact.text("name");
  out += line("FN", name);
  // N is required by 3.0 alone, and asked for by most programs: the last word is a guess that FN corrects.
  const auto space = name.rfind(' ');
  out +=
      space == std::string::npos
          ? folded_line("N", escaped(name) + ";;;;")
          : folded_line("N", escaped(name.substr(space + 1)) + ";" + escaped(name.substr(0, space)) + ";;;");
  out += line("ORG", contact.text("org"));
  for (const auto& item : items_of(contact.get("emails")))
    out += line(version == CardVersion::V4 ? "EMAIL" : "EMAIL;TYPE=INTERNET", item.string_or_empty());
  for (const auto& item : items_of(contact.get("phones")))
    out += line("TEL", item.string_or_empty());
  if (const std::string& address = contact.text("address"); !address.empty())
    out += folded_line("ADR", ";;" + escaped(address) + ";;;;");
  std::string birthday = contact.text("birthday");
  if (version == CardVersion::V4)
    birthday.erase(std::remove(birthday.begin(), birthday.end(), '-'), birthday.end());
  out += line("BDAY", birthday);
  out += list_line("CATEGORIES", contact.get("tags"));
  out += line("NOTE", contact.text("about"));
  out += line(version == CardVersion::V4 ? "TZ" : "TZ;VALUE=text", contact.text("zone"));
  if (version == CardVersion::V4) out += line("LANG", contact.text("language"));
  out += own_lines(contact, {"status", "source", "consent", "owner", "first_contact", "last_contact"});
  out += "REV:" + stamp_time(core::newest(contact).time) + "\r\n";
  return out + "END:VCARD\r\n";
}

std::string calendar_uid(const core::Record& record) {
  return uid_of(record, "ics:");
}

std::string CalendarWriter::head() const {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//crm//EN\r\nCALSCALE:GREGORIAN\r\n" +
         line("X-WR-CALNAME", m_workspace.settings().name);
}

std::string CalendarWriter::zone(const std::string& name) {
  if (!m_zones.insert(name).second) return {};
  auto& definition = m_definitions[name];
  if (definition.empty()) definition = zone_definition(name);
  return definition;
}

std::string CalendarWriter::common(const core::Record& record) {
  std::string out = "DTSTAMP:" + stamp_time(core::newest(record).time) + "\r\n";
  out += "CREATED:" + stamp_time(core::created(record).time) + "\r\n";
  out += list_line("CATEGORIES", record.get("tags"));
  out += line("DESCRIPTION", record.text("notes"));
  out += line("X-CRM-CONTACT", record.text("contact"));
  out += line("X-CRM-WITH", record.text("assignee"));
  return out;
}

std::string CalendarWriter::event(const core::Record& record) {
  const std::string& name = record.text("zone");
  const std::string& contact = record.text("contact");
  const auto* extra = record.get(extra_field).if_map();
  const bool whole_days = extra != nullptr && extra->contains("all day");
  const DayLength length = whole_days ? DayLength::Whole : DayLength::Timed;
  auto series = series_of_override(m_workspace, record);
  if (series && !m_shows(*series)) series.reset(); // alone in this calendar
  std::string out = whole_days ? std::string() : zone(name);
  if (series && !whole_days) out += zone(series->text("zone"));
  out += "BEGIN:VEVENT\r\n" + line("UID", calendar_uid(series ? *series : record));
  out += series ? recurrence_id_line(*series, record, length)
                : series_lines(m_workspace, record, length, m_shows);
  const std::string start = basic_time(record.text("start"));
  out += whole_days                ? "DTSTART;VALUE=DATE:" + start.substr(0, 8) + "\r\n"
         : core::is_series(record) ? folded_line("DTSTART;TZID=" + name, start) // whose rule goes by it
                                   : moment_line("DTSTART", record.text("start"), name);
  out += line("DURATION", record.text("duration"));
  const std::string called = contact.empty() ? std::string() : name_of(m_workspace, "contact", contact);
  out += line("SUMMARY", record.text("title").empty() ? called : record.text("title"));
  if (record.text("title").empty() && !called.empty()) out += "X-CRM-SUMMARY:contact\r\n";
  out += line("LOCATION", record.text("location"));
  out += list_line("RESOURCES", record.get("resources"));
  out += list_line("X-CRM-RESOURCES", record.get("resources"));
  const std::string& status = record.text("status");
  out += status == "cancelled" || status == "no-show" ? "STATUS:CANCELLED\r\n" : "STATUS:CONFIRMED\r\n";
  out += line("X-CRM-STATUS", status);
  return out;
}

std::string CalendarWriter::to_do(const core::Record& record) {
  const std::string& due = record.text("due");
  const bool timed = due.find('T') != std::string::npos;
  const std::string& own = record.text("zone");
  const std::string name = own.empty() ? m_workspace.settings().zone : own;
  std::string out = timed ? zone(name) : std::string();
  out += "BEGIN:VTODO\r\n" + line("UID", calendar_uid(record)) + line("SUMMARY", record.text("title"));
  if (!due.empty())
    out += timed ? moment_line("DUE", due, name) : "DUE;VALUE=DATE:" + basic_time(due) + "\r\n";
  const std::string &status = record.text("status"), &priority = record.text("priority");
  out += status == "done"        ? "STATUS:COMPLETED\r\n"
         : status == "cancelled" ? "STATUS:CANCELLED\r\n"
                                 : "STATUS:NEEDS-ACTION\r\n";
  if (!priority.empty())
    out += priority == "high" ? "PRIORITY:1\r\n" : priority == "low" ? "PRIORITY:9\r\n" : "PRIORITY:5\r\n";
  return out;
}

std::string CalendarWriter::entry(const core::Record& record) {
  const bool appointment = record.type == "appointment";
  std::string out = appointment ? event(record) : to_do(record);
  out += common(record);
  out += appointment ? own_lines(record, {"service", "price", "cancelled_because"})
                     : own_lines(record, {"about"});
  return out + (appointment ? "END:VEVENT\r\n" : "END:VTODO\r\n");
}

} // namespace crm::app
