#include "app/route.hpp"

#include <algorithm>

namespace crm::app {
namespace {

constexpr std::size_t most_notes = 2, most_tasks = 5, looked_at = 50;

std::optional<index::Row> by_id(Workspace& workspace, const std::string& id) {
  if (id.empty()) return std::nullopt;
  return workspace.with_index([&](index::Index& index) { return index.by_id(id); });
}

/// Live records of a type that refer to the contact, the latest first.
std::vector<core::Record> about(Workspace& workspace, const std::string& contact, const std::string& type,
                                std::size_t most) {
  std::vector<core::Record> out;
  if (contact.empty() || !workspace.schemas().has(type)) return out;
  const auto& schema = workspace.schemas().get(type);
  for (const auto& row :
       workspace.with_index([&](index::Index& index) { return index.referring(contact, type, looked_at); }))
    if (!row.deleted && (!schema.states || schema.is_open(row.state)) && out.size() < most)
      out.push_back(to_record(row));
  return out;
}

void find_place(Workspace& workspace, Stop& stop) {
  stop.address = stop.entry.record.text("location");
  if (stop.address.empty() && stop.contact) stop.address = stop.contact->text("address");
  for (const auto& key : stop.entry.where) {
    if (!stop.address.empty()) return;
    const auto row = workspace.with_index([&](index::Index& index) { return index.by_key("resource", key); });
    if (!row) continue;
    stop.address = to_record(*row).text("location");
    if (!stop.address.empty()) stop.name_of_place = row->name;
  }
}

Stop stop_of(Workspace& workspace, const DayEntry& entry) {
  Stop out{entry, {}, "", "", {}, {}, {}, std::chrono::seconds{0}};
  const std::string& contact = entry.record.text("contact");
  if (const auto row = by_id(workspace, contact); row && !row->deleted) out.contact = to_record(*row);
  if (out.contact)
    if (const auto* phones = out.contact->get("phones").if_list())
      for (const auto& phone : *phones)
        if (!phone.string_or_empty().empty()) out.phones.push_back(phone.string_or_empty());
  find_place(workspace, out);
  out.notes = about(workspace, contact, "note", most_notes);
  out.tasks = about(workspace, contact, "task", most_tasks);
  std::reverse(out.tasks.begin(), out.tasks.end()); // what is due first comes first
  return out;
}

} // namespace

Route route(Workspace& workspace, core::LocalDate date, const std::string& member) {
  Day whole = day(workspace, {date, member, "", ""});
  Route out{date, whole.zone, member, {}, std::move(whole.off), {}, std::move(whole.tasks_command)};
  for (const auto& entry : whole.entries)
    if (entry.held) out.stops.push_back(stop_of(workspace, entry));
  for (std::size_t i = 0; i + 1 < out.stops.size(); ++i)
    out.stops[i].until_next = out.stops[i + 1].entry.time.from - out.stops[i].entry.time.to;
  for (auto& task : whole.tasks) {
    const bool shown = std::any_of(out.stops.begin(), out.stops.end(), [&](const Stop& stop) {
      return std::any_of(stop.tasks.begin(), stop.tasks.end(),
                         [&](const core::Record& other) { return other.id == task.id; });
    });
    if (!shown) out.tasks.push_back(std::move(task));
  }
  return out;
}

} // namespace crm::app
