#include "app/occurrences.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

namespace crm::app {
namespace {

constexpr std::size_t most_of_one_series = 5000; ///< in one answer

/// By the row's text, which is parsed only when it may be one. A key cannot be part of a text: its quotes
/// would be escaped.
bool is_series_row(const index::Row& row, const core::Schema& schema) {
  return row.data.find(R"("rrule":")") != std::string::npos &&
         core::read_series(to_record(row), schema).has_value();
}

std::int64_t count_of(core::Instant at) {
  return at.time_since_epoch().count();
}

std::string zone_of_series(Workspace& workspace, const core::Record& series) {
  const std::string& zone = series.text("zone");
  return !zone.empty() && core::is_zone(zone) ? zone : workspace.settings().zone;
}

index::Row row_of(Workspace& workspace, const core::Record& record, const core::Schema& schema,
                  const core::Interval& time) {
  index::Row row;
  row.id = record.id.str();
  row.type = record.type;
  row.path = workspace.record_path(record.type, row.id);
  row.name = core::display_name(record, schema);
  if (schema.states) row.state = record.text(schema.states->field);
  row.from = count_of(time.from);
  row.to = count_of(time.to);
  core::Map data;
  data.set("fields", record.fields);
  data.set("crm", record.crm);
  row.data = codec::to_json(data);
  return row;
}

} // namespace

/// What is computed with of a series, read once for each command.
struct SeriesRead {
  std::string id;
  core::Record record;
  core::Series series;
  core::Duration length;
  std::string zone;
  base::Id root;
  Buffers around;
};

namespace {

using ReadSeries = std::shared_ptr<const SeriesRead>;

ReadSeries read_row(Workspace& workspace, const index::Row& row) {
  auto& known = workspace.series_read();
  if (const auto at = known.find(row.id); at != known.end()) return at->second;
  core::Record record = to_record(row);
  const auto& schema = workspace.schemas().get(row.type);
  auto series = core::read_series(record, schema);
  const auto length = core::parse_duration(record.text(schema.duration_field));
  if (!series || !length) return known[row.id] = nullptr;
  const std::string zone = zone_of_series(workspace, record);
  const base::Id root = core::root_of(record);
  const Buffers around = buffers_of(record, schema, workspace.project_context());
  return known[row.id] = std::make_shared<const SeriesRead>(
             SeriesRead{row.id, std::move(record), std::move(*series), *length, zone, root, around});
}

ReadSeries read_by_id(Workspace& workspace, const std::string& id) {
  auto& known = workspace.series_read();
  if (const auto at = known.find(id); at != known.end()) return at->second;
  const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(id); });
  return row ? read_row(workspace, *row) : nullptr;
}

/// An occurrence that is no record.
struct Computed {
  ReadSeries of;
  core::LocalDate day;
  core::Interval time;
};

/// By id. Occurrences that several series of one root claim (it was split on two devices) are of the one that
/// begins last.
using Gathered = std::map<std::string, Computed>;

void expand(Workspace& workspace, const ReadSeries& read, const core::Interval& time, std::size_t most,
            Gathered& out) {
  if (!read || time.to <= time.from) return;
  const auto day_of = [&](core::Instant at) {
    return std::chrono::floor<std::chrono::days>(core::to_local(at, read->zone));
  };
  const auto lasts = read->length.days + std::chrono::ceil<std::chrono::days>(read->length.time);
  for (const auto day :
       read->series.days(day_of(time.from) - lasts - std::chrono::days{1}, day_of(time.to), most + 2)) {
    const auto taken =
        core::interval(core::on_day(read->series.start, day, read->zone), read->zone, read->length);
    if (!taken.overlaps(time)) continue;
    const auto id = core::occurrence_id(read->root, day);
    if (workspace.with_index([&](index::Index& index) { return index.by_id(id.str()).has_value(); }))
      continue;
    const auto [at, fresh] = out.try_emplace(id.str(), Computed{read, day, taken});
    const auto begins = [](const SeriesRead& each) { return std::pair(each.series.first, each.id); };
    if (!fresh && begins(*at->second.of) < begins(*read)) at->second = {read, day, taken};
    workspace.met_occurrence(id, {at->second.of->id, day});
  }
}

