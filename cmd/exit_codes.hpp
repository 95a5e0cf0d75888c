// The exit codes, frozen, and what `crm help exit-codes` says of them.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace crm::cmd {

struct ExitCode {
  int code;
  std::string_view name; ///< as in the JSON of an error
  std::string_view meaning;
};

const std::vector<ExitCode>& exit_codes();
inline int exit_code(base::Kind kind) {
  return static_cast<int>(kind);
}
std::string_view exit_name(base::Kind kind);

} // namespace crm::cmd
