#include "core/schema_change.hpp"

namespace crm::core {

std::string loss_by(const Schema& before, const Schema& after) {
  constexpr const char* instead = " while it has records, as what others write meanwhile would be lost: "
                                  "leave it as it is, and add a field of another name";
  for (const auto& field : after.fields) {
    if (before.find(field.name) == nullptr) continue;
    const std::string unit = before.unit(field.name), next = after.unit(field.name);
    if (unit != field.name && next != unit)
      return "\"" + field.name + "\" cannot leave " +
             (before.strictness == Strictness::Record ? "`merge: record`" : "the group \"" + unit + "\"") +
             instead;
    if (before.rule(unit) != Rule::Set && after.rule(next) == Rule::Set)
      return "\"" + field.name + "\" cannot be merged as a set" + instead;
  }
  return "";
}

} // namespace crm::core
