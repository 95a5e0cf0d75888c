// Reading a moment from the command line: a time that the clock shows twice is asked about on a terminal.
#pragma once

#include "app/booking.hpp"
#include "cmd/context.hpp"

#include <string>

namespace crm::cmd {

/// Throws Error(Usage) for what is no time, has no hour, does not exist, or exists twice where nobody can be
/// asked. `seen_from` as `app::parse_when` has it.
app::Moment read_moment(Context& context, const std::string& phrase, const std::string& zone,
                        std::optional<core::LocalTime> seen_from = {});

/// "" is the store's. Throws Error(Usage) for what is no zone.
std::string read_zone(app::Workspace& workspace, const std::string& zone);

} // namespace crm::cmd
