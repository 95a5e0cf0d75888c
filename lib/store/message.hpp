// Commit messages: a first line, perhaps a body, trailers.
#pragma once

#include "store/repository.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm::store {

/// One line for the summary and for each trailer, whatever is in them; no control characters but the body's
/// newlines.
std::string format_message(const Message& message);

std::string parse_summary(std::string_view text);
/// Of the last paragraph, if every line of it is one ("Key: value", or a continuation that begins with white
/// space) and it is not the first.
std::vector<std::pair<std::string, std::string>> parse_trailers(std::string_view text);

} // namespace crm::store
