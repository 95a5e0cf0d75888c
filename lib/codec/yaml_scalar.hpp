// Scalars: what plain text means, and how a value is written so that it cannot mean anything else.
#pragma once

#include "core/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace crm::codec {

/// YAML 1.2 core schema, decimal integers and finite floats; `007`, `+44` and what does not fit stay text.
core::Value resolve_plain(std::string_view text);
/// Any decimal number, leading zeros and a plus sign too: for fields that the schema calls numbers.
std::optional<core::Value> parse_number(std::string_view text);

/// Where a scalar stands decides which characters end it.
enum class Place { Block, Flow, Key };
/// On one line, quoted when it must be. Not for lists and maps.
std::string scalar_text(const core::Value& scalar, Place place);
/// Whether a `|` block says exactly this: printable, several lines, no leading space, no tabs.
bool suits_literal(std::string_view text);
/// Invalid bytes become U+FFFD.
std::string valid_utf8(std::string_view text);

} // namespace crm::codec
