// Regular expressions that come from a schema document, which is to say from anybody.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace crm::codec {

/// Why `pattern` (ECMAScript, as JSON Schema has it) cannot be used on texts of at most `max_length`
/// characters: it is no regular expression, or one on which a backtracking matcher could try for longer than
/// anybody waits. Nothing when it is sound.
std::optional<std::string> pattern_fault(const std::string& pattern, std::size_t max_length);

/// The longest text that a pattern may be asked to match: std::regex recurses once for each character.
constexpr std::size_t longest_for_pattern = 1000;

} // namespace crm::codec
