#include "cmd/usage_error.hpp"

#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/command_line.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

/// The command that was meant, as far as its words say.
struct Meant {
  CLI::App* command = nullptr;
  std::string path;      ///< "crm book move"
  std::size_t words = 0; ///< of the command line: behind them stands what the command was given
  std::string help() const { return "`" + path + " --help` shows how"; }
};

Meant meant_by(const Context& context, const std::vector<std::string>& words) {
  Meant out{context.root, "crm", 0};
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (words[at].starts_with("-")) {
      at += std::max<std::size_t>(shared_option(*context.root, words, at), 1) - 1;
      continue;
    }
    CLI::App* deeper = find_command(*out.command, words[at]);
    if (deeper == nullptr) break;
    out.command = deeper;
    out.path += " " + words[at];
    out.words = at + 1;
  }
  return out;
}

base::Error complaint(const std::string& message, const std::string& hint) {
  return {base::Kind::Usage, message, hint};
}

std::vector<std::string> names_of_commands(const CLI::App& parent) {
  std::vector<std::string> out;
  for (const auto* sub : parent.get_subcommands({}))
    if (!sub->get_group().empty() && !sub->get_name().empty()) out.push_back(sub->get_name());
  return out;
}

const CLI::Option* option_named(const Context& context, const Meant& meant, const std::string& name) {
  const auto* option = meant.command->get_option_no_throw(name);
  return option != nullptr ? option : context.root->get_option_no_throw(name);
}

/// "TEXT: the note, or - to read it from standard input".
std::string described(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::string name = option.get_positional() ? type.substr(0, type.find(':')) : option.get_name();
  return (name.empty() ? option.get_name() : name) +
         (option.get_description().empty() ? "" : ": " + option.get_description());
}

std::string piece(const std::string& text, std::string_view from, std::string_view to) {
  const auto begin = text.find(from);
  if (begin == std::string::npos) return {};
  const auto at = begin + from.size();
  const auto end = to.empty() ? std::string::npos : text.find(to, at);
  return text.substr(at, end == std::string::npos ? end : end - at);
}

/// "a number from 1 to 1000", of "1 to 1000"; with a point in it, it is the parser's for what is positive.
std::string in_words(const std::string& range) {
  constexpr double no_bound = 1e9;
  if (range.find('.') != std::string::npos) return "a number above 0";
  const std::string least = range.substr(0, range.find(" to ")), most = piece(range, " to ", "");
  return "a number from " + least + (std::strtod(most.c_str(), nullptr) < no_bound ? " to " + most : " on");
}

base::Error unknown_option(const Context& context, const Meant& meant, const std::string& word) {
  std::vector<std::string> options;
  for (const auto* owner :
       {static_cast<const CLI::App*>(meant.command), static_cast<const CLI::App*>(context.root)})
    for (const auto* option : owner->get_options())
      for (const auto& name : option->get_lnames())
        options.push_back("--" + name);
  const auto close = base::suggestions(word.substr(0, word.find('=')), options, 1);
  return complaint(meant.path + " has no option " + base::printable(word),
                   close.empty() ? meant.help() : "did you mean " + close.front() + "?");
}

base::Error unknown_command(const Meant& meant, const std::string& word) {
  const auto close = base::suggestions(word, names_of_commands(*meant.command), 1);
  return complaint(meant.path + " has no command \"" + base::printable(word) + "\"",
                   close.empty() ? meant.help() : "did you mean `" + meant.path + " " + close.front() + "`?");
}

/// The words that no option or argument took, as they were given.
std::vector<std::string> left_over(const Context& context, const Meant& meant,
                                   const std::vector<std::string>& words) {
  auto all = context.root->remaining(true);
  std::vector<std::string> out;
  for (std::size_t at = words.size(); at-- > meant.words;)
    if (const auto it = std::find(all.begin(), all.end(), words[at]); it != all.end() && words[at] != "--") {
      out.insert(out.begin(), "\"" + base::printable(words[at]) + "\"");
      all.erase(it);
    }
  return out;
}

