#include "core/record_change.hpp"

#include "core/registers.hpp"

#include <algorithm>
#include <set>

namespace crm::core {
namespace {

PolicyChange made(const Record& record, const Schema& schema) {
  PolicyChange out{schema.type, Operation::Create, {}};
  for (const auto& [field, value] : record.fields)
    out.fields.push_back(field);
  return out;
}

/// In the order of the schema, then unknown ones.
std::vector<std::string> changed_fields(const Record& before, const Record& after, const RecordState& old,
                                        const RecordState& now, const Schema& schema) {
  std::set<std::string> seen;
  std::vector<std::string> out;
  const auto take = [&](std::string field) {
    if (seen.insert(field).second) out.push_back(std::move(field));
  };
  for (const auto* side : {&after, &before})
    for (const auto& [field, value] : side->fields)
      if (!(before.get(field) == after.get(field))) take(field);
  for (const auto& unit : now.units) {
    const auto same = std::find_if(old.units.begin(), old.units.end(),
                                   [&](const Register& each) { return each.unit == unit.unit; });
    if (same != old.units.end() && *same == unit) continue;
    const auto members = schema.members(unit.unit);
    const bool counted = std::any_of(members.begin(), members.end(),
                                     [&](const std::string& field) { return seen.contains(field); }) ||
                         seen.contains(unit.unit);
    if (counted) continue;
    for (const auto& field : members)
      take(field);
    if (members.empty()) take(unit.unit);
  }
  return out;
}

} // namespace

std::vector<PolicyChange> changes_of(const Record* before, const Record* after, const Schema& schema) {
  std::vector<PolicyChange> out;
  if (after == nullptr) {
    if (before != nullptr) out.push_back({schema.type, Operation::Delete, {}});
    return out;
  }
  const auto now = read_state(*after, schema);
  if (before == nullptr) {
    out.push_back(made(*after, schema));
    if (presence(now) != Presence::Here) out.push_back({schema.type, Operation::Delete, {}});
    return out;
  }
  const auto old = read_state(*before, schema);
  auto fields = changed_fields(*before, *after, old, now, schema);
  const bool another = !(old.created == now.created) || !(old.other == now.other);
  if (!fields.empty() || another) out.push_back({schema.type, Operation::Update, std::move(fields)});
  if (!(old.deletion == now.deletion)) out.push_back({schema.type, Operation::Delete, {}});
  return out;
}

} // namespace crm::core
