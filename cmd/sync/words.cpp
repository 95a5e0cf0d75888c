#include "cmd/sync/words.hpp"

#include "app/keys.hpp"
#include "app/policy.hpp"
#include "app/resolve.hpp"
#include "base/text.hpp"
#include "cmd/shape.hpp"
#include "core/when.hpp"
#include "store/transport.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

constexpr std::pair<std::string_view, std::string_view> sentences[] = {
    {"refused-data", "what it sent was refused"},
    {"unproved", "what it sent is not signed as it must be"},
    {"unfit", "what was committed here would harm the store"},
    {"own-unproved", "a commit of this device is not signed as it must be"},
    {"unapproved", "a key of this device waits for an owner's approval"},
    {"revoked", "this device's key was revoked"},
    {"rewound", "its history was rewritten"},
    {"renamed", "its branch has another name"},
    {"deletions", "it would delete a large part of the store"},
    {"other-store", "it holds something other than this store"},
    {"hand-edits", "edits by hand are in the way"},
    {"clock", "its clock is far ahead"},
    {"busy", "another crm is at it"},
    {"failure", "it did not work"},
};

core::Value moment(const std::optional<std::chrono::sys_time<std::chrono::milliseconds>>& time) {
  return time ? core::Value(core::to_text(*time)) : core::Value{};
}

std::string batches(std::size_t count) {
  return base::count_of(count, "batch") + (count == app::most_counted ? " or more" : "");
}

/// By this device's clock: what it once showed too late was just now.
std::string long_ago(Context& context, std::chrono::sys_time<std::chrono::milliseconds> time) {
  const auto now = context.workspace().now();
  return ago(std::min(std::chrono::floor<std::chrono::seconds>(time), now), now);
}

} // namespace

std::string_view in_words(std::string_view outcome) {
  for (const auto& [word, sentence] : sentences)
    if (word == outcome) return sentence;
  const auto trouble = store::in_words(outcome);
  return trouble.empty() ? outcome : trouble;
}

namespace {

std::string broken_name(app::Workspace& workspace, const app::BrokenRule& broken) {
  const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(broken.id); });
  return row ? label(workspace, app::to_record(*row), workspace.schemas().get(row->type)) : broken.name;
}

} // namespace

void set_rules(core::Map& document, const app::Rules& rules, app::Workspace& workspace) {
  core::List clashes, broken;
  for (const auto& clash : rules.clashes) {
    const auto& record = clash.appointment.record;
    core::Map entry = app::clash_details(clash.report, workspace.settings().zone);
    entry.set("members", core::List(clash.report.members.begin(), clash.report.members.end()));
    entry.set("appointment", record.id.str());
    entry.set("name", label(workspace, record, workspace.schemas().get(record.type)));
    clashes.emplace_back(std::move(entry));
  }
  for (const auto& each : rules.broken) {
    core::Map entry;
    core::List repair;
    for (const auto& line : each.repair)
      repair.emplace_back(line);
    entry.set("rule", std::string(app::to_text(each.kind)));
    entry.set("type", each.type);
    entry.set("id", each.id);
    entry.set("name", broken_name(workspace, each));
    entry.set("field", each.field.empty() ? core::Value{} : core::Value{each.field});
    entry.set("detail", each.detail);
    entry.set("repair", std::move(repair));
    broken.emplace_back(std::move(entry));
  }
  document.set("clashes", std::move(clashes));
  document.set("broken", std::move(broken));
}

