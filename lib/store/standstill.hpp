// What keeps a store from being written until a person has ended it: HEAD on no branch, a rebase or a merge
// by hand under way, a second working tree. A write in between would be no part of the branch, or would take
// what others wrote, and git has merged already, for edits of this device.
#pragma once

#include "store/repository.hpp"

#include <string>

namespace crm::store {

struct Standstill {
  std::string what;   ///< "`git rebase` is under way here, and has not ended"
  std::string advice; ///< the commands that end it
};

/// Throws Error(Failure).
[[noreturn]] void fail_standstill(const Standstill& standstill);
/// Does so where there is one.
void check_standstill(const Repository& repository);

} // namespace crm::store
