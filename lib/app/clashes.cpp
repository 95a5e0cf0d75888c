#include "app/booking.hpp"
#include "app/refusal.hpp"
#include "app/resolve.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

namespace crm::app {
namespace {

std::vector<core::Hold> holds(Workspace& workspace, const Claim& claim, const core::Interval& within,
                              const std::string& own_id) {
  std::vector<core::Hold> out;
  for (auto& taken :
       workspace.with_index([&](index::Index& index) { return index.taken(claim.kind, claim.key, within); }))
    if (taken.id != own_id) out.push_back({std::move(taken.id), taken.time});
  return out;
}

struct Wanted {
  core::Interval plain, with_buffers;
};

std::optional<Wanted> wanted_time(Workspace& workspace, const core::Record& record,
                                  const core::Schema& schema) {
  const auto plain = stretch(record, schema, workspace.settings().zone);
  if (!plain || frees_time(record, schema)) return std::nullopt;
  const Buffers buffers = buffers_of(record, schema, workspace.project_context());
  return Wanted{*plain, {plain->from - buffers.before, plain->to + buffers.after}};
}

std::string whose(Workspace& workspace, const std::string& id) {
  const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(id); });
  if (!row) return id;
  const core::Record record = to_record(*row);
  if (!record.text("contact").empty()) return name_of(workspace, "contact", record.text("contact"));
  return row->name;
}

std::string clock_range(const core::Interval& time, const std::string& zone) {
  const auto clock = [&](core::Instant instant) {
    const auto local = core::to_local(instant, zone);
    const auto minutes =
        std::chrono::floor<std::chrono::minutes>(local - std::chrono::floor<std::chrono::days>(local))
            .count();
    return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
  };
  return clock(time.from) + "–" + clock(time.to);
}

/// Other resources of the kind of each clashing one that are free in `wanted`.
std::vector<std::string> alternatives(Workspace& workspace, const ClashReport& report,
                                      const core::Interval& wanted, const std::string& own_id) {
  constexpr std::size_t most = 3;
  std::vector<std::string> out;
  for (const auto& clash : report.clashes) {
    if (clash.kind != "resource") continue;
    const auto taken =
        workspace.with_index([&](index::Index& index) { return index.by_key("resource", clash.key); });
    if (!taken) continue;
    const std::string kind = to_record(*taken).text("kind");
    const auto rooms = workspace.with_index(
        [&](index::Index& index) { return index.list({.type = "resource", .limit = 200}); });
    for (const auto& row : rooms) {
      if (out.size() == most) return out;
      const Claim claim{"resource", row.key};
      if (row.key == clash.key || to_record(row).text("kind") != kind ||
          std::find(out.begin(), out.end(), row.key) != out.end())
        continue;
      const int limit = workspace.capacity(claim);
      if (limit == 0 || core::obstacles(holds(workspace, claim, wanted, own_id), wanted, limit).empty())
        out.push_back(row.key);
    }
  }
  return out;
}

} // namespace

bool takes_time(const core::Schema& schema) {
  return !schema.busy.empty() && !schema.duration_field.empty();
}

std::optional<core::Interval> held_time(Workspace& workspace, const core::Record& appointment,
                                        const core::Schema& schema) {
  const auto wanted = wanted_time(workspace, appointment, schema);
  return wanted ? std::optional(wanted->with_buffers) : std::nullopt;
}

std::vector<Clash> find_clashes(Workspace& workspace, const core::Record& appointment,
                                const core::Schema& schema) {
  std::vector<Clash> out;
  const auto wanted = wanted_time(workspace, appointment, schema);
  if (!wanted) return out;
  for (const auto& claim : claims(appointment, schema)) {
    const int limit = workspace.capacity(claim);
    if (limit == 0) continue;
    const auto first = out.size();
    for (const auto& hold :
         core::obstacles(holds(workspace, claim, wanted->with_buffers, appointment.id.str()),
                         wanted->with_buffers, limit))
      out.push_back({claim.kind, claim.key, hold.record, whose(workspace, hold.record), hold.time});
    std::sort(
        out.begin() + static_cast<std::ptrdiff_t>(first), out.end(), [](const Clash& a, const Clash& b) {
          return std::tie(a.time.from, a.with_name, a.with) < std::tie(b.time.from, b.with_name, b.with);
        });
  }
  return out;
}

