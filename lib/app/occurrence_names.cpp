// From what a person types for an occurrence to the one that is meant.
#include "app/input.hpp"
#include "app/occurrences.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace crm::app {
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

/// "ada@fri": the one appointment of a contact on a day, of a series or not. Nothing when there is none: then
/// it is a name like any other. Throws Refusal(Ambiguous) when there are several.
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
    return core::to_instant({core::LocalTime{date}, {}}, workspace.settings().zone)
        .time_since_epoch()
        .count();
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
  if (found.empty()) return std::nullopt;
  if (found.size() > 1) refuse_ambiguous(workspace, type, name + "@" + day_word, found);
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
