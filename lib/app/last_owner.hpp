// Those who may say who does what, and whose key is believed: no batch takes that from the last of them, as
// nobody could give it back, and without a device of theirs no other one is let in.
#pragma once

#include "app/workspace.hpp"

#include <string>
#include <vector>

namespace crm::app {

/// `written`: the members that a batch makes or changes, as they shall be. Throws Error(Denied) when nobody
/// with an approved key would be left who may change the members' roles or the policy.
void require_somebody_left(Workspace& workspace, const std::vector<core::Record>& written);

/// "alice on desk": the devices that can vouch for another key, by the keys that the store believes.
std::vector<std::string> approving_devices(Workspace& workspace);
/// The same as a sentence, with the way out for when none of them is left.
std::string where_to_approve(Workspace& workspace);

} // namespace crm::app
