#include "app/audit/show.hpp"

#include "app/resolve.hpp"
#include "base/text.hpp"
#include "cmd/audit/audit.hpp"
#include "cmd/render/card.hpp"
#include "cmd/shape.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

using core::Value;

Value value_of(const std::optional<core::Record>& record, const std::string& field) {
  return record ? record->get(field) : Value{};
}

core::Map change_json(const app::AuditedRecord& record, const std::string& field) {
  core::Map out;
  out.set("field", field);
  if (record.first) out.set("first", value_of(record.first, field));
  out.set(record.first ? "second" : "before", value_of(record.before, field));
  out.set("after", value_of(record.after, field));
  return out;
}

/// As the batch's own answer has it: one without a name of its own is called as in lists.
std::string name_of(app::Workspace& workspace, const app::AuditedRecord& record) {
  const auto& state = record.after ? record.after : record.before;
  if (record.name != record.id || !state) return record.name;
  const auto name = label(workspace, *state, workspace.schemas().get(record.type));
  return name.empty() ? record.name : name;
}

core::Map record_change_json(app::Workspace& workspace, const app::AuditedRecord& record) {
  core::Map out;
  core::List changes, decisions;
  for (const auto& field : record.fields)
    changes.emplace_back(change_json(record, field));
  for (const auto& decision : record.decisions) {
    core::Map each;
    each.set("unit", decision.unit);
    each.set("rule", core::to_text(decision.rule));
    each.set("conflict", decision.conflict);
    decisions.emplace_back(std::move(each));
  }
  out.set("type", record.type);
  out.set("id", record.id);
  out.set("name", name_of(workspace, record));
  out.set("action", record.action);
  out.set("changes", std::move(changes));
  out.set("decisions", std::move(decisions));
  return out;
}

core::Map signature_json(const sync::Verdict& verdict) {
  const auto or_null = [](const std::string& text) { return text.empty() ? Value{} : Value{text}; };
  core::Map out;
  out.set("ok", verdict.ok());
  out.set("how", sync::to_text(verdict.how));
  out.set("member", verdict.by ? Value{verdict.by->member} : Value{});
  out.set("device", verdict.by ? Value{verdict.by->device} : Value{});
  out.set("fingerprint", verdict.by ? Value{store::fingerprint(verdict.by->key)} : Value{});
  out.set("reason", verdict.ok() ? Value{} : or_null(verdict.reason));
  out.set("detail", verdict.ok() ? Value{} : or_null(verdict.detail));
  return out;
}

core::Map batch_document(app::Workspace& workspace, const app::AuditedBatch& shown) {
  core::Map out;
  core::List parents, records, files;
  for (const auto& each : shown.parents)
    parents.emplace_back(each);
  for (const auto& each : shown.records)
    records.emplace_back(record_change_json(workspace, each));
  for (const auto& each : shown.files) {
    core::Map file;
    file.set("path", each.path);
    file.set("action", each.action);
    files.emplace_back(std::move(file));
  }
  out.set("schema", "crm.audit-show/1");
  out.set("batch", entry_json(shown.entry));
  out.set("parents", std::move(parents));
  out.set("signature", signature_json(shown.verdict));
  out.set("records", std::move(records));
  out.set("files", std::move(files));
  out.set("taken", static_cast<std::int64_t>(shown.taken));
  return out;
}

Entry signature_entry(const sync::Verdict& verdict) {
  using How = sync::Verdict::How;
  const auto key = verdict.by ? store::fingerprint(verdict.by->key) : "";
  switch (verdict.how) {
  case How::First:
  case How::Signed:
    return {"signature", fmt::format("good, {}@{} {}", verdict.by->member, verdict.by->device, key),
            Role::Good};
  case How::Later:
    return {"signature", fmt::format("good, by a key that was approved later, {}", key), Role::Good};
  case How::Merge:
    return {"proof", "good: made again, it is the same", Role::Good};
  case How::BeforeKeys:
    return {"signature", "none: no member had a key yet", Role::Dim};
  case How::Refused:
    break;
  }
  return {"signature", fmt::format("BAD: {} ({})", verdict.detail, verdict.reason), Role::Bad};
}

/// "+vip, -lead": what came and what went.
std::string list_change(const core::List& was, const core::List& is) {
  std::vector<std::string> parts;
  for (const auto& each : is)
    if (std::find(was.begin(), was.end(), each) == was.end()) parts.push_back("+" + core::to_text(each));
  for (const auto& each : was)
    if (std::find(is.begin(), is.end(), each) == is.end()) parts.push_back("-" + core::to_text(each));
  return base::join(parts, ", ");
}

