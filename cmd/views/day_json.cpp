#include "cmd/shape.hpp"
#include "cmd/views/days.hpp"

#include <algorithm>

namespace crm::cmd {
namespace {

class DayJson {
 public:
  DayJson(app::Workspace& workspace, const app::Day& day)
      : m_day(day), m_schema(workspace.schemas().get("appointment")) {}

  core::Map appointment(const app::DayEntry& entry) const {
    core::Map out, contact;
    out.set("record", record_json(entry.record, m_schema));
    if (const auto& id = entry.record.text("contact"); !id.empty()) {
      contact.set("id", id);
      contact.set("name", entry.contact);
      out.set("contact", std::move(contact));
    } else {
      out.set("contact", core::Value{});
    }
    out.set("start", moment(entry.time.from));
    out.set("end", moment(entry.time.to));
    core::List ids;
    for (const auto& id : entry.clashes)
      ids.emplace_back(id);
    out.set("clashes", std::move(ids));
    out.set("held_from", entry.held ? core::Value{moment(entry.held->from)} : core::Value{});
    out.set("held_to", entry.held ? core::Value{moment(entry.held->to)} : core::Value{});
    out.set("outside_hours", entry.outside_hours);
    return out;
  }

  core::Map clash(const app::DayClash& clash) const {
    core::Map out;
    out.set("kind", clash.claim.kind);
    out.set("key", clash.claim.key);
    out.set("a", clash.parties.front().id);
    out.set("b", clash.parties.back().id);
    out.set("from", moment(clash.time.from));
    out.set("to", moment(clash.time.to));
    if (clash.capacity > 1) {
      core::Map over;
      core::List ids;
      for (const auto& party : clash.parties)
        ids.emplace_back(party.id);
      over.set("capacity", clash.capacity);
      over.set("at_once", clash.at_once);
      over.set("appointments", std::move(ids));
      out.set("over_capacity", std::move(over));
    }
    return out;
  }

  core::Map gap(const app::Gap& gap) const {
    core::Map out;
    out.set("kind", gap.claim.kind);
    out.set("key", gap.claim.key);
    out.set("from", moment(gap.time.from));
    out.set("to", moment(gap.time.to));
    out.set("minutes", static_cast<std::int64_t>((gap.time.to - gap.time.from).count() / 60));
    return out;
  }

  core::Map off(const app::Off& off) const {
    core::Map out;
    out.set("id", off.id);
    out.set("kind", off.claim.kind);
    out.set("key", off.claim.key);
    out.set("from", moment(off.time.from));
    out.set("to", moment(off.time.to));
    out.set("reason", off.reason.empty() ? core::Value{} : core::Value{off.reason});
    return out;
  }

  core::Map hours(const app::Claim& claim, const core::Interval& time) const {
    core::Map out;
    out.set("kind", claim.kind);
    out.set("key", claim.key);
    out.set("from", moment(time.from));
    out.set("to", moment(time.to));
    return out;
  }

 private:
  std::string moment(core::Instant instant) const {
    return core::to_text(core::to_wall(instant, m_day.zone));
  }

  const app::Day& m_day;
  const core::Schema& m_schema;
};

} // namespace

core::Map day_json(app::Workspace& workspace, const app::Day& day) {
  const DayJson json(workspace, day);
  core::Map document;
  core::List appointments, clashes, gaps, elsewhere, hours, off;
  for (const auto& entry : day.entries)
    appointments.emplace_back(json.appointment(entry));
  for (const auto& clash : day.clashes)
    clashes.emplace_back(json.clash(clash));
  for (const auto& gap : day.gaps)
    gaps.emplace_back(json.gap(gap));
  for (const auto& gap : day.elsewhere)
    elsewhere.emplace_back(json.hours(gap.claim, gap.time));
  for (const auto& time : day.open)
    hours.emplace_back(json.hours(app::the_house, time));
  for (const auto& part : day.parts)
    for (const auto& time : part.hours)
      hours.emplace_back(json.hours(part.claim, time));
  for (const auto& each : day.off)
    off.emplace_back(json.off(each));
  document.set("schema", "crm.day/1");
  document.set("date", core::to_text(day.date));
  document.set("weekday", core::to_words(day.date).substr(0, 3));
  document.set("zone", day.zone);
  document.set("length_minutes", static_cast<std::int64_t>(day.length.count() / 60));
  document.set("appointments", std::move(appointments));
  document.set("clashes", std::move(clashes));
  document.set("gaps", std::move(gaps));
  document.set("elsewhere", std::move(elsewhere));
  document.set("hours", std::move(hours));
  document.set("off", std::move(off));
  document.set("tasks", records_json(workspace, day.tasks));
  return document;
}

core::Map days_json(app::Workspace& workspace, const std::vector<app::Day>& days) {
  core::Map document;
  core::List list;
  for (const auto& day : days)
    list.emplace_back(day_json(workspace, day));
  document.set("schema", "crm.days/1");
  document.set("from", core::to_text(days.front().date));
  document.set("to", core::to_text(days.back().date));
  document.set("zone", days.front().zone);
  document.set("days", std::move(list));
  return document;
}

void print_rows(Context& context, const std::vector<app::Day>& days) {
  const auto& schema = context.workspace().schemas().get("appointment");
  std::vector<core::Map> rows;
  for (const auto& day : days)
    for (const auto& entry : day.entries) {
      // What goes past midnight is in both days, and is one appointment.
      if (&day != &days.front() && entry.time.from < day.time.from) continue;
      core::Map row = record_json(entry.record, schema);
      row.set("contact_name", entry.contact);
      row.set("end", core::to_text(core::to_wall(entry.time.to, day.zone)));
      rows.push_back(std::move(row));
    }
  context.print_rows({"id", "start", "end", "zone", "contact", "contact_name", "title", "assignee",
                      "resources", "service", "status"},
                     rows);
}

} // namespace crm::cmd
