// member: people who work here, and whose keys are theirs.
#include "app/keys.hpp"
#include "app/revoke.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/listing.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

core::Map request_json(const app::KeyRequest& request) {
  core::Map out;
  out.set("member", request.member);
  out.set("device", request.device);
  out.set("fingerprint", request.fingerprint);
  out.set("public_key", store::to_line(request.key));
  out.set("since", request.since ? core::Value{core::to_text(*request.since)} : core::Value{});
  return out;
}

void run_requests(Context& context) {
  const auto requests = app::key_requests(context.workspace());
  std::vector<core::Map> rows;
  for (const auto& each : requests)
    rows.push_back(request_json(each));
  if (context.format() == Format::Json) {
    core::Map document;
    document.set("schema", "crm.member-requests/1");
    document.set("requests", core::List(rows.begin(), rows.end()));
    return context.print_json(document);
  }
  const std::vector<std::string> columns{"member", "device", "fingerprint", "since"};
  if (!context.for_people()) return context.print_rows(columns, rows);
  if (rows.empty()) return context.say("no key waits for approval");
  Table table;
  for (const char* heading : {"Member", "Device", "Key", "Asked"})
    table.column({heading});
  for (const auto& each : requests)
    table.row(
        {{each.member},
         {each.device},
         {each.fingerprint},
         {each.since ? past(std::chrono::floor<std::chrono::seconds>(*each.since), context.workspace().now())
                     : "here"}});
  context.print(table.render(context.terminal(), context.style()));
  context.print("\n" +
                on_lines("Compare the key with what that device shows for `crm whoami`, then: crm member "
                         "approve KEY",
                         context.terminal()) +
                "\n");
}

void add_requests(CLI::App& noun, Context& context) {
  auto* command = add_command(noun, "requests", "devices whose key nobody has approved yet",
                              "  crm member requests\n  crm member requests --json");
  command->callback([&context] { run_requests(context); });
}

void add_approve(CLI::App& noun, Context& context) {
  auto options = std::make_shared<app::ApproveRequest>();
  auto* command =
      add_command(noun, "approve", "vouch for a member's key on a device",
                  "  crm member requests\n  crm member approve bob\n  crm member approve SHA256:9hq2…\n"
                  "  crm member approve bob --device tablet-2 --key \"ssh-ed25519 AAAA…\"");
  complete(context,
           command->add_option("who", options->who, "the member, or the beginning of a key's fingerprint")
               ->required()
               ->type_name("WHO|FINGERPRINT"),
           Completes::KeyRequest);
  auto* key = command->add_option("--key", options->public_key, "a public key that came in another way")
                  ->type_name("KEY");
  command->add_option("--device", options->device, "the device that has that key")
      ->type_name("NAME")
      ->needs(key);
  add_dry_run(*command, options->mode);
  command->callback([&context, options] {
    const auto done = app::approve_key(context.workspace(), *options);
    if (context.for_people())
      context.print(fmt::format("{} {} on {}  {}\n",
                                options->mode == app::Mode::DryRun ? "Would approve" : "Approved",
                                done.request.member, done.request.device, done.request.fingerprint));
    answer(context, done.committed, "Changed member");
  });
}

void add_revoke(CLI::App& noun, Context& context) {
  auto options = std::make_shared<app::RevokeRequest>();
  auto* command = add_command(
      noun, "revoke", "a device was lost or stolen: from here on, nothing that its key signs counts",
      "  crm member revoke bob --device tablet-2\n  crm member revoke --device tablet-2 --dry-run\n"
      "  crm member revoke bob --device tablet-2 --last 3f2a91c  # believed up to it\n"
      "What was not yet synced is kept all the same: `crm audit quarantine` lists it where it arrives.");
  complete(context, command->add_option("member", options->member, "whose key")->type_name("KEY"),
           Completes::Record, "member");
  complete(context,
           command->add_option("--device", options->device, "the device that was lost")
               ->required()
               ->type_name("NAME"),
           Completes::Device);
  command
      ->add_option("--last", options->last,
                   "the last commits that are believed, with all before them (default: all that is here now)")
      ->type_name("COMMIT");
  add_dry_run(*command, options->mode);
  command->callback([&context, options] {
    const auto done = app::revoke(context.workspace(), *options);
    if (context.for_people()) {
      context.print(fmt::format("{} the key of {} on {}\n",
                                options->mode == app::Mode::DryRun ? "Would revoke" : "Revoked", done.member,
                                done.device));
      for (const auto& last : done.last)
        context.print(fmt::format("believed up to {}\n", last.substr(0, 10)));
      if (!done.put_aside.empty())
        context.print(
            fmt::format("{} of its batches put aside: see `crm audit quarantine`\n", done.put_aside.size()));
      context.print("It can still read what the remotes hold: take its access to them away as well\n");
    }
    answer(context, done.committed, "Changed member");
  });
}

} // namespace

void add_member(CLI::App& root, Context& context) {
  auto* noun = add_command(root, "member", summary(context.schema("member")),
                           "  crm member new \"Bob Ross\" --key bob --role staff\n  crm member requests\n"
                           "  crm member approve bob\n  crm member revoke bob --device tablet-2");
  noun->require_subcommand(0, 1);
  add_requests(*noun, context);
  add_approve(*noun, context);
  add_revoke(*noun, context);
  add_noun_verbs(*noun, context, "member");
  noun->callback([&context, noun] {
    if (!noun->get_subcommands().empty()) return;
    ListOptions options;
    options.type = "member";
    run_list(context, options);
  });
}

} // namespace crm::cmd
