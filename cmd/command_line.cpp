#include "cmd/command_line.hpp"

#include "cmd/command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>

namespace crm::cmd {
namespace {

constexpr std::size_t short_option = 2; ///< "-o"; its value may follow at once

bool is_long(const std::string& word) {
  return word.starts_with("--");
}

std::string name_of_option(const std::string& word) {
  return is_long(word) ? word.substr(0, word.find('=')) : word.substr(0, short_option);
}

bool holds_value(const std::string& word) {
  return is_long(word) ? word.find('=') != std::string::npos : word.size() > short_option;
}

/// Null for what is no option of all commands. `-zed` is none, though `-z` might be one: only one that takes
/// a value may have something behind it.
const CLI::Option* find_shared(const CLI::App& root, const std::string& word) {
  if (word.size() < short_option || word.front() != '-') return nullptr;
  const auto* option = root.get_option_no_throw(name_of_option(word));
  return option != nullptr && (option->get_items_expected_max() > 0 || !holds_value(word)) ? option : nullptr;
}

} // namespace

std::size_t shared_option(const CLI::App& root, const std::vector<std::string>& words, std::size_t at) {
  const auto* option = find_shared(root, words[at]);
  if (option == nullptr) return 0;
  return option->get_items_expected_max() > 0 && !holds_value(words[at]) ? 2 : 1;
}

std::vector<std::size_t> command_words(const CLI::App& root, const std::vector<std::string>& words) {
  std::vector<std::size_t> out;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t skipped = shared_option(root, words, at);
    if (skipped == 0 && words[at].size() > 1 && words[at].front() == '-') break;
    if (skipped == 0) out.push_back(at);
    at += std::max<std::size_t>(skipped, 1);
  }
  return out;
}

std::string command_word(const Context& context, std::size_t at) {
  const auto places = command_words(*context.root, context.words());
  return at < places.size() ? context.words()[places[at]] : std::string();
}

std::string shared_value(const CLI::App& root, const std::vector<std::string>& words,
                         const std::string& name) {
  std::string out;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t skipped = shared_option(root, words, at);
    if (skipped > 0 && find_shared(root, words[at]) == root.get_option_no_throw(name)) {
      if (skipped == 2)
        out = at + 1 < words.size() ? words[at + 1] : std::string();
      else
        out = words[at].substr(is_long(words[at]) ? name.size() + 1 : short_option);
    }
    at += std::max<std::size_t>(skipped, 1);
  }
  return out;
}

std::vector<std::string> with_mark_first(const CLI::App& root, std::vector<std::string> words) {
  const auto mark = std::find(words.begin(), words.end(), "--");
  if (mark == words.end()) return words;
  const CLI::App* command = &root;
  std::vector<std::string> first, arguments;
  for (auto word = words.begin(); word != mark; ++word) {
    if (word->size() < 2 || word->front() != '-') {
      const CLI::App* deeper = arguments.empty() ? find_command(*command, *word) : nullptr;
      (deeper != nullptr ? first : arguments).push_back(*word);
      if (deeper != nullptr) command = deeper;
      continue;
    }
    first.push_back(*word);
    const auto* option = command->get_option_no_throw(name_of_option(*word));
    if (option == nullptr) option = root.get_option_no_throw(name_of_option(*word));
    const bool wants_value = option != nullptr && option->get_items_expected_min() > 0 && !holds_value(*word);
    if (wants_value && std::next(word) != mark) first.push_back(*++word);
  }
  if (command->get_prefix_command()) return words; // they are another program's
  first.emplace_back("--");
  first.insert(first.end(), arguments.begin(), arguments.end());
  first.insert(first.end(), std::next(mark), words.end());
  return first;
}

} // namespace crm::cmd
