#include "cmd/run.hpp"

#include "app/refusal.hpp"
#include "base/text.hpp"
#include "cmd/acting.hpp"
#include "cmd/command.hpp"
#include "cmd/command_line.hpp"
#include "cmd/empty_names.hpp"
#include "cmd/exit_codes.hpp"
#include "cmd/help_page.hpp"
#include "cmd/render/lines.hpp"
#include "cmd/tree.hpp"
#include "cmd/usage_error.hpp"
#include "codec/json.hpp"
#include "core/stamp.hpp"

#include <algorithm>
#include <iostream>

namespace crm::cmd {
namespace {

void add_shared(CLI::App& root, Context& context) {
  Shared& shared = context.shared();
  root.add_flag("--json", shared.json, "JSON instead of a table");
  complete(context,
           root.add_option("--format", shared.format, "table, json, ndjson, csv, tsv or yaml")
               ->type_name("FORMAT"),
           Completes::Format);
  complete(context,
           root.add_option("-o,--output", shared.output, "write to FILE instead of standard output")
               ->type_name("FILE"),
           Completes::Folder);
  complete(context,
           root.add_option("--store", shared.store,
                           "the store (default: CRM_STORE, or the one around this folder)")
               ->type_name("DIR"),
           Completes::Folder);
  root.add_flag("-q,--quiet", shared.quiet, "no notices");
}

/// What to do next. When it failed after the commit, the write stands, and who asked must hear it.
std::string next_step(const base::Error& error, const std::string& batch) {
  if (batch.empty()) return error.hint;
  return error.hint + (error.hint.empty() ? "" : "\n") +
         "what you asked for is committed all the same, as batch " + batch.substr(0, 8) +
         ": do not ask again; `crm undo` takes it back";
}

/// The line a person reads, or one JSON object for a script that asked for JSON.
void report(const Context& context, const base::Error& error, bool json) {
  std::string hint = base::printable(next_step(error, context.committed()), base::Newlines::Keep);
  if (json) {
    core::Map document;
    document.set("schema", "crm.error/1");
    document.set("kind", std::string(exit_name(error.kind)));
    document.set("code", exit_code(error.kind));
    document.set("message", error.message);
    document.set("hint", hint.empty() ? core::Value{} : core::Value{hint});
    document.set("batch", context.committed().empty() ? core::Value{} : core::Value{context.committed()});
    for (const char* name : {"candidates", "clashes", "slots", "resources"})
      document.set(name, core::List{});
    if (const auto* refusal = dynamic_cast<const app::Refusal*>(&error))
      for (const auto& [name, value] : refusal->details)
        document.set(name, value);
    std::cerr << codec::to_json(document) << '\n';
    return;
  }
  const Style style(context.terminal().colour && context.terminal().tty_err);
  std::string text = base::printable(error.message, base::Newlines::Keep) + "\n";
  if (!hint.empty()) text += hint + "\n";
  std::cerr << context.for_screen(style.paint(Role::Bad, "crm:") + " " + behind_crm(std::move(text)));
}

void tell_warnings(Context& context) {
  for (const auto& warning : context.take_warnings())
    context.say("crm: note: " + warning);
}

/// `-tag:blocked` is a filter of a list, `-signed` a word that a search is without; both would read as
/// options.
void mark_negated_filters(const CLI::App& root, std::vector<std::string>& words) {
  const auto places = command_words(root, words);
  if (places.empty()) return;
  const std::string& noun = words[places.front()];
  const bool search = noun == "search" || noun == "export";
  if (!search && noun != "list" && (places.size() < 2 || words[places[1]] != "list")) return;
  for (std::size_t at = places.front() + 1; at < words.size(); ++at) {
    auto& word = words[at];
    const auto colon = word.find(':');
    if (word.starts_with('-') && !word.starts_with("--") && word.size() > 2 &&
        (search || (colon != std::string::npos && colon > 2)))
      word.front() = '!'; // even where "-o" is an option: "-owner:none"
    else if (const auto taken = shared_option(root, words, at); taken > 1)
      at += taken - 1; // the value of an option is none
  }
}

/// What is written is told as a document, and asked for as a table it is refused before anything is written.
void refuse_tables_of_writes(const CLI::App& root, const Context& context) {
  const CLI::App* command = &root;
  while (!command->get_subcommands().empty())
    command = command->get_subcommands().front();
  if (command->get_option_no_throw("--dry-run") != nullptr) context.want_document();
}

enum class Attempt { First, Second };

int run(base::Environment& env, const Terminal& terminal, std::vector<std::string> words, Attempt attempt) {
  Context context(env, terminal, words);
  const bool json = std::find(words.begin(), words.end(), "--json") != words.end();
  CLI::App root{"crm: scheduling and customer memory that works offline", "crm"};
  context.root = &root;
  try {
    root.set_version_flag("--version", "crm " CRM_VERSION, "which crm this is");
    root.set_help_flag("-h,--help", "this help");
    root.require_subcommand(0, 1);
    constexpr int widest = 80;
    root.formatter(std::make_shared<HelpPage>(std::min(terminal.width, widest)));
    add_shared(root, context);
    if (!words.empty() &&
        words.front() == "complete") { // the words may be any half of a command line: not for the parser
      words.erase(words.begin());
      if (!words.empty() && words.front() == "--") words.erase(words.begin());
      // What may stand there is the store's own to say.
      context.shared().store = shared_value(root, words, "--store");
      build_tree(root, context, Extent::Whole);
      context.print(candidates(context, std::move(words)));
      context.flush();
      return 0;
    }
    context.shared().store = shared_value(root, words, "--store");
    const bool only_version = words.size() == 1 && words.front() == "--version";
    if (!only_version) build_tree(root, context, Extent::Needed);
    if (words.empty()) words.push_back("help");
    if (words.front() == "help" && find_command(root, "help") == nullptr)
      build_tree(root, context, Extent::Whole);
    words = with_default_verb(root, context, std::move(words));
    words = with_mark_first(root, std::move(words));
    mark_negated_filters(root, words);
    root.parse_complete_callback([&] {
      refuse_tables_of_writes(root, context);
      refuse_empty_names(root, context);
    });
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    root.parse(reversed);
    tell_warnings(context);
    context.flush();
    return context.exit_code;
  } catch (const ReaderGone&) {
    return context.exit_code;
  } catch (const CLI::CallForHelp&) {
    std::cout << root.help(); // of the command that was meant
    return 0;
  } catch (const CLI::CallForVersion&) {
    std::cout << "crm " CRM_VERSION "\n";
    return 0;
  } catch (const CLI::ParseError& error) {
    const auto explained = explain(error, context, words);
    report(context, explained, json);
    return exit_code(explained.kind);
  } catch (const base::Error& error) {
    tell_warnings(context);
    report(context, error, json);
    return exit_code(error.kind);
  } catch (const index::Stale& damage) { // of a row: what SQLite sees is mended on the way
    context.workspace().drop_index();
    if (attempt == Attempt::First && context.can_begin_again())
      return run(env, terminal, context.words(), Attempt::Second);
    report(
        context,
        base::Error(base::Kind::Failure, damage.what(),
                    "it has been thrown away, and the next command makes it anew from the records: run this "
                    "one again"),
        json);
    return exit_code(base::Kind::Failure);
  } catch (const std::exception& error) {
    report(context,
           base::Error(base::Kind::Failure, error.what(),
                       "this is a defect in crm; the store is as the last commit says"),
           json);
    return exit_code(base::Kind::Failure);
  }
}

} // namespace

int run(base::Environment& env, const Terminal& terminal, std::vector<std::string> words) {
  if (words.size() > 2 && words.front() == "as" && core::is_name(words[1])) {
    ActingEnvironment acting(env, words[1]);
    return run(acting, terminal, {words.begin() + 2, words.end()});
  }
  return run(env, terminal, std::move(words), Attempt::First);
}

} // namespace crm::cmd
