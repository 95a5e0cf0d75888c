#include "app/conflicts.hpp"
#include "app/resolve.hpp"
#include "app/watch.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/calendar/sync_vdir.hpp"
#include "cmd/command.hpp"
#include "cmd/exit_codes.hpp"
#include "cmd/shape.hpp"
#include "cmd/sync/report_json.hpp"
#include "cmd/sync/words.hpp"
#include "codec/json.hpp"
#include "core/time.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

std::string counted(std::size_t count, const char* what) {
  return count == 0 ? std::string() : fmt::format("{} {}", count, what);
}

/// "took 3 new, 2 changed; sent 4 batches".
std::string what_moved(const app::RemoteOutcome& outcome, bool dry_run) {
  std::vector<std::string> took;
  for (auto text : {counted(outcome.arrived, "new"), counted(outcome.changed, "changed"),
                    counted(outcome.deleted, "deleted")})
    if (!text.empty()) took.push_back(std::move(text));
  const auto schemas = std::count_if(outcome.files.begin(), outcome.files.end(),
                                     [](const auto& path) { return path.starts_with("schemas/"); });
  if (schemas > 0) took.push_back(fmt::format("{} changed schema{}", schemas, schemas == 1 ? "" : "s"));
  for (const auto& path : outcome.files)
    if (!path.starts_with("schemas/")) took.push_back("a changed " + path);
  std::string out;
  if (!took.empty()) out = (dry_run ? "would take " : "took ") + base::join(took, ", ");
  if (outcome.sent > 0)
    out += (out.empty() ? "" : "; ") + fmt::format("{} {} batch{}", dry_run ? "would send" : "sent",
                                                   outcome.sent, outcome.sent == 1 ? "" : "es");
  if (outcome.sent == 0 && outcome.pushed)
    out += (out.empty() ? "" : "; ") + std::string(dry_run ? "would send" : "sent") + " the merge";
  return out.empty() ? "nothing new" : out;
}

/// "schemas/contact.yaml, without what alice wrote on desk: `crm git show 3f2a91c0de:schemas/contact.yaml`".
std::string choice(const sync::Chosen& chosen) {
  if (chosen.commit.empty()) return chosen.path + ", which was removed at the same time";
  const std::string whose = chosen.member.empty() ? "the other change"
                                                  : "what " + chosen.member + " wrote" +
                                                        (chosen.device.empty() ? "" : " on " + chosen.device);
  return fmt::format("{}, without {}: `crm git show {}:{}`", chosen.path, whose, chosen.commit.substr(0, 10),
                     chosen.path);
}

void print_put_aside(Context& context, const std::vector<sync::Refused>& put_aside) {
  constexpr std::size_t most = 5;
  const Style style = context.style();
  for (std::size_t i = 0; i < std::min(most, put_aside.size()); ++i)
    context.print(style.paint(Role::Warn, "      put aside  " + app::refusal_text(put_aside[i]) + "\n"));
  if (put_aside.size() > most) context.print(fmt::format("      and {} more\n", put_aside.size() - most));
  if (!put_aside.empty()) context.print("      `crm audit quarantine` lists what waits for a decision\n");
}

/// What one clone wrote passes for having been seen by the other, so that no conflict tells of it.
void print_doubled(Context& context, const std::vector<sync::Doubled>& doubled) {
  constexpr std::size_t most = 5;
  const Style style = context.style();
  for (const auto& each : doubled) {
    const std::string device = base::printable(each.device);
    std::string line = "      twice     two clones write as " + device;
    if (!each.records.empty()) line += "; what one of them wrote of these may be gone";
    context.print(style.paint(Role::Warn, line + "\n"));
    for (std::size_t i = 0; i < std::min(most, each.records.size()); ++i) {
      const auto& record = each.records[i];
      const auto type = record.substr(0, record.find(' '));
      context.print(fmt::format("                {}: `crm audit --record {}`\n", base::printable(type),
                                app::short_id(context.workspace(), id_in(record))));
    }
    if (each.records.size() > most)
      context.print(fmt::format("                and {} more\n", each.records.size() - most));
  }
}

