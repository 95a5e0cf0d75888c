// The policy as it is, and how another one comes to take its place: whoever may change it proposes a text;
// where several have to agree they propose the same one, and the last of them puts it in force with the same
// batch.
#pragma once

#include "app/batch.hpp"
#include "core/policy.hpp"

#include <string>
#include <vector>

namespace crm::app {

/// One text that somebody wants as the policy.
struct Proposal {
  std::string id; ///< of the text: its first characters name it
  std::string text;
  core::Policy policy;
  std::vector<std::string> agreed;      ///< members who want exactly this
  std::vector<std::string> differences; ///< from the policy in force, a line each
};

struct PolicyState {
  core::Policy policy;
  std::vector<std::string> may_agree; ///< whose word counts when it is changed
  /// Those that could be the next one; what is past or cannot be read is left out. Sorted by id.
  std::vector<Proposal> proposals;
};
/// Of HEAD. Throws Error(NotFound) where the store has no policy, Error(InvalidData) where it cannot be read.
PolicyState policy_state(Workspace& workspace);

/// Those that the acting member may agree to, and has not. None where the policy is none, or cannot be read.
std::vector<Proposal> proposals_to_answer(Workspace& workspace);

/// By a member who wants it, or by the beginning of its id. Throws Error(NotFound | Ambiguous).
const Proposal& find_proposal(const PolicyState& state, const std::string& who);

struct Proposed {
  Committed committed;
  Proposal proposal; ///< with the acting member among those who agree
  bool in_force = false;
  std::int64_t approvals = 1;     ///< that it takes
  std::vector<std::string> asked; ///< who could agree and has not
};
/// What the acting member wants from now on. Puts it in force when enough want the same. Throws
/// Error(InvalidData) for a text that is no policy, Error(Denied).
Proposed propose_policy(Workspace& workspace, const std::string& text, Mode mode);
/// The same as somebody else.
Proposed approve_policy(Workspace& workspace, const std::string& who, Mode mode);
/// The acting member wants nothing any more. Throws Error(NotFound).
Committed withdraw_policy(Workspace& workspace, Mode mode);

} // namespace crm::app
