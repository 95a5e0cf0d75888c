// hub: a place to meet that verifies what it is given.
#include "app/hub.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/exit_codes.hpp"
#include "store/hub.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <iostream>

namespace crm::cmd {
namespace {

void run_init(Context& context, const std::string& folder) {
  std::error_code error;
  const auto path = std::filesystem::absolute(folder, error).lexically_normal().string();
  store::create_hub(path, "main");
  if (!context.for_people()) {
    core::Map document;
    document.set("schema", "crm.hub-init/1");
    document.set("folder", path);
    return context.print_json(document);
  }
  context.print(fmt::format("Made a hub in {}\n\nIn the store: crm remote add hub {}   (or ssh://host{})\n"
                            "then: crm sync\n",
                            base::printable(path), base::printable(path), base::printable(path)));
}

/// Called by git, as the hub's pre-receive hook: what it says, the person who pushed reads.
void run_receive(Context& context) {
  std::vector<app::RefUpdate> updates;
  constexpr std::size_t most = 1000;
  for (std::string line; std::getline(std::cin, line) && updates.size() < most;)
    updates.push_back(app::parse_update(line));
  // When all that a push does is to remove, nothing came that git would set apart.
  auto refused = app::removals(updates);
  if (refused.empty())
    refused = app::refusals(
        store::Repository::open_receiving(context.env().variable("GIT_QUARANTINE_PATH").value_or("")),
        context.env(), updates);
  if (refused.empty()) return;
  context.exit_code = exit_code(base::Kind::Denied);
  context.say("crm: this hub does not take that in:");
  for (const auto& each : refused)
    context.say("  " + each);
}

} // namespace

void add_hub(CLI::App& root, Context& context) {
  auto* command =
      add_command(root, "hub", "a bare repository to meet at, which verifies what is pushed to it",
                  "  crm hub init /srv/practice.git\n  crm remote add hub /srv/practice.git\n"
                  "  crm remote add hub ssh://front-desk.local/srv/practice.git");
  command->require_subcommand(1);
  auto folder = std::make_shared<std::string>();
  auto* init = add_command(
      *command, "init", "make one in a folder of its own",
      "  crm hub init /srv/practice.git\n"
      "Any git server serves it. What a device would not take in, its hook refuses: batches that are "
      "unsigned,\nforged or not allowed, histories that were rewritten, files that are no records.");
  complete(context, init->add_option("dir", *folder, "an empty or new folder")->required()->type_name("DIR"),
           Completes::Folder);
  init->callback([&context, folder] {
    context.want_document();
    run_init(context, *folder);
  });
  auto* receive = command->add_subcommand("receive", "called by git in a hub");
  receive->group("");
  receive->callback([&context] { run_receive(context); });
}

} // namespace crm::cmd
