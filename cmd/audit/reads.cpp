#include "app/reads.hpp"
#include "app/audit/authors.hpp"
#include "app/input.hpp"
#include "app/resolve.hpp"
#include "cmd/audit/audit.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"

namespace crm::cmd {
namespace {

struct ReadsOptions {
  std::string by, device, record, type, since, until;
  std::optional<std::size_t> limit;
};

app::ReadFilter to_filter(Context& context, const ReadsOptions& options) {
  auto& workspace = context.workspace();
  app::ReadFilter out;
  if (!options.device.empty()) app::require_device(workspace, options.device);
  out.device = options.device;
  if (!options.by.empty()) out.member = app::author_named(workspace, options.by);
  if (!options.type.empty()) {
    const auto named = workspace.schemas().type_named(options.type);
    out.type = workspace.schemas().get(named.empty() ? options.type : named).type;
  }
  if (!options.record.empty())
    out.record = app::resolve(workspace, out.type, options.record, app::Scope::All).record.id.str();
  const auto past = app::parse_past(workspace, options.since, options.until);
  out.since = past.since;
  out.until = past.until;
  out.limit = options.limit.value_or(context.for_people() && context.terminal().tty_out ? on_a_screen : 0);
  return out;
}

core::Map read_json(const sync::NotedRead& each) {
  core::Map out;
  out.set("at", core::to_text(each.read.at));
  out.set("member", each.read.member);
  out.set("device", each.device);
  out.set("how", each.read.how);
  out.set("type", each.read.type);
  out.set("id", each.read.id);
  out.set("in_store", each.in_store);
  return out;
}

void print_reads(Context& context, const app::ReadLog& log) {
  auto& workspace = context.workspace();
  if (log.reads.empty())
    return context.say(
        "no read is noted by these filters; a type whose schema says `x-crm: {log_reads: true}` "
        "notes them");
  Table table;
  for (const char* heading : {"When", "Who", "How", "Record", "Name"})
    table.column({heading});
  for (const auto& each : log.reads) {
    const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(each.read.id); });
    table.row({{short_moment(workspace, each.read.at), Role::Time},
               {each.read.member + "@" + each.device},
               {each.read.how},
               {each.read.type + " " + app::short_id(workspace, each.read.id), Role::Id},
               {row ? row->name : ""}});
  }
  context.print(table.render(context.terminal(), context.style()));
  if (log.more)
    context.print(context.style().paint(Role::Dim, "\nThere are older ones: --limit 0 shows all.") + "\n");
}

void run_reads(Context& context, const ReadsOptions& options) {
  const auto log = app::read_log(context.workspace(), to_filter(context, options));
  if (context.for_people()) return print_reads(context, log);
  std::vector<core::Map> rows;
  for (const auto& each : log.reads)
    rows.push_back(read_json(each));
  if (context.format() != Format::Json)
    return context.print_rows({"at", "member", "device", "how", "type", "id", "in_store"}, rows);
  core::Map document;
  document.set("schema", "crm.audit-reads/1");
  document.set("reads", core::List(rows.begin(), rows.end()));
  document.set("more", log.more);
  context.print_json(document);
}

} // namespace

void add_audit_reads(CLI::App& noun, Context& context) {
  auto options = std::make_shared<ReadsOptions>();
  auto* command = add_command(
      noun, "reads", "who looked at records whose type notes that, the newest first",
      "  crm audit reads\n  crm audit reads --record ada --since mon\n  crm audit reads --by bob --json\n"
      "A type whose schema says `x-crm: {log_reads: true}` has its reads noted: by `show`, `edit`, "
      "`export`,\n`merge` and `dupes`, and by `list` where it prints whole records (--json, --format). "
      "Not by rows of\na table, by `search`, by views of a day, nor by a file that is opened without crm. "
      "They are kept on the\ndevice at once, and go into the store with its next batch or sync.");
  complete(context,
           command->add_option("--by", options->by, "what this member has read")->type_name("MEMBER"),
           Completes::Record, "member");
  command->add_option("--device", options->device, "what was read on this device")->type_name("DEVICE");
  complete(context,
           command->add_option("--record", options->record, "who has read this record")->type_name("ID|NAME"),
           Completes::Record);
  complete(context, command->add_option("-t,--type", options->type, "of this type")->type_name("TYPE"),
           Completes::Type);
  command->add_option("--since", options->since, "then or later (`crm help times`)")->type_name("WHEN");
  command->add_option("--until", options->until, "before then; a day is included")->type_name("WHEN");
  command->add_option("--limit", options->limit, "at most N (0: all; a terminal shows 40)")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000000));
  command->callback([&context, options] { run_reads(context, *options); });
}

} // namespace crm::cmd
