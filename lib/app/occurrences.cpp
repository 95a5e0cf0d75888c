#include "app/occurrences.hpp"

#include "app/input.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
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

/// Occurrences that several series of one root claim (it was split on two devices) are of the one that begins
/// last.
class Gathered {
 public:
  void add(index::Row row, core::LocalDate first) {
    const auto [at, fresh] = m_rows.try_emplace(row.id, first, row);
    if (!fresh && at->second.first < first) at->second = {first, std::move(row)};
  }
  std::vector<index::Row> take() {
    std::vector<index::Row> out;
    for (auto& [id, row] : m_rows)
      out.push_back(std::move(row.second));
    return out;
  }

 private:
  std::map<std::string, std::pair<core::LocalDate, index::Row>> m_rows;
};

void expand(Workspace& workspace, const core::Record& record, const core::Schema& schema,
            const core::Interval& time, std::size_t most, Gathered& out) {
  const auto series = core::read_series(record, schema);
  const auto length = core::parse_duration(record.text(schema.duration_field));
  if (!series || !length || time.to <= time.from) return;
  const std::string zone = zone_of_series(workspace, record);
  const auto day_of = [&](core::Instant at) {
    return std::chrono::floor<std::chrono::days>(core::to_local(at, zone));
  };
  const auto lasts = length->days + std::chrono::ceil<std::chrono::days>(length->time);
  const base::Id root = core::root_of(record);
  for (const auto day :
       series->days(day_of(time.from) - lasts - std::chrono::days{1}, day_of(time.to), most + 2)) {
    const auto id = core::occurrence_id(root, day);
    core::Record occurrence = core::occurrence(record, schema, day);
    const auto taken = stretch(occurrence, schema, zone);
    if (!taken || !taken->overlaps(time)) continue;
    if (workspace.with_index([&](index::Index& index) { return index.by_id(id.str()); })) continue;
    workspace.met_occurrence(id, {record.id.str(), day});
    out.add(row_of(workspace, occurrence, schema, *taken), series->first);
  }
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
  if (series.empty()) return workspace.with_index([&](index::Index& index) { index.each(query, visit); });
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
    const core::Record record = to_record(row);
    if (!query.target.empty() && !refers_to(record, schema, query.target)) continue;
    const core::Instant from{std::chrono::seconds{query.from ? *query.from : row.from.value_or(0)}};
    const core::Instant to =
        query.to ? core::Instant{std::chrono::seconds{*query.to}} : std::max(from, workspace.now()) + ahead;
    expand(workspace, record, schema, {from, to}, most_of_one_series, gathered);
  }
  for (auto& row : gathered.take())
    out.push_back(std::move(row));
  sort_rows(out, query.order);
  if (query.limit != 0 && out.size() > query.limit) out.resize(query.limit);
  for (const auto& row : out)
    if (!visit(row)) return;
}

std::vector<index::Row> rows_of_series(Workspace& workspace, const index::Row& series,
                                       const core::Interval& time, std::size_t most) {
  Gathered gathered;
  expand(workspace, to_record(series), workspace.schemas().get(series.type), time, most, gathered);
  auto out = gathered.take();
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
  std::map<std::string, Buffers> buffers; // by service
  for (const auto& each : series) {
    const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(each.id); });
    if (!row) continue;
    const core::Record record = to_record(*row);
    const auto& schema = workspace.schemas().get(row->type);
    const Buffers around = buffers_of(record, schema, workspace.project_context());
    buffers[row->id] = around;
    expand(workspace, record, schema, {time.from - around.after, time.to + around.before}, most_of_one_series,
           gathered);
  }
  for (const auto& row : gathered.take()) {
    const auto* of = workspace.occurrence_of(row.id);
    const Buffers around = of == nullptr ? Buffers{} : buffers[of->series];
    const core::Interval held{core::Instant{std::chrono::seconds{*row.from}} - around.before,
                              core::Instant{std::chrono::seconds{*row.to}} + around.after};
    if (held.overlaps(time)) out.push_back({row.id, kind, key, held});
  }
  std::stable_sort(out.begin(), out.end(), [](const index::Taken& a, const index::Taken& b) {
    return std::tie(a.time.from, a.id) < std::tie(b.time.from, b.id);
  });
  return out;
}

core::Record derived_occurrence(Workspace& workspace, const Workspace::OccurrenceOf& of) {
  const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(of.series); });
  if (!row || row->deleted) throw base::Error(base::Kind::NotFound, "the series " + of.series + " is gone");
  return core::occurrence(to_record(*row), workspace.schemas().get(row->type), of.day);
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

