// Where the file is that a store travels in.
#pragma once

#include "app/sync.hpp"

#include <string>

namespace crm::app {

/// Absolute, and what a link leads to: what is behind the link is written, and not the link. Throws Error for
/// what cannot be such a file, or is not there where it is only to be read.
std::string bundle_path(const std::string& file, const SyncRequest& request);

} // namespace crm::app
