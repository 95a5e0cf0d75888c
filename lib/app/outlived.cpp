#include "app/outlived.hpp"

#include "app/occurrences.hpp"
#include "app/project.hpp"
#include "core/occurrence.hpp"
#include "core/provenance.hpp"

#include <algorithm>
#include <optional>

namespace crm::app {
namespace {

bool contains(const std::vector<std::string>& states, const std::string& state) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

/// Its first day, and of an occurrence the one that it had in the series.
std::optional<core::LocalDate> day_of(const core::Record& record, const core::Schema& schema) {
  if (core::is_override(record)) return core::parse_date(record.text("original"));
  const auto series = core::read_series(record, schema);
  return series ? std::optional(series->first) : std::nullopt;
}

/// The other parts of a series from its first day on: what goes on from it, and its occurrences.
std::vector<index::Row> later_parts(Workspace& workspace, const core::Record& series,
                                    const core::Schema& schema) {
  const auto root = core::root_of(series);
  auto out = family(workspace, series.type, root);
  for (auto& each : overrides(workspace, series.type, root))
    out.push_back(std::move(each));
  const auto first = day_of(series, schema);
  std::erase_if(out, [&](const index::Row& row) {
    if (row.id == series.id.str()) return true;
    const auto day = day_of(to_record(row), schema);
    return !first || !day || *day < *first;
  });
  return out;
}

} // namespace

std::vector<Outlived> outlived(Workspace& workspace) {
  std::vector<Outlived> out;
  for (auto& series :
       workspace.with_index([](index::Index& index) { return index.referring(series_mark, "", 0); })) {
    const auto& schema = workspace.schemas().get(series.type);
    if (series.deleted || !schema.states || !contains(schema.states->frees, series.state)) continue;
    const auto record = to_record(series);
    const auto called_off = core::changed(record, schema.states->field);
    for (auto& part : later_parts(workspace, record, schema))
      // A stamp that knew of the other one is later than it.
      if (!part.deleted && schema.is_open(part.state) &&
          core::changed(to_record(part), schema.states->field).time < called_off.time)
        out.push_back({std::move(part), series});
  }
  return out;
}

} // namespace crm::app
