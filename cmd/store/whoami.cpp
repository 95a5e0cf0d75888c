#include "app/keys.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "store/transport.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

core::Value known_or_null(const std::string& text) {
  return text.empty() ? core::Value{} : core::Value{text};
}

void run_whoami(Context& context) {
  const auto me = app::identity(context.workspace());
  const std::string fingerprint = me.key ? store::fingerprint(*me.key) : "";
  if (!context.for_people()) {
    core::Map document;
    document.set("schema", "crm.whoami/1");
    document.set("member", me.member);
    document.set("name", known_or_null(me.name));
    document.set("role", known_or_null(me.role));
    document.set("device", me.device);
    document.set("fingerprint", known_or_null(fingerprint));
    document.set("public_key", me.key ? core::Value{store::to_line(*me.key)} : core::Value{});
    document.set("approved", me.approved);
    document.set("revoked", me.revoked);
    return context.print_json(document);
  }
  const Style style = context.style();
  const auto line = [&](const char* label, const std::string& text) {
    context.print(
        fmt::format("{}  {}\n", style.paint(Role::Dim, base::pad(label, 8)), base::printable(text)));
  };
  line("member", me.member + (me.name.empty() || me.name == me.member ? "" : ", " + me.name));
  line("role", me.role.empty() ? "none" : me.role);
  line("device", me.device);
  const char* standing = me.approved ? "" : me.revoked ? "  (revoked)" : "  (waits for approval)";
  line("key", fingerprint.empty() ? "none yet: one is made with the first write" : fingerprint + standing);
  if (me.revoked)
    context.print(
        "\nNothing that it signs counts. For a device that came back: `crm join` into a new folder\n");
  if (fingerprint.empty() || me.approved || me.revoked) return;
  const bool travels = !store::remotes(context.workspace().repository()).empty();
  context.print(fmt::format("\n{}An owner approves it{}, with\n  {}\n",
                            travels ? store::to_line(*me.key) + "\n" : "",
                            travels ? " after this device's next `crm sync` and theirs" : "",
                            app::command_to_approve(context.workspace(), me)));
}

} // namespace

void add_whoami(CLI::App& root, Context& context) {
  auto* command = add_command(root, "whoami", "who writes here, in which role, with which key",
                              "  crm whoami\n  crm as bob whoami");
  command->callback([&context] { run_whoami(context); });
}

} // namespace crm::cmd