namespace {

/// The record of the occurrence on a day, else what the series of the root that has it says of it.
std::optional<Found> occurrence_on(Workspace& workspace, const std::string& type, const base::Id& root,
                                   core::LocalDate day) {
  const auto id = core::occurrence_id(root, day);
  if (const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(id.str()); }))
    return workspace.found(*row);
  const auto& schema = workspace.schemas().get(type);
  const auto series = family(workspace, type, root);
  for (auto each = series.rbegin(); each != series.rend(); ++each) {
    const core::Record record = to_record(*each);
    const auto read = core::read_series(record, schema);
    if (!read || !read->holds(day)) continue;
    workspace.met_occurrence(id, {each->id, day});
    core::Record occurrence = core::occurrence(record, schema, day);
    const std::string name = core::display_name(occurrence, schema);
    return Found{std::move(occurrence), workspace.record_path(type, id.str()), name, false, ""};
  }
  return std::nullopt;
}

/// By the beginning of an id; of a series before its own occurrences, which differ from it only there.
std::optional<index::Row> series_row(Workspace& workspace, std::string_view type, const std::string& prefix) {
  if (!base::Id::is_prefix(prefix)) return std::nullopt;
  auto found = workspace.with_index([&](index::Index& index) { return index.by_prefix(prefix, type, 50); });
  std::erase_if(found, [&](const index::Row& row) {
    return row.deleted || !core::may_recur(workspace.schemas().get(row.type));
  });
  return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

core::LocalDate day_named(Workspace& workspace, const std::string& word) {
  const auto wall = core::parse_wall_time(word);
  return wall ? std::chrono::floor<std::chrono::days>(wall->time) : parse_when(workspace, word).date;
}

/// "ada@fri": the one appointment of a contact on a day, of a series or not. Nothing when there are none or
/// several: then it is a name like any other.
std::optional<Found> of_contact_on(Workspace& workspace, std::string_view of_type, const std::string& name,
                                   const std::string& day_word) {
  const std::string type(of_type.empty() ? "appointment" : of_type);
  if (!workspace.schemas().has(type) || !core::may_recur(workspace.schemas().get(type))) return std::nullopt;
  const auto parsed = core::parse_when(day_word, workspace.when_context()); // an address has an @ as well
  const auto* when = std::get_if<core::When>(&parsed);
  const auto contact = when == nullptr ? std::nullopt : find(workspace, "contact", name);
  if (!contact) return std::nullopt;
  const core::LocalDate day = when->date;
  const auto midnight = [&](core::LocalDate date) {
    return count_of(core::to_instant({core::LocalTime{date}, {}}, workspace.settings().zone));
  };
  const auto& schema = workspace.schemas().get(type);
  auto found = rows(workspace, {.type = schema.type,
                                .from = midnight(day),
                                .to = midnight(day + std::chrono::days{1}),
                                .target = contact->record.id.str(),
                                .order = index::Order::Time});
  auto open = found; // what is called off only when there is nothing else
  std::erase_if(open, [&](const index::Row& row) { return schema.states && !schema.is_open(row.state); });
  if (!open.empty()) found = std::move(open);
  if (found.size() != 1) return std::nullopt;
  return workspace.found(found.front());
}

std::string next_ones(Workspace& workspace, const std::string& type, const base::Id& root) {
  constexpr std::size_t shown = 3;
  std::vector<std::string> names;
  for (const auto& series : family(workspace, type, root))
    for (const auto& row : rows_of_series(workspace, series,
                                          {workspace.now(), workspace.now() + std::chrono::days{400}}, shown))
      if (names.size() < shown) names.push_back(short_id(workspace, row.id));
  return names.empty() ? "" : "the next ones: " + base::join(names, ", ");
}

} // namespace

std::optional<Found> named_occurrence(Workspace& workspace, std::string_view type, std::string_view word) {
  const auto at = word.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == word.size()) return std::nullopt;
  const std::string day_word(word.substr(at + 1));
  const std::string of(word.substr(0, at));
  const auto row = series_row(workspace, type, of);
  if (!row) return of_contact_on(workspace, type, of, day_word);
  const Found series = workspace.found(*row);
  const auto& schema = workspace.schemas().get(series.record.type);
  if ((!core::is_series(series.record) && !core::is_override(series.record)))
    throw base::Error(base::Kind::NotFound,
                      "\"" + base::printable(word.substr(0, at)) + "\" is one appointment, not a series",
                      "name it without the @");
  const core::LocalDate day = day_named(workspace, day_word);
  const base::Id root = core::root_of(series.record);
  if (auto found = occurrence_on(workspace, schema.type, root, day)) return found;
  throw base::Error(base::Kind::NotFound, "the series has nothing on " + core::to_words(day),
                    next_ones(workspace, schema.type, root));
}

std::optional<Found> occurrence_by_id(Workspace& workspace, std::string_view type, std::string_view id) {
  if (!base::Id::parse(id)) return std::nullopt;
  for (const auto& each : workspace.schemas().types()) {
    if ((!type.empty() && type != each) || !core::may_recur(workspace.schemas().get(each))) continue;
    for (const auto& row :
         workspace.with_index([&](index::Index& index) { return index.referring(series_mark, each, 0); })) {
      if (row.deleted) continue;
      const base::Id root = core::root_of(to_record(row));
      if (const auto day = core::day_of_occurrence(id, root))
        if (auto found = occurrence_on(workspace, each, root, *day)) return found;
    }
  }
  return std::nullopt;
}

} // namespace crm::app
