// Editing one record: by assignments, or as a file in the person's editor.
#pragma once

#include "app/reach.hpp"
#include "cmd/context.hpp"

#include <string>
#include <vector>

namespace crm::cmd {

struct EditOptions {
  std::string type, record;
  std::vector<std::string> assignments;
  std::string force;
  app::Mode mode = app::Mode::Write;
  app::Reach reach = app::Reach::Unsaid;
};
void run_edit(Context& context, const EditOptions& options);

} // namespace crm::cmd
