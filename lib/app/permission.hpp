// What the acting member may write, checked before it is written: what this device lets through, the others
// will take.
#pragma once

#include "app/workspace.hpp"
#include "core/policy.hpp"
#include "sync/authority.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace crm::app {

class Permission {
 public:
  /// By the policy and the members of HEAD. Throws Error(InvalidData) when the policy cannot be read.
  explicit Permission(Workspace& workspace);

  /// From `before` (null: it is new) to `after`. Why not, or nothing.
  std::optional<core::Forbidden> refuse(const core::Record* before, const core::Record& after,
                                        const core::Schema& schema);
  /// A file that is no record, as it shall be (nothing: removed).
  std::optional<core::Forbidden> refuse_file(const store::Change& file);
  /// True when no change of a record of the type needs to be looked at.
  bool unlimited(const core::Schema& schema) const;
  /// Whether the member may; asking is no attempt.
  bool may(const core::PolicyChange& change) const;
  /// Throws Error(Denied) unless the member may.
  void require(const core::PolicyChange& change);
  /// Throws Error(Denied), naming who may.
  [[noreturn]] void deny(const core::Forbidden& forbidden) const;

 private:
  std::optional<core::Forbidden> decide(const core::PolicyChange& change);
  /// By the schemas of HEAD too.
  const sync::Authority& authority();
  Workspace& m_workspace;
  std::optional<core::Policy> m_policy;
  core::Actor m_actor;
  std::unique_ptr<sync::Authorities> m_authorities; ///< once it is asked
  core::PolicyChange m_refused;                     ///< the last one
};

} // namespace crm::app
