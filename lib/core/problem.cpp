#include "core/problem.hpp"

namespace crm::core {

std::string to_text(const Problem& problem) {
  std::string out = problem.file;
  if (problem.line > 0) out += ":" + std::to_string(problem.line);
  if (!out.empty()) out += ": ";
  if (!problem.field.empty()) out += problem.field + ": ";
  if (!problem.found.empty()) out += "found \"" + problem.found + "\": ";
  return out + problem.message;
}

} // namespace crm::core
