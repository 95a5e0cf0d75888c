// The verbs that every record type has by its schema alone.
#include "app/booking.hpp"
#include "app/records.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/command_line.hpp"
#include "cmd/editing.hpp"
#include "cmd/examples.hpp"
#include "cmd/listing.hpp"
#include "cmd/shape.hpp"
#include "cmd/showing.hpp"
#include "core/attachment.hpp"
#include "core/occurrence.hpp"
#include "core/redirect.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

struct NounOptions {
  std::string name;
  std::vector<std::string> records, assignments, attach;
  std::string force;
  app::Mode mode = app::Mode::Write;
  app::Reach reach = app::Reach::Unsaid;
  ListOptions list;
};

std::string option_name(std::string field) {
  std::replace(field.begin(), field.end(), '_', '-');
  return "--" + field;
}

/// `--phones`, and `--phone` for one at a time, where that is no field of its own.
std::string option_names(const core::Field& field, const core::Schema& schema) {
  std::string names = option_name(field.name);
  const std::string singular = field.name.substr(0, field.name.size() - 1);
  if (field.shape == core::Shape::Texts && field.name.ends_with("s") && schema.find(singular) == nullptr)
    names += "," + option_name(singular);
  return names;
}

std::string capital(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

/// --attach, where the type has a field for it.
void add_attach(CLI::App& command, Context& context, const std::string& type,
                std::vector<std::string>& files) {
  if (context.schema(type).find(core::attachments_field) == nullptr) return;
  complete(context,
           command.add_option("--attach", files, "a file that belongs to it; again for another")
               ->type_name("FILE")
               ->expected(1)
               ->take_all()
               ->allow_extra_args(false),
           Completes::Folder);
}

void add_new(CLI::App& noun, Context& context, const std::string& type) {
  auto* command = add_command(noun, "new", "add one", examples_of_new(noun.get_name(), context.schema(type)));
  auto options = std::make_shared<NounOptions>();
  const bool detailed = command_word(context, 1) == "new" || command_word(context, 0) == "help" ||
                        command_word(context, 0) == "complete";
  if (detailed) {
    const auto& schema = context.schema(type);
    for (const auto& field : schema.fields) {
      if (field.shape == core::Shape::Object || field.name == schema.name_field ||
          field.name == core::attachments_field || field.name == core::redirect_field ||
          field.name == core::knew_field)
        continue;
      auto* option = command->add_option_function<std::vector<std::string>>(
          option_names(field, schema),
          [options, field](const std::vector<std::string>& texts) {
            for (const auto& text : texts)
              options->assignments.push_back(field.name + (field.shape == core::Shape::Texts ? "+=" : "=") +
                                             text);
          },
          field.title + (field.allowed.empty() ? "" : ": " + base::join(field.allowed, ", ")));
      option->type_name("")->take_all()->allow_extra_args(false);
      if (field.shape != core::Shape::Texts) option->expected(1);
      if (field.ref)
        complete(context, option, Completes::Record,
                 field.ref->types.size() == 1 ? field.ref->types.front() : "");
      if (schema.states && field.name == schema.states->field)
        complete(context, option, Completes::State, type);
    }
  }
  command->add_option("name", options->name, "its name")->type_name("NAME");
  // Of their own: the parser replaces what an option of several values is bound to.
  const auto words = std::make_shared<std::vector<std::string>>();
  complete(context,
           command->add_option("fields", *words, "other fields, as field=value")->type_name("FIELD=VALUE"),
           Completes::Assignment, type);
  add_dry_run(*command, options->mode);
  command->callback([&context, options, words, type] {
    app::AddRequest request{type, {}, options->assignments, options->mode};
    request.assignments.insert(request.assignments.end(), words->begin(), words->end());
    // `crm vehicle new plate=AB12` has no name: the first word is an assignment already.
    const auto equals = options->name.find('=');
    const bool is_field =
        equals != std::string::npos && context.schema(type).find(options->name.substr(0, equals)) != nullptr;
    if (is_field) request.assignments.push_back(options->name);
    if (!is_field && !options->name.empty()) request.name = options->name;
    answer(context, app::add(context.workspace(), request), "Added " + type);
  });
}

CLI::App* add_on_records(CLI::App& noun, Context& context, const std::string& verb,
                         const std::string& description, const std::string& type,
                         const std::shared_ptr<NounOptions>& options, const std::string& examples) {
  auto* command = add_command(noun, verb, description, examples);
  complete(context, command->add_option("ids", options->records, "ids or names")->required()->type_name("ID"),
           Completes::Record, type);
  add_dry_run(*command, options->mode);
  return command;
}

void add_state_verbs(CLI::App& noun, Context& context, const std::string& type,
                     const std::vector<std::string>& without) {
  const auto& schema = context.schema(type);
  if (!schema.states) return;
  for (const auto& [verb, state] : schema.states->verbs) {
    if (std::find(without.begin(), without.end(), verb) != without.end()) continue;
    auto options = std::make_shared<NounOptions>();
    auto* command = add_on_records(
        noun, context, verb, fmt::format("its {} becomes {}", schema.states->field, state), type, options,
        fmt::format("  crm {0} {1} 7f3k\n  crm {0} {1} 7f3k 9hq2 --dry-run", noun.get_name(), verb));
    if (app::takes_time(schema)) add_force(*command, options->force);
    if (core::may_recur(schema)) add_reach(*command, options->reach);
    command->callback([&context, options, type, state = state] {
      answer(
          context,
          app::move_state(context.workspace(),
                          {type, options->records, state, {}, options->force, options->mode, options->reach}),
          capital(state));
    });
  }
}

} // namespace

