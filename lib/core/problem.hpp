// What is wrong with a record, as a value: validation collects all problems, it does not stop at the first.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace crm::core {

struct Problem {
  std::string file;       ///< path within the store, or "" for a record that has no file yet
  int line = 0;           ///< 1-based; 0 when there is no file
  std::string field;      ///< dotted path within the record ("crm.changed.when"), "" for the whole file
  std::string found;      ///< the offending text, "" when something is missing
  std::string message;    ///< what is wrong and what is allowed: `must be one of booked, confirmed, …`
  std::size_t amount = 0; ///< of what there is too much in the whole record
};

/// "appointments/7f/7f3k….yaml:7: status: found \"bokked\": must be one of …"
std::string to_text(const Problem& problem);

/// Those of `problems` that are not among `known`, wherever they stand: of what was too much already, where
/// there is more now.
std::vector<Problem> new_problems(std::vector<Problem> problems, const std::vector<Problem>& known);

} // namespace crm::core
