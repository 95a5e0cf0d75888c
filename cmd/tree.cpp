#include "cmd/tree.hpp"

#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/command_line.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

struct Entry {
  const char* name;
  void (*add)(CLI::App&, Context&);
  const char* also = ""; ///< the type that the noun stands for, when its name differs
};

constexpr Entry entries[] = {
    {"init", add_init},
    {"book", add_book, "appointment"},
    {"contact", add_contact},
    {"note", add_note},
    {"task", add_task},
    {"deal", add_deal},
    {"member", add_member},
    {"day", add_day},
    {"week", add_week},
    {"agenda", add_agenda},
    {"free", add_free},
    {"route", add_route},
    {"search", add_search},
    {"report", add_report},
    {"export", add_export},
    {"import", add_import},
    {"attachment", add_attachment},
    {"status", add_status},
    {"undo", add_undo},
    {"rollback", add_rollback},
    {"add", add_add},
    {"list", add_list},
    {"show", add_show},
    {"edit", add_edit},
    {"set", add_set},
    {"rm", add_rm},
    {"restore", add_restore},
    {"sync", add_sync},
    {"remote", add_remote},
    {"hub", add_hub},
    {"join", add_join},
    {"checkpoint", add_checkpoint},
    {"conflicts", add_conflicts},
    {"resolve", add_resolve},
    {"merge-file", add_merge_file},
    {"commit", add_commit},
    {"whoami", add_whoami},
    {"as", add_as},
    {"types", add_types},
    {"policy", add_policy},
    {"audit", add_audit},
    {"doctor", add_doctor},
    {"git", add_git},
    {"help", add_help},
    {"hook", add_hook},
};

bool has_own_noun(const std::string& type) {
  return std::any_of(std::begin(entries), std::end(entries),
                     [&](const Entry& entry) { return entry.name == type || entry.also == type; });
}

/// The store's types that are nouns by their schema alone. No store, or a broken one, has none: the commands
/// work all the same.
std::vector<std::string> schema_nouns(Context& context) {
  std::vector<std::string> out;
  try {
    for (auto& type : context.types())
      if (!has_own_noun(type)) out.push_back(std::move(type));
  } catch (const base::Error&) {
  }
  return out;
}

} // namespace

void build_tree(CLI::App& root, Context& context, Extent extent) {
  const std::string wanted = command_word(context, 0);
  if (extent == Extent::Needed) {
    for (const auto& entry : entries)
      if (entry.name == wanted && wanted != "help") return entry.add(root, context);
    const auto nouns =
        wanted.empty() || wanted == "help" ? std::vector<std::string>{} : schema_nouns(context);
    if (std::find(nouns.begin(), nouns.end(), wanted) != nouns.end()) return add_noun(root, context, wanted);
  }
  for (const auto& entry : entries)
    entry.add(root, context);
  for (const auto& type : schema_nouns(context))
    add_noun(root, context, type);
}

bool is_internal(const std::string& name) {
  return name == "merge-file" || name == "hook" || name == "complete";
}

std::vector<std::string> command_names(Context& context) {
  std::vector<std::string> out;
  for (const auto& entry : entries)
    if (!is_internal(entry.name)) out.emplace_back(entry.name);
  for (auto& type : schema_nouns(context))
    out.push_back(std::move(type));
  return out;
}

namespace {

/// `crm book mvoe 442t …`: a word before others that is nearly a verb, and no contact's name.
void refuse_misspelt_verb(Context& context, const CLI::App& noun, const std::vector<std::string>& words,
                          std::size_t at) {
  const bool alone = at + 1 >= words.size() || words[at + 1].starts_with("-");
  const bool is_new = std::find(words.begin(), words.end(), "--new") != words.end(); // a contact to be
  if (alone || is_new) return;
  std::vector<std::string> verbs;
  for (const auto* verb : noun.get_subcommands({}))
    verbs.push_back(verb->get_name());
  const auto close = base::suggestions(words[at], verbs, 1);
  if (close.empty()) return;
  const bool of_a_contact = noun.get_name() != "task";
  try {
    if (of_a_contact && app::find(context.workspace(), "contact", words[at])) return;
  } catch (const base::Error& error) {
    if (error.kind == base::Kind::Ambiguous) return; // it names several
    throw;
  }
  throw base::Error(base::Kind::Usage,
                    fmt::format("crm {} has no command \"{}\"{}", noun.get_name(), base::printable(words[at]),
                                of_a_contact ? ", and there is no contact of that name" : ""),
                    fmt::format("did you mean `crm {} {}`?", noun.get_name(), close.front()));
}

} // namespace

std::vector<std::string> with_default_verb(CLI::App& root, Context& context, std::vector<std::string> words) {
  const auto places = command_words(root, words);
  if (places.empty()) return words;
  const std::size_t at = places.front();
  const std::string noun_name = words[at];
  if (noun_name != "book" && noun_name != "note" && noun_name != "task") return words;
  CLI::App* noun = find_command(root, noun_name);
  if (noun == nullptr) return words;
  CLI::App* verb = find_command(*noun, "new");
  for (std::size_t i = at + 1; i < words.size(); ++i) {
    std::string word = words[i];
    if (word == "--help" || word == "-h") return words;
    if (word.size() > 1 && word.front() == '-') {
      const auto equals = word.find('=');
      const CLI::Option* option = verb->get_option_no_throw(word.substr(0, equals));
      if (option == nullptr) option = root.get_option_no_throw(word.substr(0, equals));
      if (option != nullptr && option->get_items_expected_min() > 0 && equals == std::string::npos) ++i;
      continue;
    }
    if (find_command(*noun, word) != nullptr) return words;
    refuse_misspelt_verb(context, *noun, words, i);
    words.insert(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, "new");
    return words;
  }
  return words;
}

} // namespace crm::cmd
