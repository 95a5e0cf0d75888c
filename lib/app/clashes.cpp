#include "app/availability.hpp"
#include "app/booking.hpp"
#include "app/free.hpp"
#include "app/occurrences.hpp"
#include "app/outside_hours.hpp"
#include "app/refusal.hpp"
#include "app/resolve.hpp"
#include "app/series.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <tuple>

namespace crm::app {
namespace {

/// Whether `id` is the appointment itself, or an occurrence of its own series that is no record.
bool is_own(const Workspace& workspace, const std::string& id, const std::string& own_id,
            const Roots& roots) {
  return id == own_id || (workspace.occurrence_of(id) != nullptr &&
                          std::any_of(roots.begin(), roots.end(), [&](const base::Id& root) {
                            return core::day_of_occurrence(id, root).has_value();
                          }));
}

std::vector<core::Hold> holds(Workspace& workspace, const Claim& claim, const core::Interval& within,
                              const std::string& own_id, const Roots& roots = {},
                              const std::vector<Offered>& offered = {}) {
  std::vector<core::Hold> out;
  for (auto& taken : app::taken(workspace, claim.kind, claim.key, within))
    if (!is_own(workspace, taken.id, own_id, roots)) out.push_back({std::move(taken.id), taken.time});
  for (const auto& each : offered)
    if (each.claim == claim && each.hold.record != own_id && each.hold.time.overlaps(within))
      out.push_back(each.hold);
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

bool concerns(const Off& off, const std::vector<Claim>& claims) {
  return off.claim == the_house || std::find(claims.begin(), claims.end(), off.claim) != claims.end();
}

/// What clashes with one in `held`, of something that takes `capacity` at once.
void add_taken(const Claim& claim, const std::vector<core::Hold>& holds, const core::Interval& held,
               int capacity, std::vector<Clash>& out) {
  if (capacity == 1) {
    for (const auto& hold : core::obstacles(holds, held, capacity))
      out.push_back({claim.kind, claim.key, hold.record, {}, hold.time});
    return;
  }
  for (const auto& crowd : core::crowds(holds, held, capacity))
    for (const auto& hold : crowd.holds)
      out.push_back({claim.kind,
                     claim.key,
                     hold.record,
                     {},
                     hold.time,
                     false,
                     capacity,
                     crowd.at_once + 1,
                     crowd.time});
}

bool in_one_crowd(const Clash& a, const Clash& b) {
  return a.capacity > 1 && b.capacity > 1 && a.kind == b.kind && a.key == b.key && a.crowded == b.crowded;
}

std::string named(Workspace& workspace, const Clash& clash, const char* between) {
  return (clash.with_name.empty() ? "" : base::printable(clash.with_name) + between) + "(" +
         short_id(workspace, clash.with) + ")";
}

std::string clash_words(Workspace& workspace, const Clash& clash, const std::string& zone) {
  const std::string key = base::printable(clash.key), with = "  " + named(workspace, clash, "  ");
  if (!clash.off) return key + " is taken " + clock_words(clash.time, zone) + with;
  const std::string what = clash.kind == the_house.kind ? "the house is closed"
                           : clash.kind == "member"     ? key + " is off"
                                                        : key + " is closed";
  return what + " " + off_words(clash.time, zone) + with;
}

} // namespace

std::string whose(Workspace& workspace, const std::string& id) {
  const auto row = row_by_id(workspace, id);
  if (!row) return id;
  const core::Record record = to_record(*row);
  if (!record.text("contact").empty()) return name_of(workspace, "contact", record.text("contact"));
  return row->name;
}

std::vector<std::string> clash_lines(Workspace& workspace, const std::vector<Clash>& clashes,
                                     const std::string& zone) {
  std::vector<std::string> out;
  const Clash* last = nullptr;
  for (const auto& clash : clashes) {
    if (last != nullptr && in_one_crowd(*last, clash)) {
      out.back() += ", " + named(workspace, clash, " ");
    } else if (clash.capacity > 1) {
      out.push_back(fmt::format("{} is over capacity with this one, {} of {}  {}  {}",
                                base::printable(clash.key), clash.at_once, clash.capacity,
                                clock_words(clash.crowded, zone), named(workspace, clash, " ")));
    } else {
      out.push_back(clash_words(workspace, clash, zone));
    }
    last = &clash;
  }
  return out;
}

namespace {

/// Other resources of the kind of each clashing one that are free in `wanted`, but for those in `all`, which
/// the appointment has.
std::vector<std::string> alternatives(Workspace& workspace, const ClashReport& report, const Wanted& time,
                                      const std::vector<Claim>& all, const std::string& own_id,
                                      const std::vector<Offered>& offered) {
  constexpr std::size_t most = 3;
  const core::Interval& wanted = time.with_buffers;
  const auto away = absences(workspace, time.plain);
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
      if (std::find(all.begin(), all.end(), claim) != all.end() || to_record(row).text("kind") != kind ||
          std::find(out.begin(), out.end(), row.key) != out.end() ||
          std::any_of(away.begin(), away.end(), [&](const Off& off) { return concerns(off, {claim}); }))
        continue;
      const int limit = workspace.capacity(claim);
      if (limit == 0 ||
          core::obstacles(holds(workspace, claim, wanted, own_id, {}, offered), wanted, limit).empty())
        out.push_back(row.key);
    }
  }
  return out;
}

/// Others who work then, do what it is, and have nothing else: in the place of one who is taken or away.
std::vector<std::string> stand_ins(Workspace& workspace, const ClashReport& report,
                                   const Availability& availability, const Wanted& time,
                                   const core::Record& appointment, const std::vector<Claim>& all,
                                   const std::vector<Offered>& offered) {
  constexpr std::size_t most = 3;
  std::vector<std::string> out;
  if (std::none_of(report.clashes.begin(), report.clashes.end(),
                   [](const Clash& clash) { return clash.kind == "member"; }))
    return out;
  const auto row = workspace.with_index(
      [&](index::Index& index) { return index.by_key("service", appointment.text("service")); });
  const auto service = row ? std::optional(to_record(*row)) : std::nullopt;
  for (auto& key : members_for(workspace, service ? &*service : nullptr)) {
    const Claim claim{"member", key};
    if (std::find(all.begin(), all.end(), claim) != all.end() ||
        !core::covers(availability.open(claim), time.plain) ||
        !holds(workspace, claim, time.with_buffers, appointment.id.str(), {}, offered).empty())
      continue;
    out.push_back(std::move(key));
    if (out.size() == most) break;
  }
  return out;
}

} // namespace