void add_noun_verbs(CLI::App& noun, Context& context, const std::string& type,
                    const std::vector<std::string>& without) {
  const auto wanted = [&](const char* verb) {
    return std::find(without.begin(), without.end(), verb) == without.end();
  };
  if (wanted("list")) {
    auto options = std::make_shared<NounOptions>();
    options->list.type = type;
    const auto& schema = context.schema(type);
    auto* command = add_command(noun, "list", "list them", examples_of_list(noun.get_name(), schema));
    add_list_options(*command, context, options->list, &schema);
    command->callback([&context, options] { run_list(context, options->list); });
  }
  if (wanted("new")) add_new(noun, context, type);
  if (wanted("show")) {
    auto options = std::make_shared<NounOptions>();
    auto* command =
        add_command(noun, "show", "everything about one of them",
                    fmt::format("  crm {0} show 7f3k\n  crm {0} show 7f3k --json", noun.get_name()));
    complete(context, command->add_option("id", options->name, "id or name")->required()->type_name("ID"),
             Completes::Record, type);
    command->callback([&context, options, type] { run_show(context, type, options->name); });
  }
  if (wanted("set")) {
    auto options = std::make_shared<NounOptions>();
    auto* command = add_command(noun, "set", "change fields of one of them",
                                examples_of_set(noun.get_name(), context.schema(type)));
    complete(context, command->add_option("id", options->name, "id or name")->required()->type_name("ID"),
             Completes::Record, type);
    complete(
        context,
        command->add_option("fields", options->assignments, "field=value, list+=item, list-=item, field=")
            ->type_name("FIELD=VALUE"),
        Completes::Assignment, type);
    add_attach(*command, context, type, options->attach);
    add_dry_run(*command, options->mode);
    if (app::takes_time(context.schema(type))) add_force(*command, options->force);
    if (core::may_recur(context.schema(type))) add_reach(*command, options->reach);
    command->callback([&context, options, type, name = noun.get_name()] {
      if (options->assignments.empty() && options->attach.empty())
        throw base::Error(base::Kind::Usage, "nothing is given that would change it",
                          fmt::format("crm {} set ID FIELD=VALUE", name));
      answer(context,
             app::set(context.workspace(), {type,
                                            {options->name},
                                            options->assignments,
                                            options->force,
                                            options->mode,
                                            options->reach,
                                            options->attach}),
             "Changed " + type);
    });
  }
  if (wanted("edit")) {
    auto options = std::make_shared<NounOptions>();
    auto* command = add_command(noun, "edit", "change fields, or all of it in your editor",
                                examples_of_edit(noun.get_name(), context.schema(type)));
    complete(context, command->add_option("id", options->name, "id or name")->required()->type_name("ID"),
             Completes::Record, type);
    complete(
        context,
        command
            ->add_option("fields", options->assignments, "field=value; without any, $VISUAL or $EDITOR opens")
            ->type_name("FIELD=VALUE"),
        Completes::Assignment, type);
    add_dry_run(*command, options->mode);
    if (app::takes_time(context.schema(type))) add_force(*command, options->force);
    if (core::may_recur(context.schema(type))) add_reach(*command, options->reach);
    command->callback([&context, options, type] {
      run_edit(context,
               {type, options->name, options->assignments, options->force, options->mode, options->reach});
    });
  }
  if (wanted("rm")) {
    auto options = std::make_shared<NounOptions>();
    auto* command =
        add_on_records(noun, context, "rm", "delete; `restore` brings back", type, options,
                       fmt::format("  crm {0} rm 7f3k\n  crm {0} rm 7f3k 9hq2 --dry-run", noun.get_name()));
    if (core::may_recur(context.schema(type))) add_reach(*command, options->reach);
    command->callback([&context, options, type] {
      answer(context, app::remove(context.workspace(), type, options->records, options->mode, options->reach),
             "Deleted " + type);
    });
  }
  if (wanted("restore")) {
    auto options = std::make_shared<NounOptions>();
    auto* command =
        add_on_records(noun, context, "restore", "bring a deleted one back", type, options,
                       fmt::format("  crm {0} list --deleted\n  crm {0} restore 7f3k", noun.get_name()));
    if (app::takes_time(context.schema(type))) add_force(*command, options->force);
    command->callback([&context, options, type] {
      answer(context,
             app::restore(context.workspace(), type, options->records, options->force, options->mode),
             "Restored " + type);
    });
  }
  add_state_verbs(noun, context, type, without);
}

void add_noun(CLI::App& root, Context& context, const std::string& type) {
  const auto& schema = context.schema(type);
  auto* noun = add_command(root, type, summary(schema),
                           examples_of_new(type, schema) + fmt::format("\n  crm {} list", type));
  noun->group("Types of record");
  noun->require_subcommand(0, 1);
  add_noun_verbs(*noun, context, type);
  noun->callback([&context, noun, type] {
    if (!noun->get_subcommands().empty()) return;
    ListOptions options;
    options.type = type;
    run_list(context, options);
  });
}

} // namespace crm::cmd
