// Finding one's way in a schema document, which is JSON Schema without references (codec/schema has expanded
// them).
#pragma once

#include "core/value.hpp"

#include <string>
#include <string_view>

namespace crm::codec {

/// What a schema says of a map's entry or of a list's elements; nullptr where it says nothing. `schema` may
/// be nullptr.
const core::Value* subschema_of_entry(const core::Value* schema, std::string_view key);
const core::Value* subschema_of_items(const core::Value* schema);

/// A keyword's value; nullptr when absent.
const core::Value* keyword(const core::Value* schema, std::string_view name);
/// The text of a keyword, or "".
const std::string& keyword_text(const core::Value* schema, std::string_view name);

} // namespace crm::codec