bool takes_time(const core::Schema& schema) {
  return !schema.busy.empty() && !schema.duration_field.empty();
}

bool wants_more_time(const core::Record& before, const core::Record& after, const core::Schema& schema) {
  if (!takes_time(schema) || frees_time(after, schema)) return false;
  if (frees_time(before, schema)) return true;
  const auto had = claims(before, schema), has = claims(after, schema);
  if (std::any_of(has.begin(), has.end(),
                  [&](const Claim& claim) { return std::find(had.begin(), had.end(), claim) == had.end(); }))
    return true;
  for (const std::string_view field : {std::string_view(schema.time_field), std::string_view("zone"),
                                       std::string_view(schema.duration_field), std::string_view("service"),
                                       std::string_view("rrule"), std::string_view("except")})
    if (!(before.get(field) == after.get(field))) return true;
  return false;
}

std::optional<core::Interval> held_time(Workspace& workspace, const core::Record& appointment,
                                        const core::Schema& schema) {
  const auto wanted = wanted_time(workspace, appointment, schema);
  return wanted ? std::optional(wanted->with_buffers) : std::nullopt;
}

std::vector<Clash> find_clashes(Workspace& workspace, const core::Record& appointment,
                                const core::Schema& schema, const Roots& roots) {
  std::vector<Clash> out;
  const auto wanted = wanted_time(workspace, appointment, schema);
  if (!wanted) return out;
  const auto all = claims(appointment, schema);
  for (const auto& off : absences(workspace, wanted->plain))
    if (concerns(off, all))
      out.push_back({off.claim.kind, off.claim.key, off.id, off.reason, off.time, true});
  for (const auto& claim : all) {
    const int limit = workspace.capacity(claim);
    if (limit == 0) continue;
    const auto first = static_cast<std::ptrdiff_t>(out.size());
    add_taken(claim, holds(workspace, claim, wanted->with_buffers, appointment.id.str(), roots),
              wanted->with_buffers, limit, out);
    for (auto clash = out.begin() + first; clash != out.end(); ++clash)
      clash->with_name = whose(workspace, clash->with);
    std::sort(out.begin() + first, out.end(), [](const Clash& a, const Clash& b) {
      return std::tie(a.crowded.from, a.time.from, a.with_name, a.with) <
             std::tie(b.crowded.from, b.time.from, b.with_name, b.with);
    });
  }
  return out;
}

