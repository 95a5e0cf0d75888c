// A list as groups: how many records have each value of a field, and what their numbers come to.
#pragma once

#include "cmd/context.hpp"
#include "core/record.hpp"
#include "core/schema.hpp"

#include <string>
#include <vector>

namespace crm::cmd {

/// By value, most records first; one line for each value and unit (`currency`), as sums over mixed units mean
/// nothing. A record counts once for each element of a list.
void print_groups(Context& context, const core::Schema& schema, const std::vector<core::Record>& records,
                  const core::Field& field);

} // namespace crm::cmd
