// Records by state, with sums.
#pragma once

#include "cmd/context.hpp"

#include <string>

namespace crm::cmd {

void run_board(Context& context, const std::string& type, const std::string& number_field);

} // namespace crm::cmd
