// How a conflict is shown, to whoever looks and to whoever decides.
#pragma once

#include "app/conflicts.hpp"
#include "cmd/context.hpp"

#include <cstddef>
#include <string>

namespace crm::cmd {

/// The unit's value as people read it: each of a group's fields, or what it is called when there is none.
std::string value_text(Context& context, const app::Disputed& each, const core::Conflict& conflict,
                       const core::Map& values);

/// The rest of a line, and the lines that go on below it.
void print_value(Context& context, std::size_t indent, const std::string& value);

/// Whether what was before is known, and shown.
bool takes_base(const app::Disputed& each, std::size_t index);

/// Long texts can stand one below the other.
bool can_hold_both(Context& context, const app::Disputed& each, const core::Conflict& conflict);

void print_conflict(Context& context, const app::Disputed& each, std::size_t index);

} // namespace crm::cmd
