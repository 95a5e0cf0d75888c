// valijson behind a wall: values against JSON Schema documents.
#pragma once

#include "core/value.hpp"

#include <string>
#include <vector>

namespace crm::codec {

struct SchemaError {
  std::vector<std::string> path; ///< keys, and indices of lists as numbers
  std::string text;              ///< in valijson's words
};

/// Empty when `value` is as `document` says. Formats are not checked. Compiles a document once for each
/// thread.
std::vector<SchemaError> check_against(const core::Value& document, const core::Value& value);

} // namespace crm::codec
