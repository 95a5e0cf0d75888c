#include "app/init.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"

#include <fmt/format.h>

namespace crm::cmd {

void add_init(CLI::App& root, Context& context) {
  auto options = std::make_shared<app::InitRequest>();
  auto* command =
      add_command(root, "init", "make a store",
                  "  crm init\n  crm init practice --name \"Lovelace Dental\" --zone Europe/London");
  complete(context,
           command->add_option("folder", options->folder, "where (default: this folder)")->type_name("DIR"),
           Completes::Folder);
  command->add_option("--name", options->name, "of the business")->type_name("NAME");
  complete(context,
           command->add_option("--zone", options->zone, "its time zone (default: this machine's)")
               ->type_name("ZONE"),
           Completes::Zone);
  command->add_option("--country", options->country, "ISO 3166, like GB")->type_name("CC");
  command->add_option("--currency", options->currency, "ISO 4217, like GBP")->type_name("CUR");
  command->add_option("--member", options->member, "you, its first owner (default: your login name)")
      ->type_name("KEY");
  command->add_option("--device", options->device, "this clone (default: the host's name)")
      ->type_name("NAME");
  command->callback([&context, options] {
    context.want_document();
    const auto made = app::init(context.env(), *options);
    if (!context.for_people()) {
      core::Map document;
      document.set("schema", "crm.init/1");
      document.set("root", made.root);
      document.set("store", made.settings.store);
      document.set("name", made.settings.name);
      document.set("zone", made.settings.zone);
      document.set("member", made.member);
      document.set("device", made.device);
      document.set("commit", made.commit);
      document.set("fingerprint", made.fingerprint);
      return context.print_json(document);
    }
    const Style style = context.style();
    context.print(fmt::format("Made a store for {} in {}\n",
                              style.paint(Role::Name, base::printable(made.settings.name)),
                              base::printable(made.root)));
    context.print(fmt::format("  zone {}, you are {}, this device is {}\n", made.settings.zone, made.member,
                              made.device));
    context.print("Next: crm contact new \"Ada Lovelace\" --phone \"020 7946 0000\"\n");
  });
}

} // namespace crm::cmd
