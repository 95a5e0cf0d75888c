#include "app/sync.hpp"
#include "app/sync_state.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/exit_codes.hpp"
#include "cmd/render/table.hpp"
#include "cmd/sync/words.hpp"

#include <filesystem>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

void list(Context& context) {
  const auto all = store::remotes(context.workspace().repository());
  if (!context.for_people()) {
    core::Map document;
    std::vector<core::Map> rows;
    for (const auto& remote : all) {
      core::Map entry;
      entry.set("remote", remote.name);
      entry.set("url", remote.url);
      rows.push_back(std::move(entry));
    }
    if (context.is_tabular()) return context.print_rows({"remote", "url"}, rows);
    document.set("schema", "crm.remotes/1");
    document.set("remotes", core::List(rows.begin(), rows.end()));
    return context.print_json(document);
  }
  if (all.empty()) return context.say("no remote yet: `crm remote add NAME URL` makes one");
  Table table;
  table.column({.heading = "Name"});
  table.column({.heading = "URL"});
  for (const auto& remote : all)
    table.row({{remote.name, Role::Name}, {remote.url}});
  context.print(table.render(context.terminal(), context.style()));
}

/// What git would take for a folder here, and is not there; a stick may only not be plugged in.
bool is_missing_folder(const std::string& url) {
  std::error_code error;
  return url.find(':') == std::string::npos && !std::filesystem::exists(url, error);
}

void test(Context& context, const std::vector<std::string>& names, std::chrono::seconds patience) {
  context.want_document();
  const auto all = store::remotes(context.workspace().repository());
  core::List outcomes;
  std::size_t width = 0;
  const auto is_meant = [&](const store::Remote& remote) {
    return names.empty() || std::find(names.begin(), names.end(), remote.name) != names.end();
  };
  for (const auto& remote : all)
    if (is_meant(remote)) width = std::max(width, base::width(base::printable(remote.name)));
  app::SyncReport report;
  for (const auto& remote : all) {
    if (!is_meant(remote)) continue;
    const auto outcome = app::test_remote(context.workspace(), remote, patience);
    report.remotes.push_back(outcome);
    core::Map entry;
    entry.set("remote", remote.name);
    entry.set("outcome", outcome.outcome);
    entry.set("detail", outcome.detail.empty() ? core::Value{} : core::Value{outcome.detail});
    outcomes.emplace_back(std::move(entry));
    if (!context.for_people()) continue;
    context.print(fmt::format(
        "{}  {}  {}\n",
        context.style().paint(outcome.ok() ? Role::Good : Role::Bad, outcome.ok() ? "ok  " : "FAIL"),
        base::pad(base::printable(remote.name), width),
        outcome.ok() ? "answers" : in_words(outcome.outcome)));
    const std::string said = base::printable(outcome.detail, base::Newlines::Keep);
    for (const auto line : base::split(said, '\n'))
      if (!line.empty() && !outcome.ok()) context.print("        " + std::string(line) + "\n");
  }
  if (!report.all_ok())
    context.exit_code = exit_code(report.offline() ? base::Kind::Offline : base::Kind::SyncIncomplete);
  for (const auto& name : names)
    if (std::none_of(all.begin(), all.end(), [&](const auto& remote) { return remote.name == name; }))
      throw base::Error(base::Kind::NotFound, "no remote \"" + base::printable(name) + "\"",
                        "`crm remote` lists them");
  if (context.for_people()) return;
  core::Map document;
  document.set("schema", "crm.remote-test/1");
  document.set("remotes", std::move(outcomes));
  context.print_json(document);
}

} // namespace

void add_remote(CLI::App& root, Context& context) {
  auto* noun = add_command(root, "remote", "where batches are exchanged: list, add, test, rm",
                           "  crm remote add office ssh://front-desk.local/srv/store.git\n"
                           "  mkdir /media/usb/store.git && crm remote add stick /media/usb/store.git\n"
                           "  crm remote test\n  crm remote rm stick");
  auto* verb =
      add_command(*noun, "list", "the remotes of this clone", "  crm remote list\n  crm remote list --json");
  verb->callback([&context] { list(context); });

  auto added = std::make_shared<store::Remote>();
  verb =
      add_command(*noun, "add", "add a remote: a folder, or any URL that git knows",
                  "  crm remote add office ssh://front-desk.local/srv/store.git\n"
                  "  mkdir /media/usb/store.git && crm remote add stick /media/usb/store.git\n"
                  "A new folder or repository must be there, and be empty: the first `crm sync` fills it.");
  verb->add_option("name", added->name, "what to call it")->required()->type_name("NAME");
  verb->add_option("url", added->url, "a folder, ssh://…, https://…")->required()->type_name("URL");
  verb->callback([&context, added] {
    if (added->name == app::bundle_remote)
      throw base::Error(base::Kind::Usage, "a remote cannot be named \"" + added->name + "\"",
                        "that is what `crm sync --bundle` calls its file");
    store::add_remote(context.workspace().repository(), *added);
    if (!context.for_people()) return list(context);
    context.print(fmt::format("Added remote {}; `crm sync` brings it up to date\n", added->name));
    if (is_missing_folder(added->url))
      context.say("crm: note: there is no folder " + added->url + " yet; an empty one will do: `mkdir -p " +
                  added->url + "`");
  });

  auto tested = std::make_shared<std::pair<std::vector<std::string>, long>>(std::vector<std::string>{}, 15L);
  verb = add_command(*noun, "test", "ask each remote whether it answers",
                     "  crm remote test\n  crm remote test office --timeout 5");
  complete(context, verb->add_option("names", tested->first, "only these")->type_name("NAMES"),
           Completes::Remote);
  verb->add_option("--timeout", tested->second,
                   "how long one may be silent before it is given up (default 15)")
      ->type_name("SECONDS")
      ->check(CLI::Range(1L, 3600L));
  verb->callback([&context, tested] { test(context, tested->first, std::chrono::seconds{tested->second}); });

  auto removed = std::make_shared<std::string>();
  verb = add_command(*noun, "rm", "forget a remote; nothing there is touched", "  crm remote rm stick");
  complete(context, verb->add_option("name", *removed, "which")->required()->type_name("NAME"),
           Completes::Remote);
  verb->callback([&context, removed] {
    app::remove_remote(context.workspace(), *removed);
    if (context.for_people())
      context.print(fmt::format("Forgot remote {}\n", base::printable(*removed)));
    else
      list(context);
  });
  noun->callback([&context, noun] {
    if (noun->get_subcommands().empty()) list(context);
  });
}

} // namespace crm::cmd
