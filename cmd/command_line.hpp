// The options that all commands share may stand anywhere, before the noun too: what is left without them.
#pragma once

#include "cmd/context.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace crm::cmd {

/// How many words the option of all commands at `at` is, with its value; 0 for what is none.
std::size_t shared_option(const CLI::App& root, const std::vector<std::string>& words, std::size_t at);

/// Where noun, verb and what follows them stand, up to the first option of the command's own.
std::vector<std::size_t> command_words(const CLI::App& root, const std::vector<std::string>& words);

/// The word at such a place of the command line, "" when there are not that many.
std::string command_word(const Context& context, std::size_t at);

/// What the option `name` of all commands was given, or "".
std::string shared_value(const CLI::App& root, const std::vector<std::string>& words,
                         const std::string& name);

/// Behind `--` no word is an option. The parser takes only those arguments there that have none yet:
/// `tag 7f3k vip -- -new` is given to it as `tag -- 7f3k vip -new`, options before the mark.
std::vector<std::string> with_mark_first(const CLI::App& root, std::vector<std::string> words);

} // namespace crm::cmd
