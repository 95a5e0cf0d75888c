#include "app/views.hpp"

#include "app/occurrences.hpp"
#include "app/query.hpp"
#include "app/resolve.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>

namespace crm::app {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::vector<core::Record> records(Workspace& workspace, const index::Query& query) {
  std::vector<core::Record> out;
  for (const auto& row : workspace.with_index([&](index::Index& index) { return index.list(query); }))
    out.push_back(to_record(row));
  return out;
}

/// The newest first, as they come; in the place of series, what they had and have around now.
std::vector<index::Row> with_occurrences(Workspace& workspace, const core::Schema& schema,
                                         std::vector<index::Row> found) {
  if (!core::may_recur(schema)) return found;
  std::vector<index::Row> out;
  for (auto& row : found) {
    if (row.deleted || !core::is_series(to_record(row))) {
      out.push_back(std::move(row));
      continue;
    }
    const core::Interval around{workspace.now() - looked_ahead, workspace.now() + looked_ahead};
    for (auto& each : rows_of_series(workspace, row, around, 200))
      out.push_back(std::move(each));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const index::Row& a, const index::Row& b) { return a.from > b.from; });
  return out;
}

std::vector<std::string> types_about_contacts(const Workspace& workspace) {
  auto out = workspace.schemas().types();
  std::erase_if(out, [&](const std::string& type) {
    const auto& fields = workspace.schemas().get(type).fields;
    return std::none_of(fields.begin(), fields.end(), [](const core::Field& field) {
      return field.ref && (field.ref->types.empty() || contains(field.ref->types, "contact"));
    });
  });
  return out;
}

/// Those that are nearest to `now`, in the order of `rows`: of a series what comes next, and what was last.
std::vector<const index::Row*> nearest(const std::vector<index::Row>& rows, std::int64_t now,
                                       std::size_t most) {
  std::vector<const index::Row*> out;
  for (const auto& row : rows)
    if (!row.deleted) out.push_back(&row);
  if (out.size() <= most) return out;
  const auto distance = [now](const index::Row* row) {
    return row->from ? std::abs(*row->from - now) : std::numeric_limits<std::int64_t>::max();
  };
  std::stable_sort(out.begin(), out.end(),
                   [&](const index::Row* a, const index::Row* b) { return distance(a) < distance(b); });
  out.resize(most);
  std::sort(out.begin(), out.end()); // they stand in one vector
  return out;
}

/// As many as a list of them has.
std::size_t count_listed(Workspace& workspace, const core::Schema& schema, const index::Query& query) {
  if (!core::may_recur(schema))
    return static_cast<std::size_t>(
        workspace.with_index([&](index::Index& index) { return index.count(query); }));
  std::size_t count = 0;
  each_row(workspace, query, [&](const index::Row&) { return ++count > 0; });
  return count;
}

} // namespace

Story story(Workspace& workspace, const Found& contact, std::size_t most) {
  constexpr std::size_t looked_at = 200;
  Story out{contact, "", {}, {}, {}, {}, {}, {}, {}};
  if (const auto& owner = contact.record.text("owner"); !owner.empty())
    out.owner = name_of(workspace, "member", owner);
  const std::string id = contact.record.id.str();
  const auto now = workspace.now().time_since_epoch().count();
  for (const auto& type : types_about_contacts(workspace)) {
    const auto& schema = workspace.schemas().get(type);
    const auto rows = with_occurrences(workspace, schema, workspace.with_index([&](index::Index& index) {
      return index.referring(id, type, looked_at);
    }));
    std::vector<core::Record> open, rest;
    for (const auto& row : rows) {
      if (row.deleted) continue;
      core::Record record = to_record(row);
      // Newest first: the last one that is still to come is the next.
      if (type == "appointment" && row.from && *row.from >= now && !frees_time(record, schema))
        out.next = record;
      (schema.states && schema.is_open(row.state) ? open : rest).push_back(std::move(record));
    }
    const auto take = [&](std::vector<core::Record>& from, std::vector<core::Record>& into) {
      for (auto& record : from)
        if (into.size() < most) into.push_back(std::move(record));
    };
    if (type == "appointment") {
      for (const auto* row : nearest(rows, now, most))
        out.appointments.push_back(to_record(*row));
    } else if (type == "task") {
      std::reverse(open.begin(), open.end());
      take(open, out.tasks);
    } else if (type == "deal") {
      take(open, out.deals);
      take(rest, out.deals);
    } else if (type == "case") {
      take(open, out.cases);
    } else if (type == "note") {
      take(rest, out.notes);
    } else {
      take(open, out.others);
      take(rest, out.others);
    }
  }
  return out;
}

std::vector<LeftOut> left_out(Workspace& workspace, const Story& story) {
  std::map<std::string, std::size_t> shown;
  for (const auto* records :
       {&story.appointments, &story.tasks, &story.deals, &story.cases, &story.notes, &story.others})
    for (const auto& record : *records)
      ++shown[record.type];
  if (story.next && std::none_of(story.appointments.begin(), story.appointments.end(),
                                 [&](const core::Record& each) { return each.id == story.next->id; }))
    ++shown[story.next->type];
  const std::string id = story.contact.record.id.str();
  std::vector<LeftOut> out;
  for (const auto& type : types_about_contacts(workspace)) {
    const auto& schema = workspace.schemas().get(type);
    const bool only_open = schema.states && (type == "task" || type == "case");
    const index::Query query{.type = type,
                             .states =
                                 only_open ? open_states(workspace, schema) : std::vector<std::string>{},
                             .target = id,
                             .order = index::Order::Id};
    const std::size_t all = count_listed(workspace, schema, query);
    if (all <= shown[type]) continue;
    const bool whole = !only_open && (schema.states || takes_time(schema));
    out.push_back({type, all - shown[type],
                   "crm list " + type + " --about " + short_id(workspace, id) + (whole ? " --all" : "")});
  }
  return out;
}

std::string currency_of(const Workspace& workspace, const std::string& own) {
  return own.empty() ? workspace.settings().currency : own;
}

std::vector<Stage> board(Workspace& workspace, const std::string& type, const std::string& number_field,
                         std::size_t most) {
  const auto& schema = workspace.schemas().get(type);
  std::vector<Stage> out;
  if (!schema.states) return out;
  for (const auto& state : schema.states->rank)
    out.push_back({state, 0, {}, {}});
  for (auto& state : other_states(workspace, schema))
    out.push_back({std::move(state), 0, {}, {}});
  std::map<std::string, std::map<std::string, double>> sums; // by state, then currency
  for (const auto& sum :
       workspace.with_index([&](index::Index& index) { return index.sums(type, number_field); })) {
    const auto stage =
        std::find_if(out.begin(), out.end(), [&](const Stage& s) { return s.state == sum.group; });
    if (stage == out.end()) continue;
    stage->count += sum.count;
    if (sum.sum != 0) sums[stage->state][currency_of(workspace, sum.unit)] += sum.sum;
  }
  for (auto& stage : out)
    stage.sums.assign(sums[stage.state].begin(), sums[stage.state].end());
  for (auto& stage : out) {
    if (stage.count == 0 || most == 0) continue;
    stage.records = records(workspace, {.type = type, .states = {stage.state}, .order = index::Order::Time});
    std::stable_sort(stage.records.begin(), stage.records.end(),
                     [&](const core::Record& a, const core::Record& b) {
                       return a.get(number_field).number_or(0) > b.get(number_field).number_or(0);
                     });
    if (stage.records.size() > most)
      stage.records.erase(stage.records.begin() + static_cast<std::ptrdiff_t>(most), stage.records.end());
  }
  return out;
}

} // namespace crm::app
