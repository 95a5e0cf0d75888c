// One record, whole.
#pragma once

#include "cmd/context.hpp"

#include <string>

namespace crm::cmd {

/// `type` "" for any. A contact is shown with its whole story.
void run_show(Context& context, const std::string& type, const std::string& word);

} // namespace crm::cmd