void recount(std::vector<Clash>& clashes, const core::Interval& held) {
  const auto several = std::stable_partition(clashes.begin(), clashes.end(),
                                             [](const Clash& clash) { return clash.capacity == 1; });
  std::map<std::pair<std::string, std::string>, std::vector<Clash>> by_claim;
  for (auto clash = several; clash != clashes.end(); ++clash)
    by_claim[{clash->kind, clash->key}].push_back(*clash);
  clashes.erase(several, clashes.end());
  for (const auto& [claim, left] : by_claim) {
    std::map<std::string, std::string> names;
    std::vector<core::Hold> holds;
    for (const auto& clash : left)
      if (names.emplace(clash.with, clash.with_name).second) holds.push_back({clash.with, clash.time});
    const auto first = static_cast<std::ptrdiff_t>(clashes.size());
    add_taken({claim.first, claim.second}, holds, held, left.front().capacity, clashes);
    for (auto clash = clashes.begin() + first; clash != clashes.end(); ++clash)
      clash->with_name = names[clash->with];
  }
}

ClashReport check_clashes(Workspace& workspace, const core::Record& appointment, const core::Schema& schema,
                          const std::vector<Offered>& offered) {
  ClashReport report{find_clashes(workspace, appointment, schema), {}, {}, {}};
  const auto wanted = wanted_time(workspace, appointment, schema);
  if (report.clashes.empty() || !wanted) return report;
  // A fortnight on each side is where a receptionist would look for another time.
  constexpr std::chrono::days horizon{14};
  const core::Interval near{std::max(wanted->plain.from - horizon, workspace.now()),
                            wanted->plain.to + horizon};
  const std::string own = appointment.id.str();
  const Availability availability(workspace, {near.from - std::chrono::days{1}, near.to + horizon});
  const auto all = claims(appointment, schema);
  std::vector<core::Want> wants;
  core::Spans open = availability.open(all.empty() ? the_house : all.front());
  for (const auto& claim : all) {
    open = core::common(open, availability.open(claim));
    if (const int limit = workspace.capacity(claim); limit != 0)
      wants.push_back(
          {holds(workspace, claim, {near.from - horizon, near.to + horizon}, own, {}, offered), limit});
  }
  const std::string zone =
      appointment.text("zone").empty() ? workspace.settings().zone : appointment.text("zone");
  report.free = core::free_slots({wanted->plain.from, wanted->plain.to - wanted->plain.from,
                                  wanted->plain.from - wanted->with_buffers.from,
                                  wanted->with_buffers.to - wanted->plain.to, near.from, near.to, zone},
                                 wants, open, 3);
  report.instead = alternatives(workspace, report, *wanted, all, own, offered);
  report.members = stand_ins(workspace, report, availability, *wanted, appointment, all, offered);
  return report;
}

