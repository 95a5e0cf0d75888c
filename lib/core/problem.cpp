#include "core/problem.hpp"

#include <algorithm>

namespace crm::core {

std::string to_text(const Problem& problem) {
  std::string out = problem.file;
  if (problem.line > 0) out += ":" + std::to_string(problem.line);
  if (!out.empty()) out += ": ";
  if (!problem.field.empty()) out += problem.field + ": ";
  if (!problem.found.empty()) out += "found \"" + problem.found + "\": ";
  return out + problem.message;
}

std::vector<Problem> new_problems(std::vector<Problem> problems, const std::vector<Problem>& known) {
  std::erase_if(problems, [&](const Problem& each) {
    return std::any_of(known.begin(), known.end(), [&](const Problem& other) {
      return each.field == other.field && each.message == other.message && each.amount <= other.amount;
    });
  });
  return problems;
}

} // namespace crm::core
