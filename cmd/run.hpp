// The outermost layer: words in, exit code out. Errors are caught here and nowhere else.
#pragma once

#include "cmd/render/style.hpp"

#include <string>
#include <vector>

namespace crm::base {
class Environment;
}

namespace crm::cmd {

int run(base::Environment& env, const Terminal& terminal, std::vector<std::string> words);

} // namespace crm::cmd
