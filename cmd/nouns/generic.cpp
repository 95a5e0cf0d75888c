// add, list, show, edit, set, rm, restore: the same verbs for a record of any type, the store's own types
// included.
#include "app/listing.hpp"
#include "app/query.hpp"
#include "app/records.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/editing.hpp"
#include "cmd/listing.hpp"
#include "cmd/shape.hpp"
#include "cmd/showing.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

struct Options {
  std::string type;
  std::vector<std::string> words, assignments, where;
  bool yes = false, skip_clashes = false;
  std::string force;
  app::Mode mode = app::Mode::Write;
  app::Reach reach = app::Reach::Unsaid;
};

/// `crm show ID` and `crm show vehicle ID` both mean something: the first of two words is a type if there is
/// one of that name.
std::string take_type(Context& context, std::vector<std::string>& words) {
  if (words.size() < 2) return {};
  const std::string type = context.workspace().schemas().type_named(words.front());
  if (!type.empty()) words.erase(words.begin());
  return type;
}

bool is_assignment(const std::string& word) {
  const auto equals = word.find('=');
  return equals != std::string::npos && equals > 0 && word.find(' ') > equals;
}

/// Words before the first field=value name records.
void split(Options& options) {
  const auto first = std::find_if(options.words.begin(), options.words.end(), is_assignment);
  options.assignments.assign(first, options.words.end());
  options.words.erase(first, options.words.end());
}

/// Many records at once, as one batch: on a terminal how many is asked about first.
void run_set_where(Context& context, const Options& options) {
  if (options.words.size() != 1 || options.assignments.empty())
    throw base::Error(base::Kind::Usage, "crm set --where wants a type and at least one field=value",
                      "crm set contact --where owner:bob owner=zoe");
  auto& workspace = context.workspace();
  const std::string named = workspace.schemas().type_named(options.words.front());
  const auto& schema = workspace.schemas().get(named.empty() ? options.words.front() : named);
  app::SetRequest request{schema.type, {}, options.assignments, options.force, options.mode};
  request.skip_clashes = options.skip_clashes;
  for (const auto& record : app::list(
           workspace, {.schema = &schema, .filters = app::parse_query(workspace, schema, options.where)}))
    request.records.push_back(record.id.str());
  const auto count = request.records.size();
  const std::string what = base::count_of(count, schema.type);
  if (count == 0) throw base::Error(base::Kind::NotFound, "no " + schema.type + " is left by these filters");
  if (options.mode == app::Mode::Write && context.wants_prompt() && context.for_people() && !options.yes) {
    const auto said =
        context.ask(fmt::format("Set {} of {}? [y/N] ", base::join(options.assignments, ", "), what));
    if (!said || (*said != "y" && *said != "yes")) return context.say("nothing was changed");
  }
  const auto committed = app::set(workspace, request);
  if (context.for_people()) context.print(fmt::format("{} of {} changed\n", committed.records.size(), what));
  constexpr std::size_t shown = 20;
  if (!context.for_people() || committed.records.size() <= shown) answer(context, committed, "");
}

CLI::App* add_generic(CLI::App& root, Context& context, const std::string& name,
                      const std::string& description, const std::string& examples,
                      const std::shared_ptr<Options>& options) {
  auto* command = add_command(root, name, description, examples);
  complete(context,
           command
               ->add_option("words", options->words,
                            "which, by id or name; a type in front looks among its records alone")
               ->required()
               ->type_name("[TYPE] ID"),
           Completes::Record);
  return command;
}

} // namespace

void add_add(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(root, "add", "add a record of any type",
                              "  crm add vehicle \"red van\" plate=AB12CDE\n  crm add contact "
                              "name=\"Ada Lovelace\" phones=\"020 7946 0000\"");
  complete(context,
           command->add_option("type", options->type, "the record type")->required()->type_name("TYPE"),
           Completes::Type);
  complete(context,
           command->add_option("fields", options->assignments, "its name, and fields as field=value")
               ->type_name("[NAME] FIELD=VALUE"),
           Completes::Assignment);
  add_dry_run(*command, options->mode);
  command->callback([&context, options] {
    const std::string type = context.workspace().schemas().get(options->type).type;
    std::optional<std::string> name;
    if (!options->assignments.empty() && !is_assignment(options->assignments.front())) {
      name = options->assignments.front();
      options->assignments.erase(options->assignments.begin());
    }
    answer(context, app::add(context.workspace(), {type, name, options->assignments, options->mode}),
           "Added " + type);
  });
}

