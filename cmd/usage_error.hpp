// What is wrong with a command line, in a sentence: where, what, and what to do next.
#pragma once

#include "base/error.hpp"
#include "cmd/context.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace crm::cmd {

/// The parser's complaint about `words`; a mistyped command or option is answered with the one that was
/// meant.
base::Error explain(const CLI::ParseError& error, const Context& context,
                    const std::vector<std::string>& words);

} // namespace crm::cmd
