// Who may do what: the policy of a store and the one decision that is made by it. Pure, so that whoever
// receives a change decides as the device did that made it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::core {

enum class Operation { Create, Update, Delete };
std::string_view to_text(Operation operation); ///< "create", as a policy has it

/// Types that are no records: what a store's other files are to a policy.
inline constexpr std::string_view schema_type = "schema", settings_type = "settings", policy_type = "policy",
                                  member_type = "member";
/// An attachment's file: whoever may write any record may add one, nobody may change or delete it. Who may
/// name it in a record is a matter of that record's type.
inline constexpr std::string_view attachment_type = "attachment";
/// In a policy: every type of record but members.
inline constexpr std::string_view every_type = "*";

/// Which fields of a type: all of them, or those that are named.
struct Scope {
  bool all = false;
  std::vector<std::string> fields;
  bool holds(std::string_view field) const;
  bool none() const { return !all && fields.empty(); }
  friend bool operator==(const Scope&, const Scope&) = default;
};

/// What a role may do with a type. Deleting covers taking back what was deleted.
struct Grant {
  Scope create, update;
  bool remove = false;
  friend bool operator==(const Grant&, const Grant&) = default;
};

struct Policy {
  std::int64_t version = 1; ///< grows with each change; what is older is not taken in
  /// How many of `approvers` must want a change of the policy, whoever makes it included. See agreement.hpp.
  std::int64_t approvals = 1;
  std::vector<std::string> approvers; ///< members' keys; empty where one is enough
  std::map<std::string, std::map<std::string, Grant, std::less<>>, std::less<>> roles;

  /// Null where the role is granted nothing of the type.
  const Grant* grant(std::string_view role, std::string_view type) const;
};

/// Who acts, as the store knew them before the change.
struct Actor {
  std::string member, role;
  bool active = true; ///< works here
};

/// One record, or one other file, that a batch changes.
struct PolicyChange {
  std::string type;
  Operation operation = Operation::Update;
  std::vector<std::string> fields; ///< that get or lose a value; empty where the type has none
};

/// Why not. Each is a part of a sentence for people.
struct Forbidden {
  std::string why;                 ///< "staff may not change deals' value"
  std::vector<std::string> fields; ///< those that are too much, where the rest would be allowed
  std::string instead;             ///< what to do, where it is not for another role to do it; else ""
};

/// The decision: nothing when it is allowed. What no rule grants is denied.
std::optional<Forbidden> decide(const Policy& policy, const Actor& actor, const PolicyChange& change);

/// The roles that may, sorted: whom to ask.
std::vector<std::string> roles_that_may(const Policy& policy, const PolicyChange& change);

} // namespace crm::core
