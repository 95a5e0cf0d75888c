#include "codec/policy.hpp"

#include "base/text.hpp"
#include "codec/yaml.hpp"
#include "core/stamp.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::codec {
namespace {

constexpr std::size_t most_roles = 50, most_types_of_a_role = 200, most_fields_of_a_rule = 200,
                      most_approvers = 50;

class PolicyReader {
 public:
  explicit PolicyReader(const std::string& file) : m_file(file) {}

  std::variant<core::Policy, std::vector<core::Problem>> read(const Node& root) {
    for (const auto& [key, node] : root.entries) {
      if (key == "version")
        number(node, key, m_policy.version);
      else if (key == "approvals")
        number(node, key, m_policy.approvals);
      else if (key == "approvers")
        approvers(node);
      else if (key == "roles")
        roles(node);
      else
        problem(node, key, key, "must be version, approvals, approvers or roles");
    }
    agreement(root);
    if (root.find("version") == nullptr)
      problem(root, "version", "", "is missing: each change of the policy raises it by one");
    if (m_policy.roles.empty() && m_problems.empty())
      problem(root, "roles", "", "is missing: nobody could do anything");
    if (!m_problems.empty()) return std::move(m_problems);
    return std::move(m_policy);
  }

 private:
  void problem(const Node& node, std::string field, const std::string& found, std::string message) {
    m_problems.push_back({m_file, node.entry_line > 0 ? node.entry_line : node.line, std::move(field),
                          base::fit(base::printable(found), 40), std::move(message)});
  }

  void number(const Node& node, const std::string& field, std::int64_t& into) {
    constexpr std::int64_t most = 1'000'000;
    const auto* value = node.value.if_int();
    if (value == nullptr || *value < 1 || *value > most)
      return problem(node, field, core::to_text(node.value), "must be a whole number from 1 on");
    into = *value;
  }

  void approvers(const Node& node) {
    if (node.value.if_list() == nullptr || node.items.size() > most_approvers)
      return problem(node, "approvers", core::to_text(node.value),
                     fmt::format("must be a list of members, at most {}", most_approvers));
    for (const auto& item : node.items) {
      const auto& name = item.value.string_or_empty();
      if (!core::is_name(name))
        problem(item, "approvers", core::to_text(item.value), "must be a member's key");
      else if (std::find(m_policy.approvers.begin(), m_policy.approvers.end(), name) !=
               m_policy.approvers.end())
        problem(item, "approvers", name, "is there twice");
      else
        m_policy.approvers.push_back(name);
    }
  }

  /// Who is asked must be said: else whoever may make members could make those who agree.
  void agreement(const Node& root) {
    const auto asked = static_cast<std::int64_t>(m_policy.approvers.size());
    const auto* node = root.find("approvals");
    if (m_policy.approvals > 1 && node != nullptr && asked < m_policy.approvals)
      problem(*node, "approvals", std::to_string(m_policy.approvals),
              "needs at least as many members in `approvers`, like [alice, bob]");
    node = root.find("approvers");
    if (m_policy.approvals == 1 && node != nullptr && asked > 0)
      problem(*node, "approvers", "", "needs `approvals` of 2 or more: how many of them must agree");
  }

  void roles(const Node& node) {
    if (node.value.if_map() == nullptr || node.entries.size() > most_roles)
      return problem(node, "roles", "",
                     fmt::format("must name at most {} roles with their rules", most_roles));
    for (const auto& [role, rules] : node.entries) {
      const std::string field = "roles." + role;
      if (!core::is_name(role)) {
        problem(rules, field, role, "must be a name of lower-case letters, digits and - _ .");
        continue;
      }
      auto& into = m_policy.roles[role];
      if (rules.value.is_null()) continue; // may read, and nothing else
      if (rules.value.if_map() == nullptr || rules.entries.size() > most_types_of_a_role) {
        problem(rules, field, core::to_text(rules.value), "must map types to what may be done with them");
        continue;
      }
      for (const auto& [type, rule] : rules.entries)
        into[type] = grant(rule, field + "." + type, type);
    }
  }

  core::Grant grant(const Node& node, const std::string& field, const std::string& type) {
    core::Grant out;
    if (type != core::every_type && !core::is_name(type))
      problem(node, field, type,
              "must be a type of record, schema, settings, policy, or '*' for every type of record");
    if (node.value.string_or_empty() == "all") return {{true, {}}, {true, {}}, true};
    if (node.value.if_map() == nullptr) {
      problem(node, field, core::to_text(node.value),
              "must be all, or say what of create, update and delete");
      return out;
    }
    for (const auto& [operation, rule] : node.entries) {
      const std::string at = field + "." + operation;
      if (operation == "create")
        out.create = scope(rule, at);
      else if (operation == "update")
        out.update = scope(rule, at);
      else if (operation == "delete")
        out.remove = scope(rule, at).all;
      else
        problem(rule, at, operation, "must be create, update or delete");
      if (operation == "delete" && rule.value.if_list() != nullptr)
        problem(rule, at, "", "must be all or none: a record is deleted as a whole");
    }
    return out;
  }

  core::Scope scope(const Node& node, const std::string& field) {
    const auto& word = node.value.string_or_empty();
    if (word == "all") return {true, {}};
    if (word == "none") return {};
    core::Scope out;
    if (node.value.if_list() == nullptr || node.items.size() > most_fields_of_a_rule) {
      problem(node, field, core::to_text(node.value), "must be all, none, or a list of fields");
      return out;
    }
    for (const auto& item : node.items) {
      const auto& name = item.value.string_or_empty();
      if (name.empty() || name.size() > 40)
        problem(item, field, core::to_text(item.value), "must be the name of a field");
      else
        out.fields.push_back(name);
    }
    return out;
  }

  const std::string& m_file;
  core::Policy m_policy;
  std::vector<core::Problem> m_problems;
};

} // namespace

std::variant<core::Policy, std::vector<core::Problem>> parse_policy(std::string_view text,
                                                                    const std::string& file) {
  auto parsed = parse_yaml(text, file);
  if (auto* problems = std::get_if<std::vector<core::Problem>>(&parsed)) return std::move(*problems);
  return PolicyReader(file).read(std::get<Node>(parsed));
}

} // namespace crm::codec
