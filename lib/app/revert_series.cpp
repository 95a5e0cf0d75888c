// What is taken back of occurrences that were no records before it: their series gave them.
#include "app/project.hpp"
#include "app/revert.hpp"
#include "core/merge.hpp"
#include "core/occurrence.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"

#include <utility>

namespace crm::app {
namespace {

/// Of several series of one root, the one that has the day; where a series was split on two devices, the one
/// that begins last.
std::optional<core::Record> of_series(const std::vector<core::Record>& family, const core::Record& occurrence,
                                      const core::Schema& schema) {
  const auto day = core::parse_date(occurrence.text("original"));
  const core::Record* out = nullptr;
  std::pair<core::LocalDate, std::string> begins;
  for (const auto& each : family) {
    const auto series = core::read_series(each, schema);
    if (!day || !series || !series->holds(*day)) continue;
    if (const std::pair own(series->first, each.id.str()); out == nullptr || begins < own) {
      out = &each;
      begins = own;
    }
  }
  return out == nullptr ? std::nullopt : std::optional(core::occurrence(*out, schema, *day));
}

} // namespace

/// All series of one root that the store has ever had, deleted ones included.
std::vector<std::string> Revert::family_of(const core::Record& occurrence) const {
  std::vector<std::string> out{core::root_of(occurrence).str()};
  for (auto& row : m_batch.workspace().with_index(
           [&](index::Index& index) { return index.referring(out.front(), occurrence.type, 0); }))
    if (!core::day_of_occurrence(row.id, core::root_of(occurrence))) out.push_back(std::move(row.id));
  return out;
}

/// What the series said of an occurrence before the batch that made a record of it: it was there without one.
std::optional<core::Record> Revert::computed_before(const core::Record& after, const core::Schema& schema) {
  if (!core::is_override(after)) return std::nullopt;
  const auto& repository = m_batch.workspace().repository();
  std::vector<core::Record> family;
  for (const auto& id : family_of(after)) {
    const std::string path = store::record_path(m_folder, id);
    auto series = parse(repository.blob_id(m_before, path).value_or(""), path, schema);
    if (series && !core::is_deleted(*series, schema)) family.push_back(std::move(*series));
  }
  return of_series(family, after, schema);
}

/// An occurrence goes back to what its series says now, or will say when that goes back as well; with a
/// series that goes it goes too.
void Revert::follow_series() {
  auto& workspace = m_batch.workspace();
  for (auto& [path, target] : m_records) {
    if (!target.was_computed) continue;
    const auto& schema = *target.schema;
    std::vector<core::Record> family;
    bool series_goes = false;
    for (const auto& id : family_of(target.now)) {
      const auto also = m_records.find(workspace.record_path(schema.type, id));
      if (also != m_records.end()) {
        if (!also->second.deleted) family.push_back(also->second.wanted);
        series_goes = series_goes || also->second.unmade;
      } else if (const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(id); });
                 row && !row->deleted) {
        family.push_back(to_stored_record(*row));
      }
    }
    if (const auto says = of_series(family, target.now, schema)) {
      for (const auto& [unit, traced] : target.units)
        if (unit != core::Conflict::deletion && !traced.blocked)
          for (const auto& field : core::fields_of(unit, schema))
            target.wanted.fields.set(field, says->get(field));
    } else if (series_goes) {
      if (target.kept.empty()) target.deleted = target.unmade = true;
    } else if (!target.deleted && core::is_deleted(target.now, schema)) {
      target.deleted = true;
      target.kept.push_back(title(target.now) + ": its series does not have that day any more");
    }
  }
}

} // namespace crm::app
