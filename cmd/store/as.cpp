// `crm as` itself is taken off the command line before it is parsed (cmd/run); this is its place in the help.
#include "base/error.hpp"
#include "cmd/command.hpp"

namespace crm::cmd {

void add_as(CLI::App& root, Context& context) {
  auto options = std::make_shared<std::pair<std::string, std::vector<std::string>>>();
  auto* command = add_command(root, "as", "run a command as another member of this device",
                              "  crm as bob note ada \"called back\"\n  crm as bob whoami\n"
                              "Each has a key of their own here; CRM_MEMBER=bob does the same.");
  complete(context, command->add_option("member", options->first, "who")->required()->type_name("MEMBER"),
           Completes::Record, "member");
  command->add_option("command", options->second, "what they do")->required()->type_name("COMMAND…");
  command->callback([options] { // they are written to before it is called
    throw base::Error(base::Kind::Usage, "`as` comes first", "`crm as bob note ada \"…\"`");
  });
}

} // namespace crm::cmd