void add_list(CLI::App& root, Context& context) {
  auto options = std::make_shared<ListOptions>();
  auto* command = add_command(root, "list", "list records of a type",
                              "  crm list vehicle\n  crm list appointment --on fri --with bob\n  crm list "
                              "contact --format csv -o contacts.csv");
  complete(context,
           command->add_option("type", options->type, "the record type")->required()->type_name("TYPE"),
           Completes::Type);
  add_list_options(*command, context, *options, nullptr);
  command->callback([&context, options] { run_list(context, *options); });
}

void add_show(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_generic(root, context, "show", "show one record",
                              "  crm show 7f3k\n  crm show vehicle \"red van\"", options);
  command->callback([&context, options] {
    const std::string type = take_type(context, options->words);
    for (const auto& word : options->words)
      run_show(context, type, word);
  });
}

void add_edit(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_generic(root, context, "edit", "change a record in your editor, or by field=value",
                              "  crm edit 7f3k\n  crm edit 7f3k notes=\"rings twice\"", options);
  add_reach(*command, options->reach);
  add_dry_run(*command, options->mode);
  add_force(*command, options->force);
  command->callback([&context, options] {
    split(*options);
    const std::string type = take_type(context, options->words);
    if (options->words.size() != 1)
      throw base::Error(base::Kind::Usage, "crm edit takes one record", "crm set changes several at once");
    run_edit(context, {type, options->words.front(), options->assignments, options->force, options->mode,
                       options->reach});
  });
}

void add_set(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_generic(
      root, context, "set", "change fields of records",
      "  crm set 7f3k phones+=\"07700 900123\" tags-=new\n  crm set vehicle \"red van\" plate=XY99ZZZ\n"
      "  crm set contact --where owner:bob --where -tag:vip owner=zoe --dry-run",
      options);
  command->get_option("words")->required(false);
  complete(context,
           command
               ->add_option("--where", options->where,
                            "all that this filter leaves (`crm help filters`); may be repeated")
               ->type_name("FILTER")
               ->expected(1)
               ->take_all()
               ->allow_extra_args(false),
           Completes::Filter);
  command->add_flag("-y,--yes", options->yes, "do not ask, on a terminal");
  add_reach(*command, options->reach);
  add_dry_run(*command, options->mode);
  add_force(*command, options->force);
  command->add_flag("--skip-clashes", options->skip_clashes, "leave those as they are that would clash");
  command->callback([&context, options] {
    split(*options);
    if (!options->where.empty()) return run_set_where(context, *options);
    const std::string type = take_type(context, options->words);
    if (options->assignments.empty() || options->words.empty())
      throw base::Error(base::Kind::Usage, "crm set wants a record and at least one field=value",
                        "crm set ID field=value");
    app::SetRequest request{type, options->words, options->assignments, options->force, options->mode};
    request.reach = options->reach;
    request.skip_clashes = options->skip_clashes;
    answer(context, app::set(context.workspace(), request), "Changed");
  });
}

void add_rm(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_generic(root, context, "rm", "delete records; `crm restore` brings them back",
                              "  crm rm 7f3k\n  crm rm vehicle \"red van\"", options);
  add_reach(*command, options->reach);
  add_dry_run(*command, options->mode);
  command->callback([&context, options] {
    const std::string type = take_type(context, options->words);
    answer(context, app::remove(context.workspace(), type, options->words, options->mode, options->reach),
           "Deleted");
  });
}

void add_restore(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_generic(root, context, "restore", "bring deleted records back",
                              "  crm restore 7f3k\n  crm list contact --deleted", options);
  add_dry_run(*command, options->mode);
  add_force(*command, options->force);
  command->callback([&context, options] {
    const std::string type = take_type(context, options->words);
    answer(context, app::restore(context.workspace(), type, options->words, options->force, options->mode),
           "Restored");
  });
}

} // namespace crm::cmd