base::Error too_much(const Context& context, const Meant& meant, const std::vector<std::string>& words) {
  const auto extra = left_over(context, meant, words);
  const auto hint =
      meant.help() + (extra.size() > 1 ? "; a text of several words wants quotes around it" : "");
  // A verb that may be left out, and was mistyped.
  const auto* parent = meant.command->get_parent();
  if (meant.command->get_name() == "new" && parent != nullptr && meant.words < words.size()) {
    const auto close = base::suggestions(words[meant.words], names_of_commands(*parent), 1);
    if (!close.empty())
      return complaint(fmt::format("crm {} has no command \"{}\"", parent->get_name(),
                                   base::printable(words[meant.words])),
                       fmt::format("did you mean `crm {} {}`?", parent->get_name(), close.front()));
  }
  return complaint(extra.empty() ? meant.path + " was given more than it takes"
                                 : meant.path + " does not take " + base::join(extra, ", "),
                   hint);
}

/// Of a value that an option was given, or was not.
base::Error bad_value(const Context& context, const Meant& meant, const std::string& said) {
  const bool converting = said.starts_with("Could not convert: ");
  const std::string name = converting ? piece(said, "convert: ", " = ") : said.substr(0, said.find(':'));
  const auto* option = option_named(context, meant, name);
  const auto wants = [&](const std::string& what, const std::string& value) {
    return complaint(fmt::format("{} wants {}, not \"{}\"", name, what, base::printable(value)),
                     meant.help());
  };
  if (converting) return wants("a number", piece(said, " = ", ""));
  if (const auto range = piece(said, " not in range ", ""); !range.empty())
    return wants(in_words(range), piece(said, ": Value ", " not in range "));
  if (auto choices = piece(said, " not in {", "}"); !choices.empty()) {
    std::vector<std::string> all;
    for (const auto choice : base::split(choices, ','))
      all.emplace_back(choice);
    return wants(base::join(all, " or "), piece(said, ": ", " not in {"));
  }
  if (option != nullptr && said.ends_with(" missing"))
    return complaint(fmt::format("{} has no value", name), described(*option));
  if (option != nullptr && said.find(" required but received ") != std::string::npos)
    return complaint(fmt::format("{} takes one value, and was given several", name), described(*option));
  return complaint(base::printable(said), meant.help());
}

} // namespace

base::Error explain(const CLI::ParseError& error, const Context& context,
                    const std::vector<std::string>& words) {
  const auto meant = meant_by(context, words);
  const std::string said = error.what();
  const bool too_many = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  const bool too_few = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  const auto commands = names_of_commands(*meant.command);
  if (too_many || too_few)
    for (std::size_t at = 0; at < words.size() && words[at] != "--"; ++at) {
      const auto& word = words[at];
      if (word.size() > 1 && word.starts_with("-")) {
        const auto shared = shared_option(*context.root, words, at);
        if (shared == 0 && option_named(context, meant, word.substr(0, word.find('='))) == nullptr)
          return unknown_option(context, meant, word);
        at += std::max<std::size_t>(shared, 1) - 1;
      } else if (at >= meant.words && !commands.empty()) {
        return unknown_command(meant, word);
      }
    }
  if (too_many) return too_much(context, meant, words);
  if (too_few) {
    const std::string name = said.substr(0, said.rfind(" is required"));
    if (const auto* option = meant.command->get_option_no_throw(name))
      return complaint(meant.path + " wants " + described(*option), meant.help());
    if (!commands.empty())
      return complaint(meant.path + " wants a command: " + base::join(commands, ", "), meant.help());
  }
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr)
    return complaint(said.substr(0, said.find(" excludes ")) + " and " + piece(said, " excludes ", "") +
                         " exclude each other",
                     meant.help());
  if (dynamic_cast<const CLI::RequiresError*>(&error) != nullptr)
    return complaint(said.substr(0, said.find(" requires ")) + " goes with " + piece(said, " requires ", ""),
                     meant.help());
  return bad_value(context, meant, said);
}

} // namespace crm::cmd
