// Decides cases by a policy: `decide FILE < CASES`, a case a line, "role type operation field,field" ("-" for
// no fields), an answer a line, "allowed" or "denied". What decides is what devices decide by.
#include "codec/policy.hpp"
#include "core/policy.hpp"

#include <fstream>
#include <iostream>
#include <sstream>

namespace {

crm::core::PolicyChange change_of(const std::string& type, const std::string& operation,
                                  const std::string& fields) {
  using crm::core::Operation;
  crm::core::PolicyChange out{type, Operation::Update, {}};
  if (operation == "create") out.operation = Operation::Create;
  if (operation == "delete") out.operation = Operation::Delete;
  std::istringstream names(fields == "-" ? "" : fields);
  for (std::string name; std::getline(names, name, ',');)
    out.fields.push_back(name);
  return out;
}

} // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  std::ifstream file(arguments[1]);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto parsed = crm::codec::parse_policy(text, arguments[1]);
  const auto* policy = std::get_if<crm::core::Policy>(&parsed);
  if (policy == nullptr) {
    for (const auto& problem : std::get<std::vector<crm::core::Problem>>(parsed))
      std::cerr << crm::core::to_text(problem) << '\n';
    return 5;
  }
  for (std::string role, type, operation, fields; std::cin >> role >> type >> operation >> fields;) {
    const auto forbidden =
        crm::core::decide(*policy, {"somebody", role, true}, change_of(type, operation, fields));
    std::cout << (forbidden ? "denied" : "allowed") << '\n';
  }
}
