// What changing the policy takes beside the right to: that so many of those whom the policy names want
// exactly the text that shall be in force. Pure, as `decide` is, and for the same reason.
#pragma once

#include "core/policy.hpp"
#include "core/record.hpp"
#include "core/schema.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::core {

using Actors = std::map<std::string, Actor, std::less<>>; ///< by the member's key

/// Those whose word counts, in the policy's order: the named ones who work here and may change the policy.
/// Without names, everybody who may.
std::vector<std::string> who_may_agree(const Policy& policy, const Actors& members);

/// Whether `by` may put another policy in the place of `now`, when `others` want the same: as a text, so that
/// nobody agreed to something else.
std::optional<Forbidden> decide_agreement(const Policy& now, const Actors& members, std::string_view by,
                                          const std::vector<std::string>& others);
/// Whether `next` may follow `now`, whoever wants it: its version is the next one, and there are enough who
/// could change it again.
std::optional<Forbidden> decide_succession(const Policy& now, const Policy& next, const Actors& members);
/// Whether `after` may follow `before`: not where it leaves nobody who could change the members' roles or the
/// policy again. Where the store keeps keys, whoever has none that counts is in neither.
std::optional<Forbidden> decide_who_is_left(const Policy& policy, const Actors& before, const Actors& after);

/// True where a change of a record of that type has to be looked at, whatever the role may.
bool guards_members(const Policy& policy, const Schema& schema);
/// Whoever can make the members could make those who agree. Where more than one has to, nobody else gets an
/// approver's handle, and a key of theirs is vouched for by them alone. `before` null: the record is new.
std::optional<Forbidden> decide_approver(const Policy& policy, const Schema& schema, const Record* before,
                                         const Record& after, std::string_view by);
/// By the same reason the way in which members are read stays: null `after` for a schema that is gone.
std::optional<Forbidden> decide_member_schema(const Policy& policy, const Schema& before,
                                              const Schema* after);

/// What the second says otherwise, a line each: "staff: deal: update: stage → all".
std::vector<std::string> differences(const Policy& before, const Policy& after);

} // namespace crm::core
