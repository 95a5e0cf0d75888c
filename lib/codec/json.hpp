// Value ↔ JSON (RFC 8259).
#pragma once

#include "core/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace crm::codec {

/// Compact, or indented by two. Key order is the map's. Text is UTF-8; invalid bytes become U+FFFD.
enum class Layout { Compact, Indented };
std::string to_json(const core::Value& value, Layout layout = Layout::Compact);

/// Nothing when the text is not one JSON value, is deeper than 64, or has a duplicate key.
std::optional<core::Value> from_json(std::string_view text);

} // namespace crm::codec
