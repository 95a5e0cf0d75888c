#include "app/sync.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"

#include <fmt/format.h>

namespace crm::cmd {

void add_join(CLI::App& root, Context& context) {
  auto options = std::make_shared<app::JoinRequest>();
  auto* command =
      add_command(root, "join", "bring a store to this device",
                  "  crm join ssh://desk.local/srv/store.git practice --member bob\n"
                  "  crm join /media/usb/store.git --device tablet-2\n"
                  "  crm join /media/usb/practice.bundle practice  # then: crm sync --bundle FILE\n"
                  "What is there is looked at before it is used. `crm sync` keeps both in step afterwards.");
  command->add_option("url", options->url, "a folder, ssh://…, https://…, or a bundle")
      ->required()
      ->type_name("URL");
  complete(context,
           command->add_option("folder", options->folder, "where to (default: the last part of the URL)")
               ->type_name("DIR"),
           Completes::Folder);
  command->add_option("--member", options->member, "who writes here (default: your login name)")
      ->type_name("KEY");
  command->add_option("--device", options->device, "this clone (default: the host's name)")
      ->type_name("NAME");
  command->callback([&context, options] {
    context.want_document();
    const auto joined = app::join_store(context.env(), *options);
    if (!context.for_people()) {
      core::Map document;
      document.set("schema", "crm.join/1");
      document.set("root", joined.root);
      document.set("name", joined.name);
      document.set("member", joined.member);
      document.set("device", joined.device);
      document.set("fingerprint",
                   joined.fingerprint.empty() ? core::Value{} : core::Value{joined.fingerprint});
      document.set("bundle", joined.bundle.empty() ? core::Value{} : core::Value{joined.bundle});
      document.set("records", static_cast<std::int64_t>(joined.records));
      return context.print_json(document);
    }
    context.print(fmt::format("Joined {} in {}: {}\n",
                              context.style().paint(Role::Name, base::printable(joined.name)),
                              base::printable(joined.root), base::count_of(joined.records, "record")));
    context.print(fmt::format("  you are {}, this device is {}\n", joined.member, joined.device));
    if (!joined.bundle.empty())
      context.print(fmt::format("  what is written here travels by that file: crm sync --bundle {}\n",
                                base::printable(joined.bundle)));
    if (!joined.fingerprint.empty() && !joined.bundle.empty())
      context.print(fmt::format("  your key here is {}\n"
                                "  an owner approves it: with the command that `crm whoami` shows here\n",
                                joined.fingerprint));
    else if (!joined.fingerprint.empty())
      context.print(fmt::format("  your key here is {}\n"
                                "  an owner approves it: crm sync, then crm member approve {}\n",
                                joined.fingerprint, joined.member));
  });
}

} // namespace crm::cmd
