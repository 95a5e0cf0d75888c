// A store whose newest commit cannot be read: nothing else works in it, so it is looked at before it is
// opened.
#pragma once

#include "app/batch.hpp"
#include "app/health.hpp"
#include "store/branch_repair.hpp"

#include <optional>
#include <string>

namespace crm::app {

struct Repair {
  store::BranchRepair branch;
  std::string zone; ///< the store's, for the time of a commit
  bool done = false;
  bool prepared = false; ///< a `git clone` was given git's settings as a store has them
};

/// At `folder` as Workspace::open() has it. With DryRun only what would be done. Throws Error(NotFound | Busy
/// | Failure).
Repair repair(const base::Environment& env, const std::optional<std::string>& folder, Mode mode);

/// What is wrong, and what was done or would be.
Check to_check(const Repair& repair);

} // namespace crm::app
