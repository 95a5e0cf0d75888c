// Moving the branch to a new commit: the moment at which a batch is there.
#pragma once

#include "store/repository_impl.hpp"

#include <chrono>
#include <string>

namespace crm::store {

struct Move {
  std::string branch;
  Oid from; ///< "" when the branch has no commit yet
  Oid to;
  std::string why; ///< for the reflog
  Signature who;
};

struct Moved {
  Outcome outcome;
  std::string why; ///< libgit2's or the system's words when something failed on the way
};

/// Compare-and-swap. After an error the branch is read again and decides. Throws Error(Busy), with nothing
/// changed, when git holds the branch's lock until `deadline` or the branch is no longer at `from`.
Moved move_branch(const Repository::Impl& repository, const Move& move,
                  std::chrono::steady_clock::time_point deadline);

} // namespace crm::store
