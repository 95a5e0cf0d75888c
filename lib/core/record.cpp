#include "core/record.hpp"

#include "core/schema.hpp"

#include <algorithm>

namespace crm::core {

const Value& Record::get(std::string_view field) const {
  static const Value null;
  const Value* value = fields.find(field);
  return value != nullptr ? *value : null;
}

void canonicalize(Record& record, const Schema& schema) {
  const auto absent = [](const Value& v) {
    return v.is_null() || (v.if_list() != nullptr && v.if_list()->empty());
  };
  Map ordered;
  for (const auto& field : schema.fields)
    if (Value* value = record.fields.find(field.name); value != nullptr && !absent(*value))
      ordered.set(field.name, std::move(*value));
  std::vector<Map::Entry> unknown;
  for (auto& [name, value] : record.fields)
    if (schema.find(name) == nullptr && !absent(value)) unknown.emplace_back(name, std::move(value));
  std::sort(unknown.begin(), unknown.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [name, value] : unknown)
    ordered.set(name, std::move(value));
  record.fields = std::move(ordered);
}

std::string display_name(const Record& record, const Schema& schema) {
  for (const auto& field : {schema.name_field, schema.key_field})
    if (!field.empty() && !record.text(field).empty()) return record.text(field);
  return record.id.str();
}

} // namespace crm::core