ClashReport check_clashes(Workspace& workspace, const core::Record& appointment, const core::Schema& schema) {
  ClashReport report{find_clashes(workspace, appointment, schema), {}, {}};
  const auto wanted = wanted_time(workspace, appointment, schema);
  if (report.clashes.empty() || !wanted) return report;
  // A fortnight on each side is where a receptionist would look for another time.
  constexpr std::chrono::days horizon{14};
  const core::Interval near{std::max(wanted->plain.from - horizon, workspace.now()),
                            wanted->plain.to + horizon};
  const std::string own = appointment.id.str();
  std::vector<core::Want> wants;
  for (const auto& claim : claims(appointment, schema))
    if (const int limit = workspace.capacity(claim); limit != 0)
      wants.push_back({holds(workspace, claim, {near.from - horizon, near.to + horizon}, own), limit});
  const std::string zone =
      appointment.text("zone").empty() ? workspace.settings().zone : appointment.text("zone");
  report.free = core::free_slots({wanted->plain.from, wanted->plain.to - wanted->plain.from,
                                  wanted->plain.from - wanted->with_buffers.from,
                                  wanted->with_buffers.to - wanted->plain.to, near.from, near.to, zone},
                                 wants, workspace.settings().hours, 3);
  report.instead = alternatives(workspace, report, wanted->with_buffers, own);
  return report;
}

core::Map clash_details(const ClashReport& report, const std::string& zone) {
  const auto moment = [&](core::Instant instant) {
    return core::to_text(core::WallTime{core::to_local(instant, zone), {}});
  };
  core::Map out;
  core::List clashes, slots, instead;
  for (const auto& clash : report.clashes) {
    core::Map entry;
    entry.set("kind", clash.kind);
    entry.set("key", clash.key);
    entry.set("appointment", clash.with);
    entry.set("name", clash.with_name);
    entry.set("from", moment(clash.time.from));
    entry.set("to", moment(clash.time.to));
    clashes.emplace_back(std::move(entry));
  }
  for (const auto slot : report.free)
    slots.emplace_back(moment(slot));
  for (const auto& key : report.instead)
    instead.emplace_back(key);
  out.set("clashes", std::move(clashes));
  out.set("slots", std::move(slots));
  out.set("resources", std::move(instead));
  out.set("zone", zone);
  return out;
}

core::Value override_clashes(Workspace& workspace, const core::Record& appointment,
                             const std::string& force) {
  const auto& schema = workspace.schemas().get(appointment.type);
  if (!takes_time(schema)) return {};
  const ClashReport report = check_clashes(workspace, appointment, schema);
  if (report.clashes.empty()) return {};
  if (!force.empty() && schema.find("forced") != nullptr) {
    core::List over;
    for (const auto& clash : report.clashes)
      if (std::find(over.begin(), over.end(), core::Value(clash.with)) == over.end())
        over.emplace_back(clash.with);
    core::Map forced;
    forced.set("reason", force);
    forced.set("over", std::move(over));
    return forced;
  }
  const std::string zone =
      appointment.text("zone").empty() ? workspace.settings().zone : appointment.text("zone");
  std::string message = "that clashes with what is booked already";
  for (const auto& clash : report.clashes)
    message += fmt::format("\n  {} is taken {}  {}  ({})", clash.key, clock_range(clash.time, zone),
                           base::printable(clash.with_name), short_id(workspace, clash.with));
  std::string hint;
  for (const auto slot : report.free)
    hint += (hint.empty() ? "free: " : "\n      ") +
            core::to_words(core::WallTime{core::to_local(slot, zone), {}}, zone);
  if (!report.instead.empty())
    hint += (hint.empty() ? "" : "\n") + ("free at that time: " + base::join(report.instead, ", "));
  hint += std::string(hint.empty() ? "" : "\n") + "or book it all the same with --force \"why\"";
  throw Refusal(base::Kind::Clash, message, hint, clash_details(report, zone));
}

void guard_clashes(Batch& batch, core::Record& appointment, const std::string& force) {
  if (core::Value forced = override_clashes(batch.workspace(), appointment, force); !forced.is_null())
    batch.change(appointment, {{"forced", std::move(forced)}});
}

} // namespace crm::app
