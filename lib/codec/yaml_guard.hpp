// What can be told of a file from its bytes, before any parser sees it.
#pragma once

#include "codec/yaml.hpp"

namespace crm::codec {

/// Size, UTF-8, control characters, byte order marks, tabs as indentation, directives. The first problem of
/// each kind.
std::vector<core::Problem> check_bytes(std::string_view text, const std::string& file, const Limits& limits);

} // namespace crm::codec
