// Schema documents: JSON Schema (2020-12 vocabulary as far as valijson knows it) written in YAML, with x-crm
// annotations.
#pragma once

#include "core/problem.hpp"
#include "core/schema.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crm::codec {

/// All problems with file and line: unknown rule, states without moves, columns or groups that name no field,
/// …
std::variant<core::Schema, std::vector<core::Problem>> parse_schema(std::string_view text,
                                                                    const std::string& file);

/// The schema whose `document` this is: parse_schema without the reading and checking of text, for a document
/// that it has made before. Nothing when it is no such document.
std::optional<core::Schema> schema_of(const core::Value& document);

/// The schemas that the binary carries, as text, in a fixed order: {"contact", "…yaml"}.
struct Embedded {
  std::string_view type, text;
};
const std::vector<Embedded>& embedded_schemas();

} // namespace crm::codec
