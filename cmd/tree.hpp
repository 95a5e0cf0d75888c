// The command tree: which commands there are, and which of them this command line needs.
#pragma once

#include "cmd/context.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace crm::cmd {

/// Adds the command that the first word names, or all of them when it names none (help, completion, a
/// mistake): building the whole tree costs more than most commands do.
enum class Extent { Needed, Whole };
void build_tree(CLI::App& root, Context& context, Extent extent);

/// Whether git or a shell gives the command, and no person.
bool is_internal(const std::string& name);

/// Names of all commands that people give, the store's own types included.
std::vector<std::string> command_names(Context& context);

/// Where the first word after `book`, `note` or `task` is no verb, `new` is meant: returns the words with it
/// put in. Throws Error(Usage) for a verb that was misspelt.
std::vector<std::string> with_default_verb(CLI::App& root, Context& context, std::vector<std::string> words);

} // namespace crm::cmd