void print_outcome(Context& context, const app::RemoteOutcome& outcome, std::size_t width, bool dry_run) {
  const Style style = context.style();
  const std::string name = base::pad(base::printable(outcome.remote.name), width);
  if (outcome.ok()) {
    context.print(
        fmt::format("{}  {}  {}\n", style.paint(Role::Good, "ok  "), name, what_moved(outcome, dry_run)));
  } else {
    context.print(
        fmt::format("{}  {}  {}\n", style.paint(Role::Bad, "FAIL"), name, in_words(outcome.outcome)));
    const std::string detail = base::printable(outcome.detail, base::Newlines::Keep);
    for (const auto line : base::split(detail, '\n'))
      if (!line.empty()) context.print("        " + std::string(line) + "\n");
    for (const auto& problem : outcome.problems)
      context.print("        " + base::printable(core::to_text(problem)) + "\n");
  }
  for (const auto& each : outcome.joined) {
    std::vector<std::string> settled, open;
    for (const auto& decision : each.decisions)
      (decision.conflict ? open : settled)
          .push_back(fmt::format("{} ({})", decision.unit, core::to_text(decision.rule)));
    auto& workspace = context.workspace();
    const std::string what = fmt::format("{} {} \"{}\"", each.type, app::short_id(workspace, each.id),
                                         base::printable(name_of(workspace, each)));
    if (!settled.empty())
      context.print(fmt::format("      merged    {}: {}\n", what, base::join(settled, ", ")));
    if (!open.empty())
      context.print(
          style.paint(Role::Warn, fmt::format("      conflict  {}: {}\n", what, base::join(open, ", "))));
  }
  print_put_aside(context, outcome.put_aside);
  print_doubled(context, outcome.doubled);
  for (const auto& each : outcome.chosen)
    context.print(style.paint(Role::Warn, "      newest    " + base::printable(choice(each)) + "\n"));
}

} // namespace

void print_outcomes(Context& context, const app::SyncReport& report, bool dry_run) {
  std::size_t width = 0;
  for (const auto& outcome : report.remotes)
    width = std::max(width, base::width(base::printable(outcome.remote.name)));
  for (const auto& outcome : report.remotes)
    if (!outcome.ok() || dry_run || !context.shared().quiet) print_outcome(context, outcome, width, dry_run);
}

namespace {

void print_report(Context& context, const app::SyncReport& report, bool dry_run) {
  print_outcomes(context, report, dry_run);
  // How the store stands is no trouble of the sync: cron would send it again and again.
  if (context.shared().quiet && !dry_run) return;
  if (!report.rules.clashes.empty() || !report.rules.broken.empty()) context.print("\n");
  print_rules(context, report.rules);
  if (report.conflicts > 0)
    context.print(fmt::format(
        "\n{}\n",
        context.style().paint(Role::Warn, fmt::format("{} record{} wait{} for a decision: "
                                                      "`crm conflicts` shows them",
                                                      report.conflicts, report.conflicts == 1 ? "" : "s",
                                                      report.conflicts == 1 ? "s" : ""))));
  const bool news = std::any_of(report.remotes.begin(), report.remotes.end(), [](const auto& each) {
    return std::any_of(each.files.begin(), each.files.end(),
                       [](const std::string& path) { return path.starts_with("policy/"); });
  });
  if (news && !dry_run) print_asked(context);
  if (report.offline())
    context.say(
        "No remote could be reached. What is written here is safe, and goes out with the next `crm sync`.");
}

void set_exit_code(Context& context, const app::SyncReport& report) {
  if (report.offline())
    context.exit_code = exit_code(base::Kind::Offline);
  else if (!report.all_ok())
    context.exit_code = exit_code(base::Kind::SyncIncomplete);
}

void run_sync(Context& context, app::SyncRequest request, const std::string& bundle) {
  auto& workspace = context.workspace();
  if (context.terminal().tty_err && !context.shared().quiet)
    request.progress = [&](const std::string& remote, std::string_view step) {
      context.say(fmt::format("{}: {}…", base::printable(remote), step));
    };
  const auto report =
      bundle.empty() ? app::sync(workspace, request) : app::sync_bundle(workspace, bundle, request);
  set_exit_code(context, report);
  if (!context.for_people()) return context.print_json(report_json(report, request, workspace));
  print_report(context, report, request.mode == app::Mode::DryRun);
}

/// What a round came to, for whoever reads over the shoulder: the same twice in a row is told once.
std::string gist(const app::SyncReport& report) {
  std::string out;
  for (const auto& outcome : report.remotes)
    out += outcome.remote.name + "\t" + outcome.outcome + "\n";
  return out;
}

void run_watch(Context& context, const app::SyncRequest& request, std::chrono::seconds every) {
  const std::string root = context.workspace().repository().root();
  std::string before;
  const auto unread = [&](const base::Error& error) {
    before.clear();
    context.complain(error.message);
  };
  app::watch(
      context.env(), {root, request, every, unread}, [&](app::Workspace& workspace, const auto& report) {
        const bool moved = std::any_of(report.remotes.begin(), report.remotes.end(), [](const auto& each) {
          return each.pushed || each.arrived + each.changed + each.deleted + each.files.size() > 0;
        });
        if (std::string now = gist(report); !moved && now == before)
          return true;
        else
          before = std::move(now);
        if (!context.for_people()) {
          context.print(codec::to_json(report_json(report, request, workspace)) + "\n");
        } else if (!context.shared().quiet || !report.all_ok()) {
          context.workspace().moved();
          const auto time = core::to_local(workspace.now(), workspace.settings().zone);
          context.print(
              context.style().paint(
                  Role::Dim, short_time(context.workspace(), core::to_text(core::WallTime{time, {}}))) +
              "\n");
          print_report(context, report, false);
        }
        for (const auto& warning : workspace.take_warnings())
          context.say(warning);
        context.flush();
        return true;
      });
}

void show_state(Context& context, const std::vector<std::string>& names) {
  auto& workspace = context.workspace();
  if (!context.for_people()) {
    core::Map document;
    document.set("schema", "crm.sync-status/1");
    document.set("device", workspace.device());
    document.set("head", workspace.repository().head());
    set_remotes(document, workspace, names);
    document.set("conflicts", static_cast<std::int64_t>(app::count_disputed(workspace)));
    set_rules(document, app::all_rules(workspace), workspace);
    return context.print_json(document);
  }
  if (app::remotes_named(workspace, names).empty())
    context.print("No remote: `crm remote add NAME URL` makes one.\n");
  print_remotes(context, names);
  const auto rules = app::all_rules(workspace);
  if (!rules.clashes.empty() || !rules.broken.empty()) context.print("\n");
  print_rules(context, rules);
  if (const auto count = app::count_disputed(workspace); count > 0)
    context.print(fmt::format("\n{} record{} wait{} for a decision: `crm conflicts` shows them\n", count,
                              count == 1 ? "" : "s", count == 1 ? "s" : ""));
}

} // namespace

