// A name that is an empty word is a mistake, like a variable that a script has not set: it means nobody
// nowhere.
#pragma once

#include "cmd/command.hpp"

namespace crm::cmd {

/// Of what was typed: throws Error(Usage) for an argument or option that stands for a record and is blank.
void refuse_empty_names(const CLI::App& root, const Context& context);

} // namespace crm::cmd
