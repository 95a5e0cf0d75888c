#include "core/agreement.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::core {
namespace {

constexpr const char* keys_field = "keys";

const PolicyChange policy_update{std::string(policy_type), Operation::Update, {}};
const PolicyChange role_update{std::string(member_type), Operation::Update, {"role"}};

bool holds(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

bool several_agree(const Policy& policy) {
  return policy.approvals > 1;
}

bool can_be_changed(const Policy& policy, const Actors& members) {
  return static_cast<std::int64_t>(who_may_agree(policy, members).size()) >= policy.approvals;
}

std::vector<std::string> who_may_give_roles(const Policy& policy, const Actors& members) {
  std::vector<std::string> out;
  for (const auto& [key, actor] : members)
    if (!decide(policy, actor, role_update)) out.push_back(key);
  return out;
}

/// Either of the two brings back the other: a role may be one that changes the policy, and a policy says what
/// roles may.
bool has_a_way_back(const Policy& policy, const Actors& members) {
  return can_be_changed(policy, members) || !who_may_give_roles(policy, members).empty();
}

std::string words_of(const Scope& scope) {
  if (scope.all) return "all";
  return scope.none() ? "none" : base::join(scope.fields, ", ");
}

std::string list_or_none(const std::vector<std::string>& names) {
  return names.empty() ? "none" : base::join(names, ", ");
}

void compare(std::vector<std::string>& out, const std::string& what, const std::string& before,
             const std::string& after) {
  if (before != after) out.push_back(what + ": " + before + " → " + after);
}

void compare_role(std::vector<std::string>& out, const std::string& role, const Policy& before,
                  const Policy& after) {
  static const std::map<std::string, Grant, std::less<>> none;
  const auto rules_of = [&](const Policy& policy) -> const auto& {
    const auto at = policy.roles.find(role);
    return at == policy.roles.end() ? none : at->second;
  };
  const auto &old = rules_of(before), &now = rules_of(after);
  std::set<std::string> types;
  for (const auto* rules : {&old, &now})
    for (const auto& each : *rules)
      types.insert(each.first);
  const auto grant_of = [](const auto& rules, const std::string& type) {
    const auto at = rules.find(type);
    return at == rules.end() ? Grant() : at->second;
  };
  for (const auto& type : types) {
    const auto was = grant_of(old, type), is = grant_of(now, type);
    const auto at = role + ": " + type + ": ";
    compare(out, at + "create", words_of(was.create), words_of(is.create));
    compare(out, at + "update", words_of(was.update), words_of(is.update));
    compare(out, at + "delete", was.remove ? "all" : "none", is.remove ? "all" : "none");
  }
}

} // namespace

std::vector<std::string> who_may_agree(const Policy& policy, const Actors& members) {
  std::vector<std::string> out;
  const auto may = [&](const Actor& actor) { return !decide(policy, actor, policy_update); };
  if (policy.approvers.empty()) {
    for (const auto& [key, actor] : members)
      if (may(actor)) out.push_back(key);
    return out;
  }
  for (const auto& key : policy.approvers)
    if (const auto at = members.find(key); at != members.end() && may(at->second)) out.push_back(key);
  return out;
}

std::optional<Forbidden> decide_agreement(const Policy& now, const Actors& members, std::string_view by,
                                          const std::vector<std::string>& others) {
  if (!several_agree(now)) return std::nullopt;
  const auto may = who_may_agree(now, members);
  const auto takes =
      fmt::format("a change of the policy takes {} of {}", now.approvals, base::join(may, ", "));
  if (!holds(may, by))
    return Forbidden{
        fmt::format("{}, and {} is none of them", takes, by), {}, base::join(may, ", ") + " may"};
  std::vector<std::string> agreed{std::string(by)}, left;
  for (const auto& each : may)
    if (each != by) (holds(others, each) ? agreed : left).push_back(each);
  if (static_cast<std::int64_t>(agreed.size()) >= now.approvals) return std::nullopt;
  return Forbidden{
      fmt::format("{}, who agree to the same text: so far {}", takes, base::join(agreed, ", ")),
      {},
      fmt::format("`crm policy propose FILE` lets {} see it; they agree with `crm policy approve {}`",
                  base::join(left, ", "), by)};
}

std::optional<Forbidden> decide_succession(const Policy& now, const Policy& next, const Actors& members) {
  // Whoever agrees to version 4 has seen version 3: another one that comes between is not skipped.
  if (several_agree(now) ? next.version != now.version + 1 : next.version <= now.version)
    return Forbidden{several_agree(now) ? fmt::format("the policy's version would go from {} to {}: the next "
                                                      "one is {}",
                                                      now.version, next.version, now.version + 1)
                                        : fmt::format("the policy's version would go from {} to {}: it only "
                                                      "grows",
                                                      now.version, next.version),
                     {},
                     "each change raises `version` by one"};
  if (can_be_changed(next, members)) return std::nullopt;
  return Forbidden{fmt::format("nobody could change that policy again: it wants {} who agree, and {} may",
                               next.approvals, list_or_none(who_may_agree(next, members))),
                   {},
                   "name as many members in `approvers` whose roles may change the policy"};
}

std::optional<Forbidden> decide_who_is_left(const Policy& policy, const Actors& before, const Actors& after) {
  if (has_a_way_back(policy, after) || !has_a_way_back(policy, before)) return std::nullopt;
  auto last = who_may_give_roles(policy, before);
  if (last.empty()) last = who_may_agree(policy, before);
  auto roles = roles_that_may(policy, role_update);
  if (roles.empty()) roles = roles_that_may(policy, policy_update);
  return Forbidden{fmt::format("after that nobody could change the members' roles or the policy, nor take it "
                               "back: of those who work here with an approved key only {} may",
                               base::join(last, ", ")),
                   {},
                   fmt::format("first let somebody else do so: `crm member set MEMBER role={}`, and `crm "
                               "member approve MEMBER` for their device",
                               base::join(roles, "|"))};
}

bool guards_members(const Policy& policy, const Schema& schema) {
  return several_agree(policy) && schema.type == member_type;
}

std::optional<Forbidden> decide_approver(const Policy& policy, const Schema& schema, const Record* before,
                                         const Record& after, std::string_view by) {
  if (!guards_members(policy, schema)) return std::nullopt;
  const auto& handle = after.text(schema.key_field);
  if (!holds(policy.approvers, handle) || handle == by) return std::nullopt;
  const auto because = fmt::format("{} is one of those who agree to changes of the policy", handle);
  if (before == nullptr || before->text(schema.key_field) != handle)
    return Forbidden{because + ": nobody else gets that handle", {schema.key_field}, "choose another handle"};
  const auto *had = before->get(keys_field).if_list(), *has = after.get(keys_field).if_list();
  if (has == nullptr) return std::nullopt;
  for (const auto& key : *has)
    if (had == nullptr || std::find(had->begin(), had->end(), key) == had->end())
      return Forbidden{because + fmt::format(": only {} vouches for another key of theirs", handle),
                       {keys_field},
                       fmt::format("{} approves it on a device they have; if there is none left, the others "
                                   "agree on `approvers` without {}, and then the key is approved",
                                   handle, handle)};
  return std::nullopt;
}

std::optional<Forbidden> decide_member_schema(const Policy& policy, const Schema& before,
                                              const Schema* after) {
  if (!guards_members(policy, before)) return std::nullopt;
  if (after != nullptr && after->type == before.type && after->folder == before.folder &&
      after->key_field == before.key_field)
    return std::nullopt;
  return Forbidden{"where several must agree to a change of the policy, members keep their folder and the "
                   "field of their handle",
                   {},
                   "agree on `approvals: 1` first"};
}

std::vector<std::string> differences(const Policy& before, const Policy& after) {
  std::vector<std::string> out;
  compare(out, "approvals", std::to_string(before.approvals), std::to_string(after.approvals));
  compare(out, "approvers", list_or_none(before.approvers), list_or_none(after.approvers));
  std::set<std::string> roles;
  for (const auto* policy : {&before, &after})
    for (const auto& each : policy->roles)
      roles.insert(each.first);
  for (const auto& role : roles) {
    const bool was = before.roles.contains(role), is = after.roles.contains(role);
    if (was != is) out.push_back("role " + role + (is ? ": is new" : ": is gone"));
    compare_role(out, role, before, after);
  }
  return out;
}

} // namespace crm::core