void add_sync(CLI::App& root, Context& context) {
  struct Options {
    app::SyncRequest request;
    bool pull = false, push = false, status = false, watch = false;
    long patience = 30, every = 30;
    std::string bundle;
    CalendarOptions calendar;
  };
  auto options = std::make_shared<Options>();
  auto* command = add_command(
      root, "sync", "exchange batches with the remotes",
      "  crm sync\n  crm sync --dry-run\n  crm sync office --pull\n  crm sync --status\n"
      "  crm sync --watch --every 60  # until it is stopped\n"
      "  crm sync --bundle /media/usb/practice.bundle\n"
      "  crm sync --vdir ~/calendars/bob --with bob  # see `crm help moving`\n"
      "Exits 9 when no remote could be reached (nothing is lost), 10 when some were not brought up to date. "
      "With -q\nonly that is told, as for cron.");
  complete(context,
           command->add_option("remotes", options->request.remotes, "only these (default: all)")
               ->type_name("REMOTES"),
           Completes::Remote);
  command->add_flag("--pull", options->pull, "only take in what the remotes have");
  command->add_flag("--push", options->push, "only give them what is here")->excludes("--pull");
  command->add_flag("--status", options->status, "how things stand, without asking anybody");
  auto* watch =
      command->add_flag("--watch", options->watch,
                        "stay, and sync after each batch, each change of a folder, each so many seconds");
  command->add_option("--every", options->every, "seconds between two looks (default 30)")
      ->type_name("SECONDS")
      ->needs(watch)
      ->check(CLI::Range(1L, 86400L));
  auto* bundle =
      command->add_option("--bundle", options->bundle, "by a file that travels, instead of remotes")
          ->type_name("FILE")
          ->excludes(watch);
  complete(context, bundle, Completes::Folder);
  auto* vdir = add_sync_vdir(*command, context, options->calendar)->excludes(watch);
  command->add_option("--timeout", options->patience, "seconds without progress before a remote is given up")
      ->type_name("SECONDS")
      ->check(CLI::Range(1L, 3600L));
  command->add_flag("--allow-deletions", options->request.allow_deletions,
                    "take in a merge that deletes a large part of the store");
  command->add_flag("--allow-rewound", options->request.allow_rewound,
                    "take in a remote whose history was rewritten");
  add_dry_run(*command, options->request.mode);
  command->callback([&context, options, bundle, vdir] {
    context.want_document();
    // From a script whose variable is empty: that all remotes are synced with instead is the last thing
    // meant.
    if (bundle->count() > 0 && options->bundle.empty())
      throw base::Error(base::Kind::Usage, "--bundle has no file", "crm sync --bundle FILE");
    if (vdir->count() > 0 && options->calendar.request.folder.empty())
      throw base::Error(base::Kind::Usage, "--vdir has no folder", "crm sync --vdir DIR --with MEMBER");
    if (!options->calendar.request.folder.empty()) {
      if (options->status || options->pull || options->push || !options->bundle.empty() ||
          !options->request.remotes.empty())
        throw base::Error(base::Kind::Usage, "--vdir is for a calendar folder alone",
                          "sync with the remotes in another call");
      options->calendar.request.allow_deletions = options->request.allow_deletions;
      options->calendar.request.mode = options->request.mode;
      return run_sync_vdir(context, options->calendar);
    }
    if (!options->bundle.empty() && !options->request.remotes.empty())
      throw base::Error(base::Kind::Usage, "--bundle is for a file, instead of remotes",
                        "sync with the remotes in another call");
    if (options->status) return show_state(context, options->request.remotes);
    options->request.pull = !options->push;
    options->request.push = !options->pull;
    options->request.patience = std::chrono::seconds{options->patience};
    if (options->watch) return run_watch(context, options->request, std::chrono::seconds{options->every});
    run_sync(context, options->request, options->bundle);
  });
}

} // namespace crm::cmd