std::vector<index::Row> to_rows(Workspace& workspace, const Gathered& gathered) {
  std::vector<index::Row> out;
  for (const auto& [id, each] : gathered) {
    const auto& schema = workspace.schemas().get(each.of->record.type);
    out.push_back(row_of(workspace, core::occurrence(each.of->record, schema, each.day), schema, each.time));
  }
  return out;
}

bool refers_to(const core::Record& record, const core::Schema& schema, const std::string& target) {
  const auto names = [&](const core::Value& value) {
    if (const auto* list = value.if_list())
      return std::any_of(list->begin(), list->end(),
                         [&](const core::Value& each) { return each.string_or_empty() == target; });
    return value.string_or_empty() == target;
  };
  return std::any_of(schema.fields.begin(), schema.fields.end(),
                     [&](const core::Field& field) { return field.ref && names(record.get(field.name)); });
}

void sort_rows(std::vector<index::Row>& rows, index::Order order) {
  const auto by_time = [](const index::Row& a, const index::Row& b) {
    return std::tie(*a.from, a.id) < std::tie(*b.from, b.id);
  };
  std::stable_sort(rows.begin(), rows.end(), [&](const index::Row& a, const index::Row& b) {
    switch (order) {
    case index::Order::Time:
    case index::Order::TimeDescending:
      if (a.from.has_value() != b.from.has_value()) return a.from.has_value();
      if (!a.from) return a.id < b.id;
      return order == index::Order::Time ? by_time(a, b) : by_time(b, a);
    case index::Order::Name:
      return std::pair(base::fold(a.name), a.id) < std::pair(base::fold(b.name), b.id);
    case index::Order::Id:
      break;
    }
    return a.id < b.id;
  });
}

std::vector<index::Row> series_meant(Workspace& workspace, const index::Query& query) {
  if (query.type.empty() || query.deleted || !workspace.schemas().has(query.type) ||
      !core::may_recur(workspace.schemas().get(query.type)))
    return {};
  index::Query of_series = query;
  of_series.limit = 0;
  of_series.target = series_mark;
  of_series.order = index::Order::Id;
  return workspace.with_index([&](index::Index& index) { return index.list(of_series); });
}

} // namespace

std::vector<index::Row> rows(Workspace& workspace, const index::Query& query, std::chrono::days ahead) {
  std::vector<index::Row> out;
  each_row(
      workspace, query,
      [&](const index::Row& row) {
        out.push_back(row);
        return true;
      },
      ahead);
  return out;
}

void each_row(Workspace& workspace, const index::Query& query,
              const std::function<bool(const index::Row&)>& visit, std::chrono::days ahead) {
  const auto series = series_meant(workspace, query);
  if (series.empty()) {
    // Where the index turns out to be damaged it is asked again from the beginning, and has the same rows.
    std::size_t visited = 0;
    return workspace.with_index([&](index::Index& index) {
      std::size_t at = 0;
      index.each(query, [&](const index::Row& row) {
        if (at++ < visited) return true;
        const bool more = visit(row); // which may find the row itself damaged
        ++visited;
        return more;
      });
    });
  }
  const auto& schema = workspace.schemas().get(query.type);
  index::Query plain = query;
  plain.limit = 0; // it would count the series
  std::vector<index::Row> out;
  workspace.with_index([&](index::Index& index) {
    out.clear();
    index.each(plain, [&](const index::Row& row) {
      if (!is_series_row(row, schema)) out.push_back(row);
      return query.limit == 0 || out.size() < query.limit;
    });
  });
  Gathered gathered;
  for (const auto& row : series) {
    const ReadSeries read = read_row(workspace, row);
    if (!read || (!query.target.empty() && !refers_to(read->record, schema, query.target))) continue;
    const core::Instant from{std::chrono::seconds{query.from ? *query.from : row.from.value_or(0)}};
    const core::Instant to =
        query.to ? core::Instant{std::chrono::seconds{*query.to}} : std::max(from, workspace.now()) + ahead;
    expand(workspace, read, {from, to}, most_of_one_series, gathered);
  }
  for (auto& row : to_rows(workspace, gathered))
    out.push_back(std::move(row));
  sort_rows(out, query.order);
  if (query.limit != 0 && out.size() > query.limit) out.resize(query.limit);
  for (const auto& row : out)
    if (!visit(row)) return;
}

