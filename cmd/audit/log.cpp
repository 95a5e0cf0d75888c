#include "app/audit/authors.hpp"
#include "app/input.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/audit/audit.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

struct LogOptions {
  std::string by, device, record, type, field, since, until, batch;
  bool offline = false, merges = false;
  std::optional<std::size_t> limit;
};

void check_field(app::Workspace& workspace, const std::string& type, const std::string& field) {
  std::vector<std::string> known;
  for (const auto& each : type.empty() ? workspace.schemas().types() : std::vector<std::string>{type}) {
    const auto& schema = workspace.schemas().get(each);
    if (schema.find(field) != nullptr) return;
    for (const auto& has : schema.fields) {
      if (has.group == field) return;
      known.push_back(has.name);
    }
  }
  const auto near = base::suggestions(field, known);
  const auto shown = base::printable(field);
  throw base::Error(base::Kind::Usage,
                    type.empty() ? "no type has a field \"" + shown + "\""
                                 : type + " has no field \"" + shown + "\"",
                    near.empty() ? "`crm types TYPE` lists them" : "did you mean " + near.front() + "?");
}

app::AuditFilter to_filter(Context& context, const LogOptions& options) {
  auto& workspace = context.workspace();
  app::AuditFilter out;
  if (!options.device.empty()) app::require_device(workspace, options.device);
  out.device = options.device;
  out.field = options.field;
  out.batch = options.batch;
  out.offline = options.offline;
  out.merges = options.merges;
  if (!options.by.empty()) out.member = app::author_named(workspace, options.by);
  if (!options.type.empty()) {
    const auto named = workspace.schemas().type_named(options.type);
    out.type = workspace.schemas().get(named.empty() ? options.type : named).type;
  }
  if (!options.record.empty())
    out.record = app::resolve(workspace, out.type, options.record, app::Scope::Stored).path;
  if (!out.field.empty()) check_field(workspace, out.type, out.field);
  const auto past = app::parse_past(workspace, options.since, options.until);
  out.since = past.since;
  out.until = past.until;
  out.limit = options.limit.value_or(context.for_people() && context.terminal().tty_out ? on_a_screen : 0);
  return out;
}

std::string delay(const app::AuditEntry& entry, const std::string& own_device) {
  if (entry.device == own_device || !entry.arrived || entry.is_merge()) return "";
  const auto span = span_words(*entry.arrived - entry.written);
  return span == "at once" ? span : "+" + span;
}

void print_log(Context& context, const app::AuditLog& log) {
  auto& workspace = context.workspace();
  if (log.entries.empty()) return context.say("no batch is left by these filters");
  Table table;
  table.column({"Batch", base::Align::Left, 8, Shrink::Never});
  table.column({"Written", base::Align::Left, 16, Shrink::Never});
  table.column({"Who", base::Align::Left, 8});
  table.column({"What", base::Align::Left, 12, Shrink::First});
  table.column({"Arrived", base::Align::Left, 7});
  table.column({"Offline", base::Align::Left, 7});
  for (const auto& entry : log.entries)
    table.row({{(entry.batch.empty() ? entry.commit : entry.batch).substr(0, 8), Role::Id},
               {short_moment(workspace, entry.written), Role::Time},
               {author_of(entry)},
               {entry.summary},
               {delay(entry, workspace.device()), Role::Dim},
               {entry.offline_since ? span_words(entry.written - *entry.offline_since) : "", Role::Warn}});
  context.print(table.render(context.terminal(), context.style()));
  if (log.more)
    context.print(context.style().paint(Role::Dim, "\nThere are older ones: --limit 0 shows all.") + "\n");
}

void run_log(Context& context, const LogOptions& options) {
  const auto log = app::audit_log(context.workspace(), to_filter(context, options));
  if (context.for_people()) return print_log(context, log);
  std::vector<core::Map> rows;
  for (const auto& entry : log.entries)
    rows.push_back(entry_json(entry, context.format()));
  if (context.format() != Format::Json)
    return context.print_rows({"batch", "commit", "written", "arrived", "offline_since", "member", "device",
                               "operation", "summary", "records"},
                              rows);
  core::Map document;
  document.set("schema", "crm.audit-log/1");
  document.set("batches", core::List(rows.begin(), rows.end()));
  document.set("more", log.more);
  context.print_json(document);
}

} // namespace

std::function<void()> add_audit_log_options(CLI::App& command, Context& context) {
  auto options = std::make_shared<LogOptions>();
  complete(context,
           command.add_option("--by", options->by, "what this member has written")->type_name("MEMBER"),
           Completes::Record, "member");
  complete(
      context,
      command.add_option("--device", options->device, "what was written on this device")->type_name("DEVICE"),
      Completes::Device);
  complete(
      context,
      command.add_option("--record", options->record, "what has changed this record")->type_name("ID|NAME"),
      Completes::Record);
  complete(context,
           command.add_option("-t,--type", options->type, "what has changed records of this type")
               ->type_name("TYPE"),
           Completes::Type);
  command.add_option("--field", options->field, "what has changed this field")->type_name("FIELD");
  command.add_option("--since", options->since, "written then or later (`crm help times`)")
      ->type_name("WHEN");
  command.add_option("--until", options->until, "written before then; a day is included")->type_name("WHEN");
  command.add_flag("--offline", options->offline, "written while the device was out of touch, see below");
  command.add_option("--batch", options->batch, "whose batch or commit begins so")->type_name("BATCH");
  command.add_flag("--merges", options->merges, "show merges too: nobody's work");
  command.add_option("--limit", options->limit, "at most N (0: all; a terminal shows 40)")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000000));
  return [&context, options] { run_log(context, *options); };
}

void add_audit_log(CLI::App& noun, Context& context) {
  auto* command = add_command(
      noun, "log", "batches, the newest first",
      "  crm audit log\n  crm audit log --record ada --field phones\n"
      "  crm audit log --by bob --device tablet-2 --since \"mon 9:00\" --until fri\n"
      "  crm audit log --type appointment --offline --format csv -o offline.csv\n"
      "Written is by the clock of the device that wrote it, Arrived how much later the batch came to this\n"
      "device (nothing for this device's own). Offline: the device had reached none of its remotes for ten\n"
      "minutes or more, and for how long, as it noted in the batch itself (Crm-Offline-Since).");
  command->callback(add_audit_log_options(*command, context));
}

} // namespace crm::cmd
