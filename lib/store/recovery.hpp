// Putting right what a killed process or a power loss left. Runs under the write lock, before every write;
// when all is well it costs a look at a few names.
#pragma once

#include "store/settled.hpp"

#include <string>
#include <vector>

namespace crm::store {

enum class LastHolder { Released, Died };

struct Recovered {
  Oid head;
  Pending left; ///< what could not be brought forward now; `settled` has not moved then
  std::vector<std::string> warnings;
};

/// Throws Error(Failure) when HEAD cannot be read and no earlier commit of the branch can take its place.
Recovered recover(const Repository::Impl& repository, LastHolder last);

/// Working files and git's index for these paths as `head` has them. Adds to `warnings`; false when something
/// is left.
bool bring_forward(const Repository::Impl& repository, const Oid& head, const Pending& pending,
                   std::vector<std::string>& warnings);

} // namespace crm::store
