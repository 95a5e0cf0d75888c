#include "app/occurrences.hpp"
#include "app/query.hpp"
#include "app/resolve.hpp"
#include "app/views.hpp"
#include "base/text.hpp"
#include "core/merge.hpp"
#include "core/slots.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace crm::app {
namespace {

bool among(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::vector<std::string> claimed(const std::vector<Claim>& all, std::string_view kind) {
  std::vector<std::string> out;
  for (const auto& claim : all)
    if (claim.kind == kind) out.push_back(claim.key);
  return out;
}

std::vector<index::Row> asked(Workspace& workspace, const index::Query& query) {
  return rows(workspace, query);
}

/// Keys of the resources that are at a place.
std::vector<std::string> resources_at(Workspace& workspace, const std::string& place) {
  constexpr std::size_t most = 2000;
  std::vector<std::string> out;
  for (const auto& row : asked(workspace, {.type = "resource", .limit = most}))
    if (base::fold(to_record(row).text("location")).find(place) != std::string::npos) out.push_back(row.key);
  return out;
}

/// What a request leaves of all appointments.
class Selection {
 public:
  Selection(Workspace& workspace, const DayRequest& request)
      : m_request(request), m_place(base::fold(request.location)) {
    if (!m_place.empty()) m_there = resources_at(workspace, m_place);
    if (!m_place.empty() && m_there.empty())
      workspace.warn("no resource has a location like \"" + base::printable(request.location) + "\"");
  }

  bool takes(const DayEntry& entry) const {
    if (!m_request.member.empty() && !among(entry.who, m_request.member)) return false;
    if (!m_request.resource.empty() && !among(entry.where, m_request.resource)) return false;
    return m_place.empty() || base::fold(entry.record.text("location")).find(m_place) != std::string::npos ||
           std::any_of(entry.where.begin(), entry.where.end(),
                       [&](const std::string& key) { return among(m_there, key); });
  }
  /// Whether somebody without an appointment is looked for as well.
  bool takes(const Claim& claim) const {
    if (!m_request.member.empty() && claim != Claim{"member", m_request.member}) return false;
    if (!m_request.resource.empty() && claim != Claim{"resource", m_request.resource}) return false;
    return m_place.empty() || (claim.kind == "resource" && among(m_there, claim.key));
  }
  /// Somebody or something was asked for by name: the free time of the others is nobody's question.
  bool names_any() const { return !m_request.member.empty() || !m_request.resource.empty(); }
  bool names(const Claim& claim) const {
    return !claim.key.empty() &&
           claim.key == (claim.kind == "member" ? m_request.member : m_request.resource);
  }
  std::vector<Claim> named() const {
    std::vector<Claim> out;
    if (!m_request.member.empty()) out.push_back({"member", m_request.member});
    if (!m_request.resource.empty()) out.push_back({"resource", m_request.resource});
    return out;
  }

 private:
  const DayRequest& m_request;
  std::string m_place;
  std::vector<std::string> m_there;
};

DayEntry entry_of(Workspace& workspace, core::Record record, const core::Schema& schema,
                  const core::Interval& time) {
  const auto all = claims(record, schema);
  DayEntry entry{std::move(record),        "", time, {}, "",    claimed(all, "member"),
                 claimed(all, "resource"), {}, {},   {}, false, true};
  entry.held = held_time(workspace, entry.record, schema);
  entry.contact = entry.record.text("contact").empty()
                      ? entry.record.text("title")
                      : name_of(workspace, "contact", entry.record.text("contact"));
  if (schema.states) entry.state = entry.record.text(schema.states->field);
  entry.open = !schema.states || schema.is_open(entry.state);
  for (auto& conflict : core::conflicts(entry.record, schema))
    entry.undecided.push_back(std::move(conflict.unit));
  return entry;
}

void find_trouble(Workspace& workspace, const Availability& availability, const core::Schema& schema,
                  DayEntry& entry) {
  if (!entry.held) return;
  entry.in_the_way = find_clashes(workspace, entry.record, schema);
  for (const auto& clash : entry.in_the_way)
    if (!among(entry.clashes, clash.with)) entry.clashes.push_back(clash.with);
  entry.outside_hours = !outside_hours(availability, claims(entry.record, schema), entry.time).empty();
}

/// What takes each of those that are asked about, whatever is shown of it. Asks the index once for each.
class Holds {
 public:
  Holds(Workspace& workspace, const core::Interval& range) : m_workspace(workspace), m_range(range) {}

  /// When there is no room for one more.
  core::Spans taken(const Claim& claim, const core::Interval& within) {
    return core::common(of(claim).full, {within});
  }
  std::vector<core::Hold> during(const Claim& claim, const core::Interval& within) {
    std::vector<core::Hold> out;
    for (const auto& hold : of(claim).all)
      if (hold.time.overlaps(within)) out.push_back(hold);
    return out;
  }

 private:
  struct Known {
    std::vector<core::Hold> all;
    core::Spans full;
  };
  const Known& of(const Claim& claim) {
    const auto [known, fresh] = m_known.try_emplace({claim.kind, claim.key});
    if (!fresh) return known->second;
    for (auto& taken : app::taken(m_workspace, claim.kind, claim.key, m_range))
      known->second.all.push_back({std::move(taken.id), taken.time});
    known->second.full = core::full(known->second.all, m_workspace.capacity(claim));
    return known->second;
  }

  Workspace& m_workspace;
  core::Interval m_range;
  std::map<std::pair<std::string, std::string>, Known> m_known;
};

/// By whom and what the day's entries take; kind and key.
using Shown = std::map<std::pair<std::string, std::string>, std::vector<core::Interval>>;

Shown shown_of(const Day& day) {
  Shown out;
  for (const auto& entry : day.entries) {
    const auto add = [&](const char* kind, const std::string& key) {
      auto& times = out[{kind, key}];
      if (entry.held) times.push_back(*entry.held);
    };
    for (const auto& key : entry.who)
      add("member", key);
    for (const auto& key : entry.where)
      add("resource", key);
  }
  return out;
}

std::vector<Part> parts_of(const Day& day, const Availability& availability, const Selection& selection,
                           const Shown& shown, Holds& holds) {
  std::set<std::pair<std::string, std::string>> whose; // "member" sorts before "resource"
  for (const auto& [claim, times] : shown)
    whose.insert(claim);
  const auto consider = [&](const Claim& claim) {
    if (claim != the_house && selection.takes(claim)) whose.emplace(claim.kind, claim.key);
  };
  for (const auto& claim : availability.known())
    if (!core::common(availability.hours(claim), {day.time}).empty()) consider(claim);
  for (const auto& off : availability.all_off())
    if (off.time.overlaps(day.time)) consider(off.claim);
  for (const auto& claim : selection.named())
    if (!holds.during(claim, day.time).empty()) whose.emplace(claim.kind, claim.key);
  std::vector<Part> out;
  for (const auto& [kind, key] : whose) {
    const Claim claim{kind, key};
    Part part{
        claim, core::common(availability.hours(claim), {day.time}), {}, holds.taken(claim, day.time), {}};
    for (auto& off : availability.off(claim))
      if (off.time.overlaps(day.time)) part.off.push_back(std::move(off));
    const auto own = shown.find({kind, key});
    part.elsewhere = own == shown.end() ? part.taken : core::without(part.taken, core::to_spans(own->second));
    out.push_back(std::move(part));
  }
  return out;
}

/// Of those who have something that day.
void add_gaps(Day& day, const Availability& availability, const Selection& selection, const Shown& shown,
              Holds& holds) {
  constexpr std::chrono::minutes worth_showing{15};
  const auto is_asked_for = [&](const Claim& claim) {
    if (selection.names_any()) return selection.names(claim);
    const auto own = shown.find({claim.kind, claim.key});
    return own != shown.end() && !own->second.empty();
  };
  for (const auto& part : day.parts) {
    if (!is_asked_for(part.claim) || holds.during(part.claim, day.time).empty()) continue;
    const auto open = core::common(availability.open(part.claim), {day.time});
    for (const auto& gap : core::without(open, part.taken))
      if (gap.to - gap.from >= worth_showing) day.gaps.push_back({part.claim, gap});
    for (const auto& time : part.elsewhere)
      day.elsewhere.push_back({part.claim, time});
  }
  for (auto* gaps : {&day.gaps, &day.elsewhere})
    std::stable_sort(gaps->begin(), gaps->end(),
                     [](const Gap& a, const Gap& b) { return a.claim.key < b.claim.key; });
}

const DayEntry* entry_with(const Day& day, const std::string& id) {
  const auto entry = std::find_if(day.entries.begin(), day.entries.end(),
                                  [&](const DayEntry& each) { return each.record.id.str() == id; });
  return entry == day.entries.end() ? nullptr : &*entry;
}

bool is_forced(const DayEntry* entry) {
  return entry != nullptr && !entry->record.get("forced").is_null();
}

void add_pairs(Day& day, const DayEntry& entry) {
  for (const auto& clash : entry.in_the_way) {
    const DayEntry* other = entry_with(day, clash.with);
    if (clash.capacity > 1 || (other != nullptr && other < &entry)) continue;
    const core::Interval& own =
        clash.off ? entry.time : *entry.held; // time off has nothing to do with buffers
    day.clashes.push_back({{clash.kind, clash.key},
                           {std::max(own.from, clash.time.from), std::min(own.to, clash.time.to)},
                           {{entry.record.id.str(), entry.contact}, {clash.with, clash.with_name}},
                           1,
                           2,
                           clash.off,
                           is_forced(&entry) || is_forced(other)});
  }
}

void add_crowds(Workspace& workspace, Day& day, const Part& part, Holds& holds) {
  const int capacity = workspace.capacity(part.claim);
  if (capacity <= 1) return;
  for (const auto& crowd : core::crowds(holds.during(part.claim, day.time), day.time, capacity + 1)) {
    DayClash clash{part.claim, crowd.time, {}, capacity, crowd.at_once, false, false};
    bool shown = false;
    for (const auto& hold : crowd.holds) {
      const DayEntry* entry = entry_with(day, hold.record);
      shown = shown || entry != nullptr;
      clash.forced = clash.forced || is_forced(entry);
      clash.parties.push_back({hold.record, entry ? entry->contact : whose(workspace, hold.record)});
    }
    if (shown) day.clashes.push_back(std::move(clash));
  }
}

void add_clashes(Workspace& workspace, Day& day, Holds& holds) {
  for (const auto& entry : day.entries)
    add_pairs(day, entry);
  for (const auto& part : day.parts)
    add_crowds(workspace, day, part, holds);
  std::stable_sort(day.clashes.begin(), day.clashes.end(),
                   [](const DayClash& a, const DayClash& b) { return a.time.from < b.time.from; });
}

std::vector<core::Record> due_tasks(Workspace& workspace, const DayRequest& request, std::int64_t from,
                                    std::int64_t to) {
  std::vector<core::Record> out;
  if (!workspace.schemas().has("task")) return out;
  const auto& schema = workspace.schemas().get("task");
  if (!schema.states) return out;
  for (const auto& row : asked(workspace, {.type = "task",
                                          .states = open_states(workspace, schema),
                                          .from = from,
                                          .to = to,
                                          .target = request.member,
                                          .order = index::Order::Time})) {
    core::Record task = to_record(row);
    if (request.member.empty() || task.text("assignee") == request.member) out.push_back(std::move(task));
  }
  return out;
}

} // namespace

core::LocalDate week_of(const Workspace& workspace, core::LocalDate date) {
  return date - (std::chrono::weekday{date} - workspace.settings().week_start);
}

Day day(Workspace& workspace, const DayRequest& request) {
  return std::move(days(workspace, request, 1).front());
}

std::vector<Day> days(Workspace& workspace, const DayRequest& request, int count) {
  const auto& schema = workspace.schemas().get("appointment");
  const std::string& zone = workspace.settings().zone;
  const auto midnight = [&](core::LocalDate date) {
    return core::to_instant({core::LocalTime{date}, {}}, zone);
  };
  const auto seconds = [](core::Instant at) { return at.time_since_epoch().count(); };
  const core::Interval range{midnight(request.date), midnight(request.date + std::chrono::days{count})};
  const Selection selection(workspace, request);
  // What is booked around midnight belongs to hours of the day before or after.
  constexpr std::chrono::days around{1};
  const Availability availability(workspace, {range.from - around, range.to + around});

  std::vector<DayEntry> entries;
  for (const auto& row : asked(workspace, {.type = schema.type,
                                          .from = seconds(range.from),
                                          .to = seconds(range.to),
                                          .order = index::Order::Time})) {
    core::Record record = to_record(row);
    const auto time = stretch(record, schema, zone);
    if (!time) continue;
    DayEntry entry = entry_of(workspace, std::move(record), schema, *time);
    if (!selection.takes(entry)) continue;
    find_trouble(workspace, availability, schema, entry);
    entries.push_back(std::move(entry));
  }

  // Of one time by name: ids are random, and tell nobody anything.
  std::stable_sort(entries.begin(), entries.end(), [](const DayEntry& a, const DayEntry& b) {
    return std::tie(a.time.from, a.contact, a.who, a.where) <
           std::tie(b.time.from, b.contact, b.who, b.where);
  });
  Holds holds(workspace, range);
  std::vector<Day> out;
  for (int i = 0; i < count; ++i) {
    Day each;
    each.date = request.date + std::chrono::days{i};
    each.zone = zone;
    each.time = {midnight(each.date), midnight(each.date + std::chrono::days{1})};
    each.length = each.time.to - each.time.from;
    for (const auto& entry : entries)
      if (entry.time.overlaps(each.time)) each.entries.push_back(entry);
    each.open = core::common(availability.open(the_house), {each.time});
    const auto shown = shown_of(each);
    each.parts = parts_of(each, availability, selection, shown, holds);
    add_gaps(each, availability, selection, shown, holds);
    add_clashes(workspace, each, holds);
    for (const auto& off : availability.all_off())
      if (off.time.overlaps(each.time) && (off.claim == the_house || selection.takes(off.claim)))
        each.off.push_back(off);
    each.tasks = due_tasks(workspace, request, i == 0 ? 0 : seconds(each.time.from), seconds(each.time.to));
    each.tasks_command = "crm task list \"due:" + std::string(i == 0 ? "<=" : "") + core::to_text(each.date) +
                         "\"" + (request.member.empty() ? "" : " assignee:" + request.member);
    out.push_back(std::move(each));
  }
  return out;
}

} // namespace crm::app
