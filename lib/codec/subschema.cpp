#include "codec/subschema.hpp"

namespace crm::codec {

using core::Value;

const Value* keyword(const Value* schema, std::string_view name) {
  const auto* map = schema != nullptr ? schema->if_map() : nullptr;
  return map != nullptr ? map->find(name) : nullptr;
}

const std::string& keyword_text(const Value* schema, std::string_view name) {
  static const Value null;
  const auto* value = keyword(schema, name);
  return (value != nullptr ? *value : null).string_or_empty();
}

const Value* subschema_of_entry(const Value* schema, std::string_view key) {
  if (const auto* own = keyword(keyword(schema, "properties"), key)) return own;
  const auto* others = keyword(schema, "additionalProperties");
  return others != nullptr && others->if_map() != nullptr ? others : nullptr;
}

const Value* subschema_of_items(const Value* schema) {
  return keyword(schema, "items");
}

} // namespace crm::codec
