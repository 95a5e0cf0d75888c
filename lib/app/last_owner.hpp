// The last who may say who does what: no batch takes that from them, as nobody could give it back.
#pragma once

#include "app/workspace.hpp"

#include <vector>

namespace crm::app {

/// `written`: the members that a batch makes or changes, as they shall be. Throws Error(Denied) when nobody
/// with an approved key would be left who may change the members' roles or the policy.
void require_somebody_left(Workspace& workspace, const std::vector<core::Record>& written);

} // namespace crm::app
