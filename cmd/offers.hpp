// What completion offers where no record is meant: batches, devices, remotes and what waits for somebody.
#pragma once

#include "cmd/context.hpp"

#include <string>
#include <utility>
#include <vector>

namespace crm::cmd {

/// Words with what they are; none for what the store does not list.
std::vector<std::pair<std::string, std::string>> offers(Context& context, Completes what);

} // namespace crm::cmd
