#include "app/exchange/calendar_file.hpp"

#include "app/exchange/calendar_series.hpp"
#include "app/exchange/contact_draft.hpp"
#include "app/occurrences.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/charset.hpp"
#include "core/occurrence.hpp"

#include <algorithm>
#include <array>

namespace crm::app {
namespace {

using codec::Component;
using core::LocalDate;

constexpr std::string_view file_suffix = ".ics";

[[noreturn]] void no_appointment(const std::string& why, const std::string& hint = {}) {
  throw base::Error(base::Kind::InvalidData, why, hint);
}

struct Parts {
  std::vector<Component> events, definitions;
};

Parts parts_of_file(std::string_view text) {
  constexpr std::size_t most = 2000;
  Parts out;
  std::string other;
  codec::Decoder decoder;
  codec::Components components(1, [&](Component& part, const std::vector<Component>&) {
    if (part.name == "VEVENT" || part.name == "VTIMEZONE") {
      auto& list = part.name == "VEVENT" ? out.events : out.definitions;
      if (list.size() < most) list.push_back(std::move(part));
    } else if (part.name != "VCALENDAR" && other.empty()) {
      other = part.name;
    }
  });
  components.feed(decoder.feed(text));
  components.feed(decoder.feed({}));
  components.finish();
  if (out.events.empty())
    no_appointment(other == "VTODO" ? "it is a task; the folder is for appointments"
                                    : "there is no appointment in it",
                   "`crm import ics` takes tasks and notes");
  return out;
}

CalendarItem item_of(Component& part, CalendarEntry&& entry) {
  return {std::move(part), std::move(entry.row.fields), entry.utc};
}

void set_start(CalendarItem& item, const core::WallTime& wall) {
  item.fields.set("start", core::to_text(wall));
}

/// "NAME;PARAM=value:text" as it came.
std::string line_of_property(const codec::Property& property) {
  std::string name = property.name;
  for (const auto& [key, value] : property.parameters)
    name += ";" + key + "=" + (value.find_first_of(":;,") == std::string::npos ? value : "\"" + value + "\"");
  return codec::folded_line(name, property.value);
}

/// What a book writes, or what says nothing of its own.
bool is_ours(const codec::Property& property) {
  static constexpr std::array<std::string_view, 23> ours{
      "UID",           "DTSTART",       "DTEND",    "DURATION", "SUMMARY",
      "LOCATION",      "RESOURCES",     "STATUS",   "DTSTAMP",  "CREATED",
      "CATEGORIES",    "DESCRIPTION",   "RRULE",    "RDATE",    "EXDATE",
      "RECURRENCE-ID", "LAST-MODIFIED", "SEQUENCE", "BEGIN",    "END",
      "METHOD",        "EXRULE",        ""};
  return property.name.starts_with("X-CRM-") || property.cut ||
         std::find(ours.begin(), ours.end(), property.name) != ours.end();
}

void write_component(const Component& part, std::string& out) {
  out += "BEGIN:" + part.name + "\r\n";
  for (const auto& property : part.properties)
    if (!property.name.empty() && !property.cut) out += line_of_property(property);
  for (const auto& inner : part.components)
    write_component(inner, out);
  out += "END:" + part.name + "\r\n";
}

std::string theirs_of(const Component& part) {
  std::string out;
  for (const auto& property : part.properties)
    if (!is_ours(property)) out += line_of_property(property);
  for (const auto& inner : part.components)
    write_component(inner, out);
  return out;
}

} // namespace

CalendarItem CalendarFile::on(LocalDate day) const {
  if (const auto own = occurrences.find(day); own != occurrences.end()) return own->second;
  CalendarItem out = main;
  for (const char* name : {"rrule", "except"})
    out.fields.erase(name);
  if (const auto start = core::parse_wall_time(main.fields.text("start")))
    set_start(out, core::on_day(*start, day, main.fields.text("zone")));
  return out;
}

CalendarFile read_calendar_file(std::string_view text, const std::string& store_zone) {
  Parts parts = parts_of_file(text);
  const CalendarZones zones{store_zone, &parts.definitions};
  CalendarFile out;
  std::optional<CalendarEntry> main;
  Component* main_part = nullptr;
  std::vector<std::pair<Component*, CalendarEntry>> occurrences;
  for (auto& part : parts.events) {
    if (!part.problem.empty()) no_appointment(part.problem);
    const auto* uid = part.find("UID");
    const std::string name = uid == nullptr ? "" : to_one_line(codec::text_of(uid->value));
    if (name.empty()) no_appointment("it has no UID");
    if (!out.uid.empty() && out.uid != name)
      no_appointment("it holds several appointments", "`crm import ics` takes such files");
    out.uid = name;
    auto entry = incoming_entry(part, zones, "");
    if (entry.occurrence) {
      occurrences.emplace_back(&part, std::move(entry));
    } else {
      if (main) no_appointment("it holds two appointments of one UID");
      main = std::move(entry);
      main_part = &part;
    }
  }
  if (!main && occurrences.size() == 1) { // asked to one occurrence, and not to the series
    out.main = item_of(*occurrences.front().first, std::move(occurrences.front().second));
    return out;
  }
  if (!main) no_appointment("it holds occurrences of a series, and not the series");
  const std::string zone = main->row.fields.text("zone");
  if (const auto* except = main->row.fields.find("except"); except != nullptr && except->if_list() != nullptr)
    for (const auto& each : *except->if_list())
      if (const auto day = core::parse_date(each.string_or_empty())) out.except.push_back(*day);
  out.except.insert(out.except.end(), main->except_else.begin(), main->except_else.end());
  const auto besides = std::move(main->besides);
  out.main = item_of(*main_part, std::move(*main));
  for (auto& [part, entry] : occurrences) {
    const auto day = day_in_zone(*entry.occurrence, zone);
    if (!out.occurrences.emplace(day, item_of(*part, std::move(entry))).second)
      no_appointment("it has two entries for " + core::to_words(day));
  }
  for (const auto& moment : besides) {
    const auto day = day_in_zone(moment, zone);
    if (out.occurrences.contains(day)) continue;
    CalendarItem item = out.on(day);
    set_start(item, moment.wall);
    out.occurrences.emplace(day, std::move(item));
  }
  return out;
}

bool CalendarView::shows(const core::Record& record, const core::Schema& schema) const {
  return !frees_time(record, schema) && (member.empty() || record.text("assignee") == member);
}

CalendarFiles::CalendarFiles(Workspace& workspace, CalendarView view)
    : m_workspace(workspace), m_view(std::move(view)),
      m_writer(workspace, [this](const core::Record& record) {
        return m_view.shows(record, m_workspace.schemas().get(record.type));
      }) {}

std::string CalendarFiles::file_of(const core::Record& record) {
  const auto series = series_of_override(m_workspace, record);
  return series && m_view.shows(*series, m_workspace.schemas().get(record.type)) ? series->id.str()
                                                                                 : record.id.str();
}

std::optional<std::string> CalendarFiles::text(const core::Record& record) {
  const auto& schema = m_workspace.schemas().get(record.type);
  if (!m_view.shows(record, schema) || file_of(record) != record.id.str()) return std::nullopt;
  m_writer.begin_file();
  std::string out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//crm//EN\r\n" + m_writer.entry(record);
  if (core::read_series(record, schema))
    for (const auto& row : overrides(m_workspace, record.type, core::root_of(record)))
      if (const core::Record own = to_record(row); !row.deleted && core::is_override(own) &&
                                                   m_view.shows(own, schema) &&
                                                   file_of(own) == record.id.str())
        out += m_writer.entry(own);
  return out + CalendarWriter::foot();
}

std::string with_what_is_theirs(const std::string& text, const CalendarFile& theirs,
                                const std::string& store_zone) {
  constexpr std::string_view begin = "BEGIN:VEVENT\r\n", end = "END:VEVENT\r\n";
  std::string out;
  std::size_t at = 0;
  for (auto next = text.find(end); next != std::string::npos; next = text.find(end, at)) {
    const auto from = text.find(begin, at);
    out += text.substr(at, next - at);
    const auto block = read_calendar_file(
        "BEGIN:VCALENDAR\r\n" + text.substr(from, next + end.size() - from) + "END:VCALENDAR\r\n",
        store_zone);
    const auto* id = block.main.component.find("RECURRENCE-ID");
    if (id == nullptr) {
      out += theirs_of(theirs.main.component);
    } else if (const auto day = core::parse_date(id->value.substr(0, 4) + "-" + id->value.substr(4, 2) + "-" +
                                                 id->value.substr(6, 2))) {
      const auto own = theirs.occurrences.find(*day);
      out += theirs_of(own != theirs.occurrences.end() ? own->second.component : theirs.main.component);
    }
    out += end;
    at = next + end.size();
  }
  return out + text.substr(at);
}

std::string calendar_file_name(std::string_view id) {
  return std::string(own_prefix) + std::string(id) + std::string(file_suffix);
}

std::string id_of_file_name(std::string_view name) {
  if (!name.starts_with(own_prefix) || !name.ends_with(file_suffix)) return {};
  const auto id =
      base::Id::parse(name.substr(own_prefix.size(), name.size() - own_prefix.size() - file_suffix.size()));
  return id ? id->str() : std::string();
}

} // namespace crm::app
