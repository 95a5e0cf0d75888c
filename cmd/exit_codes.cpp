#include "cmd/exit_codes.hpp"

namespace crm::cmd {

const std::vector<ExitCode>& exit_codes() {
  static const std::vector<ExitCode> codes{
      {0, "ok", "done"},
      {1, "failure", "something failed that no other code names"},
      {2, "usage", "the command line is not understood"},
      {3, "not-found", "no record, store or batch is meant by that name"},
      {4, "ambiguous", "several could be meant; the candidates are listed"},
      {5, "invalid-data", "a record, schema or file is not valid; nothing was changed"},
      {6, "clash", "somebody or something is taken at that time"},
      {7, "conflicts", "concurrent or later writes wait for a person"},
      {8, "denied", "the member's role does not allow it"},
      {9, "offline", "no remote could be reached; local work is safe"},
      {10, "sync-incomplete", "some of the remotes were not brought up to date"},
      {11, "verification-failed", "the history is not what it claims to be"},
      {12, "busy", "another process is writing; try again"},
  };
  return codes;
}

std::string_view exit_name(base::Kind kind) {
  return exit_codes()[static_cast<std::size_t>(kind)].name;
}

} // namespace crm::cmd
