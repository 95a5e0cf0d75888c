#include "app/audit/blame.hpp"

#include "app/resolve.hpp"
#include "base/text.hpp"
#include "cmd/audit/audit.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

core::Map blamed_json(const app::BlamedField& field) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? core::Value{} : core::Value{text};
  };
  core::Map out;
  out.set("field", field.field);
  out.set("value", field.value);
  out.set("member", or_null(field.member));
  out.set("device", or_null(field.device));
  out.set("written", core::to_text(field.written));
  out.set("operation", or_null(field.operation));
  out.set("batch", or_null(field.batch));
  out.set("commit", or_null(field.commit));
  out.set("rule", field.merged ? core::Value{core::to_text(field.merged->rule)} : core::Value{});
  out.set("conflict", field.merged ? core::Value{field.merged->conflict} : core::Value{});
  out.set("merge", or_null(field.merge));
  return out;
}

std::string rule_words(const app::BlamedField& field) {
  if (!field.merged) return "";
  return std::string(core::to_text(field.merged->rule)) + (field.merged->conflict ? ", in conflict" : "");
}

void print_blame(Context& context, const app::Blame& blame) {
  auto& workspace = context.workspace();
  const auto& schema = workspace.schemas().get(blame.record.type);
  const auto style = context.style();
  const auto id = blame.record.id.str();
  context.print(fmt::format("{} {}  {}\n\n", blame.record.type,
                            style.paint(Role::Id, app::short_id(workspace, id)),
                            style.paint(Role::Name, base::printable(blame.name == id ? "" : blame.name))));
  Table table;
  table.column({"Field", base::Align::Left, 6});
  table.column({"Value", base::Align::Left, 8, Shrink::First});
  table.column({"Who", base::Align::Left, 8});
  table.column({"Written", base::Align::Left, 16, Shrink::Never});
  table.column({"Batch", base::Align::Left, 8, Shrink::Never});
  table.column({"Merged", base::Align::Left, 6});
  for (const auto& field : blame.fields) {
    const auto shown =
        field.field == "deleted" ? "yes" : cell(workspace, blame.record, schema, field.field, Clock::Own);
    table.row({{field.field, Role::Dim},
               {field.value.is_null() ? "(none)" : shown},
               {field.device.empty() ? field.member : field.member + "@" + field.device},
               {short_moment(workspace, field.written), Role::Time},
               {(field.batch.empty() ? field.commit : field.batch).substr(0, 8), Role::Id},
               {rule_words(field), Role::Dim}});
  }
  context.print(table.render(context.terminal(), style));
}

void run_blame(Context& context, const std::string& type, const std::string& wanted) {
  auto& workspace = context.workspace();
  const auto found = app::resolve(workspace, type, wanted, app::Scope::Stored);
  const auto blame = app::audit_blame(workspace, found.record.type, found.path);
  if (context.for_people()) return print_blame(context, blame);
  std::vector<core::Map> rows;
  for (const auto& field : blame.fields)
    rows.push_back(blamed_json(field));
  if (context.format() != Format::Json)
    return context.print_rows({"field", "value", "member", "device", "written", "operation", "batch",
                               "commit", "rule", "conflict", "merge"},
                              rows);
  core::Map document;
  document.set("schema", "crm.audit-blame/1");
  document.set("type", blame.record.type);
  document.set("id", blame.record.id.str());
  document.set("name", blame.name);
  document.set("fields", core::List(rows.begin(), rows.end()));
  context.print_json(document);
}

} // namespace

void add_audit_blame(CLI::App& noun, Context& context) {
  struct Options {
    std::string type, record;
  };
  auto options = std::make_shared<Options>();
  auto* command = add_command(
      noun, "blame", "each field of a record: who wrote it, when, where, and what merged it",
      "  crm audit blame ada\n  crm audit blame 7f3k --format csv\n  crm audit blame \"first visit\" -t "
      "service\n"
      "Merged: the rule by which the newest merge settled the field, if one did since it was written. "
      "Fields\n"
      "of one group change together, and so have one author; a list has that of its newest change.");
  complete(context,
           command->add_option("record", options->record, "id, key or name; deleted ones too")
               ->required()
               ->type_name("ID|NAME"),
           Completes::Record);
  complete(
      context,
      command->add_option("-t,--type", options->type, "what the name is looked up among")->type_name("TYPE"),
      Completes::Type);
  command->callback([&context, options] { run_blame(context, options->type, options->record); });
}

} // namespace crm::cmd