namespace {

std::string sentence(const app::BrokenRule& broken) {
  const std::string detail = base::printable(broken.detail);
  switch (broken.kind) {
  case app::BrokenRule::Kind::Missing:
    return fmt::format("{} names {}, which is not there", broken.field, detail);
  case app::BrokenRule::Kind::Deleted:
    return fmt::format("{} names {}, which was deleted", broken.field, detail);
  case app::BrokenRule::Kind::SameKey:
    return fmt::format("another {} has the {} \"{}\" too", broken.type, broken.field, detail);
  case app::BrokenRule::Kind::Circle:
    return fmt::format("and {} were merged into each other; this one counts, as the newest merge says",
                       detail);
  case app::BrokenRule::Kind::Landed:
    return fmt::format("was merged, and then {} came from a device that did not know: {}", broken.field,
                       detail);
  case app::BrokenRule::Kind::Outlived:
    return fmt::format("stands, and its series was {} by somebody who did not know of it", detail);
  case app::BrokenRule::Kind::Invalid:
    break;
  }
  return detail;
}

void print_broken(Context& context, const app::BrokenRule& broken) {
  auto& workspace = context.workspace();
  const Style style = context.style();
  context.print(fmt::format("{}  {}  {} {}\n       {}\n", style.paint(Role::Bad, "RULE "),
                            style.paint(Role::Id, app::short_id(workspace, broken.id)), broken.type,
                            base::printable(broken_name(workspace, broken)), sentence(broken)));
  for (const auto& line : broken.repair)
    context.print("       " + base::printable(line) + "\n");
}

void print_clashes(Context& context, const std::vector<app::OpenClash>& clashes) {
  auto& workspace = context.workspace();
  const Style style = context.style();
  for (const auto& clash : clashes) {
    const auto& record = clash.appointment.record;
    const auto& schema = workspace.schemas().get(record.type);
    const std::string zone = record.text("zone").empty() ? workspace.settings().zone : record.text("zone");
    const std::string id = app::short_id(workspace, record.id.str());
    context.print(fmt::format("{}  {}  {}  {}\n", style.paint(Role::Bad, "CLASH"), style.paint(Role::Id, id),
                              cell(workspace, record, schema, schema.time_field, Clock::Named),
                              base::printable(label(workspace, record, schema))));
    for (const auto& line : app::clash_lines(workspace, clash.report.clashes, zone))
      context.print("       " + line + "\n");
    if (!clash.report.free.empty()) {
      std::string start = core::to_text(core::to_wall(clash.report.free.front(), zone));
      std::replace(start.begin(), start.end(), 'T', ' ');
      context.print(fmt::format("       crm book move {} \"{}\"\n", id, start));
    }
    if (const auto instead = app::resources_instead(clash.report, record, schema); !instead.empty())
      context.print(fmt::format("       crm book move {} --in {}\n", id, base::join(instead, " --in ")));
    if (const auto member = app::member_instead(clash.report); !member.empty())
      context.print(fmt::format("       crm book assign {} {}\n", id, member));
  }
}

} // namespace

void print_rules(Context& context, const app::Rules& rules) {
  print_clashes(context, rules.clashes);
  for (const auto& broken : rules.broken)
    print_broken(context, broken);
}

void set_remotes(core::Map& document, app::Workspace& workspace, const std::vector<std::string>& names) {
  core::List remotes, devices;
  document.set("revoked", app::identity(workspace).revoked);
  const auto meant = app::remotes_named(workspace, names);
  for (const auto& state : app::remote_states(workspace, meant)) {
    core::Map entry;
    entry.set("remote", state.remote.name);
    entry.set("url", state.remote.url);
    entry.set("last_success", moment(state.success));
    entry.set("last_failure", moment(state.failure));
    entry.set("failure", state.failure_outcome.empty() ? core::Value{} : core::Value{state.failure_outcome});
    entry.set("failure_detail",
              state.failure_detail.empty() ? core::Value{} : core::Value{state.failure_detail});
    entry.set("failing", state.failing);
    entry.set("waiting", static_cast<std::int64_t>(state.waiting));
    entry.set("waiting_since", moment(state.waiting_since));
    remotes.emplace_back(std::move(entry));
  }
  for (const auto& state : app::device_states(workspace, meant)) {
    core::Map entry;
    entry.set("device", state.device);
    entry.set("member", state.member);
    entry.set("last_seen", moment(state.seen));
    entry.set("remote", state.remote);
    entry.set("revoked", state.revoked);
    entry.set("lacks", state.known ? core::Value{static_cast<std::int64_t>(state.lacks)} : core::Value{});
    devices.emplace_back(std::move(entry));
  }
  document.set("remotes", std::move(remotes));
  document.set("devices", std::move(devices));
}

