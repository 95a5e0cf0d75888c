// contact, note, task and deal: nouns whose `new` has a short form of its own.
#include "app/notes.hpp"
#include "app/records.hpp"
#include "app/views.hpp"
#include "base/error.hpp"
#include "cmd/board.hpp"
#include "cmd/command.hpp"
#include "cmd/listing.hpp"
#include "cmd/shape.hpp"

#include <iostream>
#include <iterator>

namespace crm::cmd {
namespace {

void list_when_bare(CLI::App* noun, Context& context, const std::string& type) {
  noun->require_subcommand(0, 1);
  noun->callback([&context, noun, type] {
    if (!noun->get_subcommands().empty()) return;
    ListOptions options;
    options.type = type;
    run_list(context, options);
  });
}

CLI::Option* add_fields(CLI::App& command, Context& context, std::vector<std::string>& assignments,
                        const std::string& type) {
  return complete(context,
                  command.add_option("--set", assignments, "another field, as field=value")
                      ->type_name("FIELD=VALUE")
                      ->expected(1)
                      ->take_all()
                      ->allow_extra_args(false),
                  Completes::Assignment, type);
}

std::string read_standard_input() {
  constexpr std::size_t most = 200 * 1024;
  std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  if (text.size() > most)
    throw base::Error(base::Kind::Usage, "the text is over 200 KiB",
                      "attach it as a file instead, or keep a summary");
  return text;
}

void add_note_new(CLI::App& noun, Context& context) {
  auto options = std::make_shared<app::NoteRequest>();
  auto* command = add_command(noun, "new", "take a note (the verb may be left out)",
                              "  crm note ada \"wants a revised proposal\" --kind call\n"
                              "  crm note ada \"no answer\" --kind call --next \"call back\" --due fri\n"
                              "  crm note ada \"consent signed\" --attach form.pdf --attach photo.jpg\n"
                              "  pbpaste | crm note ada -");
  complete(context,
           command->add_option("contact", options->contact, "about whom: a name, an id, or - for nobody")
               ->required()
               ->type_name("CONTACT"),
           Completes::Record, "contact");
  command->add_option("text", options->text, "the note, or - to read it from standard input")
      ->required()
      ->type_name("TEXT");
  command->add_option("--kind", options->kind, "note, call, visit, mail or message")->type_name("KIND");
  command->add_option("--outcome", options->outcome, "what came of it")->type_name("TEXT");
  complete(context,
           command->add_option("--about", options->about, "a deal, case, appointment or other record")
               ->type_name("ID"),
           Completes::Record);
  command->add_option("--next", options->next, "the next step: a task made in the same batch")
      ->type_name("TITLE");
  complete(context, command->add_option("--due", options->due, "by when")->type_name("WHEN"), Completes::Day);
  complete(
      context,
      command->add_option("--for", options->member, "who follows up (default: you)")->type_name("MEMBER"),
      Completes::Record, "member");
  add_fields(*command, context, options->assignments, "note");
  complete(context,
           command->add_option("--attach", options->attach, "a file that belongs to it; again for another")
               ->type_name("FILE")
               ->expected(1)
               ->take_all()
               ->allow_extra_args(false),
           Completes::Folder);
  add_dry_run(*command, options->mode);
  command->callback([&context, options] {
    if (options->next.empty() && (!options->due.empty() || !options->member.empty()))
      throw base::Error(base::Kind::Usage, "--due and --for belong to the next step",
                        "say what it is: --next \"call back\"");
    if (options->text == "-") options->text = read_standard_input();
    answer(context, app::take_note(context.workspace(), *options), "Noted");
  });
}

void add_task_new(CLI::App& noun, Context& context) {
  auto options = std::make_shared<app::TaskRequest>();
  auto* command = add_command(noun, "new", "add a task (the verb may be left out)",
                              "  crm task \"send the proposal\" --due fri --contact ada\n  crm task \"order "
                              "gloves\" --for bob --priority high");
  command->add_option("title", options->title, "what is to be done")->required()->type_name("TITLE");
  complete(
      context,
      command->add_option("--due", options->due, "by when: fri, \"tomorrow 17:00\", +2w")->type_name("WHEN"),
      Completes::Day);
  complete(context,
           command->add_option("--for", options->member, "who does it (default: you)")->type_name("MEMBER"),
           Completes::Record, "member");
  complete(context,
           command->add_option("-c,--contact", options->contact, "for which contact")->type_name("CONTACT"),
           Completes::Record, "contact");
  complete(context,
           command->add_option("--about", options->about, "a deal, case, appointment or other record")
               ->type_name("ID"),
           Completes::Record);
  command->add_option("--priority", options->priority, "low, normal or high")->type_name("P");
  add_fields(*command, context, options->assignments, "task");
  add_dry_run(*command, options->mode);
  command->callback(
      [&context, options] { answer(context, app::add_task(context.workspace(), *options), "Added task"); });
}

/// Verbs that set one field: `move ID WHEN`, `assign ID MEMBER`.
void add_setter(CLI::App& noun, Context& context, const std::string& verb, const std::string& description,
                const std::string& field, const char* value_name, Completion completion,
                const std::string& done, const std::string& type, const std::string& examples) {
  struct Options {
    std::string record, value;
    app::Mode mode = app::Mode::Write;
  };
  auto options = std::make_shared<Options>();
  auto* command = add_command(noun, verb, description, examples);
  complete(context, command->add_option("id", options->record, "the " + type)->required()->type_name("ID"),
           Completes::Record, type);
  auto* value = command->add_option("value", options->value, "the new one, or - for none")
                    ->required()
                    ->type_name(value_name);
  complete(context, value, completion.what, completion.type);
  add_dry_run(*command, options->mode);
  command->callback([&context, options, field, done, type] {
    const std::string text = options->value == "-" ? "" : options->value;
    answer(context,
           app::set(context.workspace(), {type, {options->record}, {field + "=" + text}, "", options->mode}),
           done);
  });
}

void add_deal_new(CLI::App& noun, Context& context) {
  auto options = std::make_shared<app::DealRequest>();
  auto* command = add_command(noun, "new", "add a deal",
                              "  crm deal new ada \"Kitchen refit\" --value 12000\n"
                              "  crm deal new ada \"Whitening\" --stage proposal --expected \"in 6 weeks\"");
  complete(
      context,
      command->add_option("contact", options->contact, "with whom, or -")->required()->type_name("CONTACT"),
      Completes::Record, "contact");
  command->add_option("title", options->title, "what it is about")->required()->type_name("TITLE");
  command->add_option("--value", options->value, "how much, in the store's currency")->type_name("AMOUNT");
  complete(context,
           command->add_option("--stage", options->stage, "where it stands (default: the first)")
               ->type_name("STAGE"),
           Completes::State, "deal");
  complete(
      context,
      command->add_option("--owner", options->owner, "whose it is (default: yours)")->type_name("MEMBER"),
      Completes::Record, "member");
  complete(context,
           command->add_option("--expected", options->expected, "when it should close")->type_name("DAY"),
           Completes::Day);
  add_fields(*command, context, options->assignments, "deal");
  add_dry_run(*command, options->mode);
  command->callback(
      [&context, options] { answer(context, app::add_deal(context.workspace(), *options), "Added deal"); });
}

void add_deal_stage(CLI::App& noun, Context& context) {
  auto options = std::make_shared<app::MoveRequest>();
  options->type = "deal";
  auto id = std::make_shared<std::string>();
  auto* command = add_command(noun, "stage", "move a deal along", "  crm deal stage 7f3k negotiation");
  complete(context, command->add_option("id", *id, "the deal")->required()->type_name("ID"),
           Completes::Record, "deal");
  complete(
      context,
      command->add_option("stage", options->state, "where it stands now")->required()->type_name("STAGE"),
      Completes::State, "deal");
  add_dry_run(*command, options->mode);
  command->callback([&context, options, id] {
    options->records = {*id};
    answer(context, app::move_state(context.workspace(), *options), "Moved deal");
  });
}

} // namespace

void add_contact(CLI::App& root, Context& context) {
  auto* noun = add_command(root, "contact", "customers and everybody else you know",
                           "  crm contact new \"Ada Lovelace\" --phone \"020 7946 0000\" --tag vip\n"
                           "  crm contact show ada\n  crm contact set ada phones+=\"07700 900123\"\n"
                           "  crm contact dupes\n  crm contact merge 7f3k 9hq2");
  add_noun_verbs(*noun, context, "contact");
  add_dupes(*noun, context, "contact");
  add_merge(*noun, context, "contact");
  list_when_bare(noun, context, "contact");
}

void add_note(CLI::App& root, Context& context) {
  auto* noun = add_command(root, "note", "what was said and done",
                           "  crm note ada \"wants a revised proposal\" --next \"call back\" --due fri\n  "
                           "crm note list --contact ada");
  add_note_new(*noun, context);
  add_noun_verbs(*noun, context, "note", {"new"});
  list_when_bare(noun, context, "note");
}

void add_task(CLI::App& root, Context& context) {
  auto* noun = add_command(root, "task", "what is to be done",
                           "  crm task \"send the proposal\" --due fri --contact ada\n  crm task done 7f3k\n "
                           " crm task list --for bob");
  add_task_new(*noun, context);
  add_setter(*noun, context, "move", "to another day", "due", "WHEN", {Completes::Day, ""}, "Moved task",
             "task", "  crm task move 7f3k fri\n  crm task move 7f3k \"tomorrow 17:00\"");
  add_setter(*noun, context, "assign", "to another member", "assignee", "MEMBER",
             {Completes::Record, "member"}, "Assigned task", "task",
             "  crm task assign 7f3k bob\n  crm task assign 7f3k -  # nobody yet");
  add_noun_verbs(*noun, context, "task", {"new"});
  list_when_bare(noun, context, "task");
}

void add_deal(CLI::App& root, Context& context) {
  auto* noun = add_command(
      root, "deal", "what might be sold",
      "  crm deal new ada \"Kitchen refit\" --value 12000\n  crm deal board\n  crm deal stage 7f3k won");
  add_deal_new(*noun, context);
  add_deal_stage(*noun, context);
  auto* command = add_command(*noun, "board", "the stages, with counts and sums",
                              "  crm deal board\n  crm deal board --json");
  command->callback([&context] { run_board(context, "deal", "value"); });
  add_noun_verbs(*noun, context, "deal", {"new"});
  list_when_bare(noun, context, "deal");
}

} // namespace crm::cmd
