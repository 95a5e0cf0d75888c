#include "app/quarantine.hpp"
#include "base/text.hpp"
#include "cmd/audit/audit.hpp"
#include "cmd/exit_codes.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

using State = app::Quarantined::State;

constexpr std::size_t shown_of_an_id = 8;

core::StampTime written(const app::Quarantined& each) {
  return core::parse_stamp_time(each.commit.trailer("Crm-Clock")).value_or(each.commit.author.time);
}

core::Map quarantined_json(const app::Quarantined& each) {
  core::Map out;
  core::List records;
  for (const auto& [name, value] : each.commit.trailers)
    if (name == "Crm-Record") records.emplace_back(value);
  out.set("commit", each.commit.id);
  out.set("batch", each.batch);
  out.set("member", each.member);
  out.set("device", each.device);
  out.set("written", core::to_text(written(each)));
  out.set("summary", each.commit.summary);
  out.set("records", std::move(records));
  out.set("reason", each.reason);
  out.set("put_aside", each.put_aside);
  out.set("state", std::string(app::to_text(each.state)));
  out.set("decided", each.decided.empty() ? core::Value{} : core::Value{each.decided});
  return out;
}

void print_quarantine(Context& context, const std::vector<app::Quarantined>& list, bool all) {
  if (list.empty())
    return context.say(all ? "nothing was ever put aside"
                           : "nothing that was put aside waits for a decision");
  Table table;
  for (const char* heading : {"Batch", "Written", "By", "What", "Why"})
    table.column({heading});
  if (all) table.column({"State"});
  for (const auto& each : list) {
    std::vector<Cell> row{{each.batch.substr(0, shown_of_an_id)},
                          {short_moment(context.workspace(), written(each))},
                          {each.member + "@" + each.device},
                          {each.commit.summary},
                          {each.reason}};
    if (all) row.push_back({std::string(app::to_text(each.state))});
    table.row(std::move(row));
  }
  context.print(table.render(context.terminal(), context.style()));
  context.print(
      "\ncrm audit show BATCH · crm audit quarantine adopt BATCH… · crm audit quarantine drop BATCH…\n");
}

void run_list(Context& context, bool all) {
  auto list = app::quarantined(context.workspace().repository());
  if (!all) std::erase_if(list, [](const auto& each) { return each.state != State::Waiting; });
  if (context.format() == Format::Json) {
    core::Map document;
    core::List batches;
    for (const auto& each : list)
      batches.emplace_back(quarantined_json(each));
    document.set("schema", "crm.audit-quarantine/1");
    document.set("batches", std::move(batches));
    return context.print_json(document);
  }
  if (context.for_people()) return print_quarantine(context, list, all);
  std::vector<core::Map> rows;
  for (const auto& each : list)
    rows.push_back(quarantined_json(each));
  context.print_rows({"commit", "batch", "member", "device", "written", "summary", "reason", "state"}, rows);
}

void add_decision(CLI::App& list, Context& context, const char* verb, const char* what, const char* examples,
                  app::Decided (*decide)(app::Workspace&, const app::Decision&)) {
  auto decision = std::make_shared<app::Decision>();
  auto* command = add_command(list, verb, what, examples);
  complete(context,
           command->add_option("batch", decision->batches, "their ids, or the beginnings of them")
               ->required()
               ->type_name("BATCH"),
           Completes::PutAside);
  add_dry_run(*command, decision->mode);
  command->callback([&context, decision, decide, adopts = std::string(verb) == "adopt"] {
    const auto decided = decide(context.workspace(), *decision);
    const char* done = decision->mode == app::Mode::DryRun ? (adopts ? "Would adopt" : "Would drop")
                                                           : (adopts ? "Adopted" : "Dropped");
    if (context.for_people())
      for (const auto& each : decided.batches)
        context.print(fmt::format("{} {}  \"{}\" of {}\n", done, each.batch.substr(0, shown_of_an_id),
                                  base::printable(each.commit.summary), each.member + "@" + each.device));
    if (adopts || !context.for_people()) answer(context, decided.committed, "");
  });
}

} // namespace

void add_audit_quarantine(CLI::App& noun, Context& context) {
  auto* command = add_command(noun, "quarantine", "batches that were put aside, as they may not count",
                              "  crm audit quarantine\n  crm audit quarantine --all\n"
                              "  crm audit show 8w2c  # what one of them would change\n"
                              "  crm audit quarantine adopt 8w2c  # let it count after all\n"
                              "  crm audit quarantine drop 8w2c  # do not list it any more");
  command->require_subcommand(0, 1);
  auto all = std::make_shared<bool>(false);
  command->add_flag("--all", *all, "those too that were adopted or dropped");
  add_decision(*command, context, "adopt", "write what they wrote, in your name and theirs",
               "  crm audit quarantine adopt 8w2c --dry-run\n  crm audit quarantine adopt 8w2c 2m9q",
               app::adopt_quarantined);
  add_decision(*command, context, "drop", "leave them out for good; they stay in the history",
               "  crm audit quarantine drop 8w2c", app::drop_quarantined);
  command->callback([&context, command, all] {
    if (command->get_subcommands().empty()) run_list(context, *all);
  });
}

} // namespace crm::cmd
