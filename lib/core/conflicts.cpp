// What waits for a person in a record: derived from its registers.
#include "core/merge.hpp"
#include "core/provenance.hpp"
#include "core/registers.hpp"

#include <algorithm>

namespace crm::core {
namespace {

std::vector<Conflict::Candidate> candidates(const Register& unit, const View& shown) {
  std::vector<Conflict::Candidate> out;
  for (const auto& version : unit.now)
    if (std::none_of(out.begin(), out.end(), [&](const auto& c) { return c.values == version.content; }))
      out.push_back({version.content, version.stamp, false, version.content == shown.content});
  return out;
}

/// First what speaks for keeping the record: the fields written behind the deletions' backs, or all fields
/// where somebody took a deletion back. Then the deletions.
std::vector<Conflict::Candidate> deletion_candidates(const RecordState& state, const Record& record,
                                                     const Schema& schema) {
  Conflict::Candidate keep{.values = {}, .stamp = {}, .shown = true};
  std::vector<Conflict::Candidate> out;
  for (const auto& mark : state.deletion.now) {
    if (mark.mark == Mark::Undelete) {
      keep.stamp = std::max(keep.stamp, mark.stamp);
      keep.values = record.fields;
      continue;
    }
    out.push_back({.values = {}, .stamp = mark.stamp, .deletes = true});
    for (const auto& unit : state.units) {
      const View shown = view(unit, schema);
      if (unit.joining == Joining::Greatest || unit.joining == Joining::Least ||
          covers(mark.knew, shown.stamp))
        continue;
      keep.stamp = std::max(keep.stamp, shown.stamp);
      for (const auto& [field, value] : shown.content)
        keep.values.set(field, value);
      if (!shown.content.empty() || shown.stamp == state.created) continue;
      for (const auto& field : fields_of(unit.unit, schema))
        keep.values.set(field, Value{});
    }
  }
  if (keep.stamp == Stamp{}) {
    keep.values = record.fields;
    keep.stamp = newest(record);
  }
  out.insert(out.begin(), std::move(keep));
  return out;
}

} // namespace

std::vector<Conflict> conflicts(const Record& record, const Schema& schema) {
  std::vector<Conflict> out;
  if (!record.crm.contains("also") && !record.crm.contains("deleted")) return out; // nearly every record
  const RecordState state = read_state(record, schema);
  for (const auto& unit : state.units)
    if (const View shown = view(unit, schema); shown.conflict)
      out.push_back({unit.unit, candidates(unit, shown)});
  if (presence(state) == Presence::Disputed)
    out.push_back({std::string(Conflict::deletion), deletion_candidates(state, record, schema)});
  return out;
}

} // namespace crm::core
