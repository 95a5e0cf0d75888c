// Examples of `new`, `set` and `edit` that are true of a type: of its own fields, with values that they take.
#pragma once

#include "core/schema.hpp"

#include <string>

namespace crm::cmd {

/// `noun` is what the type is called on the command line: "book" for an appointment.
std::string examples_of_new(const std::string& noun, const core::Schema& schema);
std::string examples_of_list(const std::string& noun, const core::Schema& schema);
std::string examples_of_set(const std::string& noun, const core::Schema& schema);
std::string examples_of_edit(const std::string& noun, const core::Schema& schema);

} // namespace crm::cmd