std::string shown_value(Context& context, const std::optional<core::Record>& record,
                        const core::Schema& schema, const std::string& field) {
  if (!record || record->get(field).is_null()) return "(none)";
  auto text = cell(context.workspace(), *record, schema, field);
  const auto end = text.find('\n');
  if (context.terminal().tty_out && end != std::string::npos) text = text.substr(0, end) + " …";
  return text;
}

std::string field_change(Context& context, const app::AuditedRecord& record, const core::Schema& schema,
                         const std::string& field) {
  const auto after = shown_value(context, record.after, schema, field);
  if (record.action == "created") return after;
  const auto before = shown_value(context, record.before, schema, field);
  if (record.first) {
    const auto first = shown_value(context, record.first, schema, field);
    return first == before ? first + " on both sides" : fmt::format("{} | {} → {}", first, before, after);
  }
  const Value was = value_of(record.before, field), is = value_of(record.after, field);
  if (was.if_list() != nullptr && is.if_list() != nullptr &&
      schema.rule(schema.unit(field)) == core::Rule::Set)
    if (auto change = list_change(*was.if_list(), *is.if_list()); !change.empty()) return change;
  return before + " → " + after;
}

void print_record(Context& context, const app::AuditedRecord& record) {
  const auto& schema = context.workspace().schemas().get(record.type);
  const auto style = context.style();
  const auto& state = record.after ? record.after : record.before;
  const auto name = state ? app::described(context.workspace(), *state) : record.name;
  context.print(fmt::format("\n{} {}{}{}\n", record.type,
                            style.paint(Role::Id, app::short_id(context.workspace(), record.id)),
                            name == record.id ? "" : "  " + style.paint(Role::Name, base::printable(name)),
                            record.action == "changed" ? "" : "  (" + record.action + ")"));
  std::size_t widest = 0;
  for (const auto& field : record.fields)
    widest = std::max(widest, base::width(field));
  for (const auto& field : record.fields) {
    std::string line = fmt::format("  {}  {}", base::pad(base::printable(field), widest),
                                   base::printable(field_change(context, record, schema, field)));
    const auto columns = static_cast<std::size_t>(context.terminal().width);
    context.print((context.terminal().tty_out ? shorten(line, columns, context.terminal()) : line) + "\n");
  }
  for (const auto& decision : record.decisions)
    context.print(style.paint(Role::Dim, fmt::format("  {}: settled by {}{}", base::printable(decision.unit),
                                                     core::to_text(decision.rule),
                                                     decision.conflict ? ", waits for a person" : "")) +
                  "\n");
}

void print_batch(Context& context, const app::AuditedBatch& shown) {
  auto& workspace = context.workspace();
  const auto& entry = shown.entry;
  Card card;
  card.title = entry.summary;
  card.subtitle = entry.batch;
  const auto moment = [&](const auto& time) { return time ? long_moment(workspace, *time) : std::string(); };
  const std::string who = entry.member.empty() && entry.is_merge() ? "nobody: a merge" : entry.member;
  card.entries = {{"who", who},
                  {"device", entry.device},
                  {"command", entry.operation},
                  {"written", long_moment(workspace, entry.written), Role::Time},
                  {"arrived", entry.device == workspace.device() ? "" : moment(entry.arrived), Role::Time},
                  {"offline", entry.offline_since ? "since " + moment(entry.offline_since) : "", Role::Warn},
                  {"commit", entry.commit},
                  signature_entry(shown.verdict)};
  context.print(card.render(context.terminal(), context.style()));
  for (const auto& record : shown.records)
    print_record(context, record);
  if (shown.taken > 0)
    context.print(fmt::format("\n{} that only one side had changed, or that did not differ\n",
                              shown.taken == 1 ? "1 record" : fmt::format("{} records", shown.taken)));
  if (!shown.files.empty()) context.print("\n");
  for (const auto& file : shown.files)
    context.print(fmt::format("{}  {}\n", base::printable(file.path), file.action));
}

} // namespace

void add_audit_show(CLI::App& noun, Context& context) {
  auto wanted = std::make_shared<std::string>();
  auto* command = add_command(noun, "show", "one batch: by whom, is it signed, and what it changed",
                              "  crm audit show 8w2c\n  crm audit show 4f1d2c9e  # a commit, merges too\n"
                              "  crm audit show 8w2c --json\n"
                              "Of a merge: what each side had, what it came to, and which rule settled it.");
  complete(
      context,
      command->add_option("batch", *wanted, "a batch or a commit, or the beginning of one (four characters)")
          ->required()
          ->type_name("BATCH"),
      Completes::Batch);
  command->callback([&context, wanted] {
    const auto shown = app::audit_show(context.workspace(), *wanted);
    if (!context.for_people()) return context.print_json(batch_document(context.workspace(), shown));
    print_batch(context, shown);
  });
}

} // namespace crm::cmd