std::vector<index::Row> rows_of_series(Workspace& workspace, const index::Row& series,
                                       const core::Interval& time, std::size_t most) {
  Gathered gathered;
  expand(workspace, read_row(workspace, series), time, most, gathered);
  auto out = to_rows(workspace, gathered);
  sort_rows(out, index::Order::Time);
  if (out.size() > most) out.resize(most);
  return out;
}

std::vector<index::Taken> taken(Workspace& workspace, const std::string& kind, const std::string& key,
                                const core::Interval& time) {
  std::vector<index::Taken> out, series;
  workspace.with_index([&](index::Index& index) {
    out = index.taken(kind, key, time);
    series = index.taken(series_kind(kind), key, time);
  });
  if (series.empty()) return out;
  Gathered gathered;
  for (const auto& each : series)
    if (const auto read = read_by_id(workspace, each.id))
      expand(workspace, read, {time.from - read->around.after, time.to + read->around.before},
             most_of_one_series, gathered);
  for (const auto& [id, each] : gathered) {
    const core::Interval held{each.time.from - each.of->around.before, each.time.to + each.of->around.after};
    if (held.overlaps(time)) out.push_back({id, kind, key, held});
  }
  std::stable_sort(out.begin(), out.end(), [](const index::Taken& a, const index::Taken& b) {
    return std::tie(a.time.from, a.id) < std::tie(b.time.from, b.id);
  });
  return out;
}

core::Record derived_occurrence(Workspace& workspace, const Workspace::OccurrenceOf& of) {
  const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(of.series); });
  if (!row || row->deleted) throw base::Error(base::Kind::NotFound, "the series " + of.series + " is gone");
  // It may become a record with the series' provenance, and then must be the same on every device.
  return core::occurrence(to_stored_record(*row), workspace.schemas().get(row->type), of.day);
}

std::optional<index::Row> row_by_id(Workspace& workspace, std::string_view id) {
  auto row = workspace.with_index([&](index::Index& index) { return index.by_id(id); });
  if (row) return row;
  const auto* of = workspace.occurrence_of(id);
  if (of == nullptr) return std::nullopt;
  const core::Record record = derived_occurrence(workspace, *of);
  const auto& schema = workspace.schemas().get(record.type);
  const auto time = stretch(record, schema, workspace.settings().zone);
  return time ? std::optional(row_of(workspace, record, schema, *time)) : std::nullopt;
}

std::vector<index::Row> family(Workspace& workspace, const std::string& type, const base::Id& root) {
  std::vector<index::Row> out;
  workspace.with_index([&](index::Index& index) {
    out = index.referring(root.str(), type, 0);
    if (auto row = index.by_id(root.str())) out.push_back(std::move(*row));
  });
  const auto& schema = workspace.schemas().get(type);
  std::erase_if(out, [&](const index::Row& row) { return row.deleted || !is_series_row(row, schema); });
  sort_rows(out, index::Order::Time);
  return out;
}

std::vector<index::Row> overrides(Workspace& workspace, const std::string& type, const base::Id& root) {
  auto out = workspace.with_index([&](index::Index& index) { return index.referring(root.str(), type, 0); });
  std::erase_if(out, [&](const index::Row& row) { return !core::day_of_occurrence(row.id, root); });
  std::sort(out.begin(), out.end(), [&](const index::Row& a, const index::Row& b) {
    return core::day_of_occurrence(a.id, root) < core::day_of_occurrence(b.id, root);
  });
  return out;
}

} // namespace crm::app
