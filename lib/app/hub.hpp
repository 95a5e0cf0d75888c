// What a hub does with a push: the same checks as every device makes, before anything is there.
#pragma once

#include "base/env.hpp"
#include "store/repository.hpp"

#include <string>
#include <vector>

namespace crm::app {

struct RefUpdate {
  store::Oid from, to; ///< forty zeros for a ref that is made or removed
  std::string ref;
};

/// A line of a pre-receive hook's input: "OLD NEW REF". Throws Error(Usage) for what is none.
RefUpdate parse_update(const std::string& line);

/// Refs that would be removed: nothing is removed from a hub. A sentence each.
std::vector<std::string> removals(const std::vector<RefUpdate>& updates);
/// Why the push may not be taken in, a sentence each, for who pushed; empty when it may.
std::vector<std::string> refusals(const store::Repository& hub, const base::Environment& env,
                                  const std::vector<RefUpdate>& updates);

} // namespace crm::app