void print_remotes(Context& context, const std::vector<std::string>& names) {
  const Style style = context.style();
  const auto meant = app::remotes_named(context.workspace(), names);
  const auto states = app::remote_states(context.workspace(), meant);
  const auto devices = app::device_states(context.workspace(), meant);
  std::size_t width = 0;
  for (const auto& state : states)
    width = std::max(width, base::width(base::printable(state.remote.name)));
  for (const auto& device : devices)
    width = std::max(width, base::width(device.device));
  const std::size_t indent = width + 10; // where the third column begins
  const auto line = [&](const char* what, const std::string& name, const std::string& text) {
    context.print(fmt::format("{}  {}  {}\n", what, base::pad(name, width),
                              on_lines(text, context.terminal(), indent)));
  };
  if (app::identity(context.workspace()).revoked)
    context.print(
        style.paint(Role::Bad, std::string(in_words("revoked")) + ": nothing that is written here counts\n"));
  for (const auto& state : states) {
    std::string text = state.success ? "in sync " + long_ago(context, *state.success) : "never reached";
    if (state.waiting > 0)
      text += fmt::format(", {} waiting{}", batches(state.waiting),
                          state.waiting_since ? " since " + long_ago(context, *state.waiting_since) : "");
    line("remote", base::printable(state.remote.name), text);
    if (state.failing)
      context.print(style.paint(
          Role::Warn, fmt::format("{}{}\n", std::string(indent, ' '),
                                  on_lines(fmt::format("last try {}: {}", long_ago(context, *state.failure),
                                                       in_words(state.failure_outcome)),
                                           context.terminal(), indent))));
  }
  for (const auto& device : devices) {
    const std::string lacks = !device.known ? "has batches that are not here yet"
                              : device.lacks == 0
                                  ? "had all that is here"
                                  : fmt::format("had not got {} of what is here", batches(device.lacks));
    const std::string revoked = device.revoked ? "revoked; " : "";
    const auto seen = past(std::chrono::floor<std::chrono::seconds>(device.seen), context.workspace().now());
    line("device", device.device,
         fmt::format("{}, {}seen {} at {}; {}", device.member, revoked, seen, base::printable(device.remote),
                     lacks));
  }
}

namespace {

struct Asked {
  explicit Asked(app::Workspace& workspace)
      : proposals(app::proposals_to_answer(workspace)), keys(app::key_requests(workspace)) {
    std::erase_if(keys, [&](const auto& each) { return each.device == workspace.device(); });
  }
  std::vector<app::Proposal> proposals;
  std::vector<app::KeyRequest> keys; ///< of other devices
};

} // namespace

void set_asked(core::Map& document, app::Workspace& workspace) {
  const Asked asked(workspace);
  core::List proposals, keys;
  for (const auto& each : asked.proposals)
    proposals.emplace_back(each.agreed.front());
  for (const auto& each : asked.keys) {
    core::Map entry;
    entry.set("member", each.member);
    entry.set("device", each.device);
    keys.emplace_back(std::move(entry));
  }
  document.set("proposals", std::move(proposals));
  document.set("key_requests", std::move(keys));
}

void print_asked(Context& context) {
  const Asked asked(context.workspace());
  const auto line = [&](const std::string& text) {
    context.print("\n" + context.style().paint(Role::Warn, on_lines(text, context.terminal(), 2)) + "\n");
  };
  for (const auto& each : asked.proposals)
    line(fmt::format("{} want{} version {} of the policy: `crm policy show {}`",
                     base::join(each.agreed, ", "), each.agreed.size() == 1 ? "s" : "", each.policy.version,
                     each.agreed.front()));
  for (const auto& each : asked.keys)
    line(fmt::format("{} on {} asks an owner to approve a key: `crm member requests`",
                     base::printable(each.member), base::printable(each.device)));
}

} // namespace crm::cmd
