// A hub: a bare repository, wherever git can be pushed to, whose hook lets nothing in that a device would not
// take.
#pragma once

#include "store/repository.hpp"

#include <string>

namespace crm::store {

/// A bare repository at `folder` (made, or empty) with the hook, which runs `crm hub receive`: by the path of
/// this program where it is still there, else by the name. Throws Error(Usage) when something is there,
/// Error(Failure).
void create_hub(const std::string& folder, const std::string& branch);

/// Where this program's file is; "" when that is not known.
std::string this_program();

/// A folder with nothing but the hook of a hub, made by this device for itself: whoever pushes to a hub that
/// is a folder runs their own crm, and nothing that the folder brings. "" when `folder` is no hub.
std::string hooks_for(const std::string& folder, const std::string& private_dir);

} // namespace crm::store
