// What `crm help` explains that is no command.
#pragma once

#include <string>
#include <vector>

namespace crm::cmd {

struct Topic {
  std::string name, about; ///< what it is called, and in a few words
  std::string page;        ///< lines of at most 80 columns
};
const std::vector<Topic>& topics();
std::vector<std::string> topic_names();

} // namespace crm::cmd
