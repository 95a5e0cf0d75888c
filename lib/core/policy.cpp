#include "core/policy.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace crm::core {
namespace {

bool is_of_the_store(std::string_view type) {
  return type == schema_type || type == settings_type || type == policy_type || type == member_type;
}

std::string_view verb_of(Operation operation) {
  switch (operation) {
  case Operation::Create:
    return "make";
  case Operation::Update:
    return "change";
  case Operation::Delete:
    break;
  }
  return "delete or restore";
}

/// "an appointment", "the settings".
std::string with_article(const std::string& type) {
  if (type == settings_type || type == policy_type) return "the " + type;
  const bool vowel = !type.empty() && std::string_view("aeiou").find(type.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + type;
}

Forbidden beyond(const Actor& actor, const PolicyChange& change, std::vector<std::string> fields) {
  std::string why = actor.member + " (" + (actor.role.empty() ? "no role" : actor.role) + ") may not " +
                    std::string(verb_of(change.operation)) + " ";
  if (fields.empty() || change.operation == Operation::Delete)
    why += with_article(change.type);
  else if (change.operation == Operation::Create)
    why += with_article(change.type) + " with " + base::join(fields, ", ");
  else
    why += base::join(fields, ", ") + " of " + with_article(change.type);
  return {std::move(why), std::move(fields), ""};
}

bool may_write(const Policy& policy, const Actor& actor) {
  const auto rules = policy.roles.find(actor.role);
  return rules != policy.roles.end() &&
         std::any_of(rules->second.begin(), rules->second.end(), [](const auto& rule) {
           return !rule.second.create.none() || !rule.second.update.none();
         });
}

} // namespace

std::string_view to_text(Operation operation) {
  switch (operation) {
  case Operation::Create:
    return "create";
  case Operation::Update:
    return "update";
  case Operation::Delete:
    break;
  }
  return "delete";
}

bool Scope::holds(std::string_view field) const {
  return all || std::find(fields.begin(), fields.end(), field) != fields.end();
}

const Grant* Policy::grant(std::string_view role, std::string_view type) const {
  const auto rules = roles.find(role);
  if (rules == roles.end()) return nullptr;
  auto rule = rules->second.find(type);
  if (rule == rules->second.end() && !is_of_the_store(type)) rule = rules->second.find(every_type);
  return rule == rules->second.end() ? nullptr : &rule->second;
}

std::optional<Forbidden> decide(const Policy& policy, const Actor& actor, const PolicyChange& change) {
  if (!actor.active) return Forbidden{actor.member + " does not work here any more", {}, ""};
  if (change.type == attachment_type)
    return change.operation == Operation::Create && may_write(policy, actor)
               ? std::nullopt
               : std::optional(beyond(actor, change, {}));
  const Grant* grant = policy.grant(actor.role, change.type);
  if (grant == nullptr) return beyond(actor, change, {});
  if (change.operation == Operation::Delete)
    return grant->remove ? std::nullopt : std::optional(beyond(actor, change, {}));
  const Scope& scope = change.operation == Operation::Create ? grant->create : grant->update;
  if (scope.none()) return beyond(actor, change, {});
  std::vector<std::string> outside;
  for (const auto& field : change.fields)
    if (!scope.holds(field)) outside.push_back(field);
  if (outside.empty()) return std::nullopt;
  return beyond(actor, change, std::move(outside));
}

std::vector<std::string> roles_that_may(const Policy& policy, const PolicyChange& change) {
  std::vector<std::string> out;
  for (const auto& [role, rules] : policy.roles)
    if (!decide(policy, {"", role, true}, change)) out.push_back(role);
  return out;
}

} // namespace crm::core