void offer(Workspace& workspace, const ClashReport& report, const core::Record& appointment,
           const core::Schema& schema, std::vector<Offered>& offered) {
  const auto wanted = wanted_time(workspace, appointment, schema);
  if (!wanted) return;
  const auto add = [&](const Claim& claim, const core::Interval& time) {
    offered.push_back({claim, {appointment.id.str(), time}});
  };
  if (!report.free.empty()) {
    const auto later = report.free.front() - wanted->plain.from;
    for (const auto& claim : claims(appointment, schema))
      add(claim, {wanted->with_buffers.from + later, wanted->with_buffers.to + later});
  }
  if (const auto instead = resources_instead(report, appointment, schema); !instead.empty())
    add({"resource", report.instead.front()}, wanted->with_buffers);
  if (const auto member = member_instead(report); !member.empty())
    add({"member", member}, wanted->with_buffers);
}

std::string member_instead(const ClashReport& report) {
  for (const auto& clash : report.clashes)
    if (clash.kind != "member" || clash.key != report.clashes.front().key) return {};
  return report.members.empty() ? "" : report.members.front();
}

std::vector<std::string> resources_instead(const ClashReport& report, const core::Record& appointment,
                                           const core::Schema& schema) {
  if (report.instead.empty()) return {};
  const Claim taken{report.clashes.front().kind, report.clashes.front().key};
  for (const auto& clash : report.clashes)
    if (Claim{clash.kind, clash.key} != taken) return {};
  std::vector<std::string> out;
  for (const auto& claim : claims(appointment, schema))
    if (claim.kind == "resource") out.push_back(claim == taken ? report.instead.front() : claim.key);
  return out;
}

core::Map clash_details(const ClashReport& report, const std::string& zone) {
  const auto moment = [&](core::Instant instant) { return core::to_text(core::to_wall(instant, zone)); };
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
    if (clash.capacity > 1) {
      core::Map over;
      over.set("capacity", clash.capacity);
      over.set("at_once", clash.at_once);
      over.set("from", moment(clash.crowded.from));
      over.set("to", moment(clash.crowded.to));
      entry.set("over_capacity", std::move(over));
    }
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

core::Value forced_over(const ClashReport& report, const std::string& reason) {
  constexpr std::size_t most = 100; // that the schema allows
  core::List over;
  for (const auto& clash : report.clashes)
    if (over.size() < most && std::find(over.begin(), over.end(), core::Value(clash.with)) == over.end())
      over.emplace_back(clash.with);
  core::Map forced;
  forced.set("reason", reason);
  forced.set("over", std::move(over));
  return forced;
}

core::Value override_clashes(Workspace& workspace, const core::Record& appointment, const std::string& force,
                             const Roots& besides) {
  const auto& schema = workspace.schemas().get(appointment.type);
  if (!takes_time(schema)) return {};
  if (core::read_series(appointment, schema)) {
    warn_outside_hours(workspace, appointment, schema);
    return override_series_clashes(workspace, appointment, force, besides);
  }
  const ClashReport report = check_clashes(workspace, appointment, schema);
  if (report.clashes.empty() || !force.empty()) warn_outside_hours(workspace, appointment, schema);
  if (report.clashes.empty()) return {};
  if (!force.empty() && schema.find("forced") != nullptr) return forced_over(report, force);
  const std::string zone =
      appointment.text("zone").empty() ? workspace.settings().zone : appointment.text("zone");
  std::string message = "that clashes with what is booked already";
  for (const auto& line : clash_lines(workspace, report.clashes, zone))
    message += "\n  " + line;
  std::string hint;
  for (const auto slot : report.free)
    hint += (hint.empty() ? "free: " : "\n      ") + core::to_words(core::to_wall(slot, zone), zone);
  if (!report.instead.empty())
    hint += (hint.empty() ? "" : "\n") + ("free at that time: " + base::join(report.instead, ", "));
  hint += std::string(hint.empty() ? "" : "\n") + "or book it all the same with --force \"why\"";
  throw Refusal(base::Kind::Clash, message, hint, clash_details(report, zone));
}

void guard_clashes(Batch& batch, core::Record& appointment, const std::string& force, const Roots& besides) {
  if (core::Value forced = override_clashes(batch.workspace(), appointment, force, besides);
      !forced.is_null())
    batch.change(appointment, {{"forced", std::move(forced)}});
}

} // namespace crm::app
