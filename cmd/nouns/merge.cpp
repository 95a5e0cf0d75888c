// `crm contact merge A B…`: several records become one, field by field.
#include "app/merging.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/shape.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

void print_json(Context& context, const app::MergeReport& report) {
  core::Map document;
  core::List merged, fields, following;
  for (const auto& other : report.others)
    merged.emplace_back(other.record.id.str());
  for (const auto& field : report.fields) {
    core::Map entry;
    core::List values;
    for (const auto& value : field.values)
      values.emplace_back(value);
    entry.set("field", field.field);
    entry.set("how", std::string(app::to_text(field.how)));
    entry.set("values", std::move(values));
    entry.set("result", field.result);
    fields.emplace_back(std::move(entry));
  }
  for (const auto& [type, count] : report.following) {
    core::Map entry;
    entry.set("type", type);
    entry.set("count", static_cast<std::int64_t>(count));
    following.emplace_back(std::move(entry));
  }
  document.set("schema", "crm.contact-merge/1");
  document.set("kept", report.kept.record.id.str());
  document.set("merged", std::move(merged));
  document.set("fields", std::move(fields));
  document.set("following", std::move(following));
  document.set("batch", batch_json(context.workspace(), report.committed, context.take_warnings()));
  context.print_json(document);
}

std::string in_one_line(const core::Value& value) {
  std::string text = core::to_text(value);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.empty() ? "-" : base::printable(base::fit(text, 60));
}

void print_report(Context& context, const app::MergeReport& report) {
  auto& workspace = context.workspace();
  const Style style = context.style();
  if (report.committed.mode == app::Mode::DryRun)
    context.print(style.paint(Role::Dim, "Nothing was written: this is what would be.") + "\n");
  const auto named = [&](const app::Found& found) {
    return style.paint(Role::Id, app::short_id(workspace, found.record.id.str())) + "  " +
           style.paint(Role::Name, base::printable(found.name));
  };
  for (const auto& other : report.others)
    context.print(fmt::format("Merged {}\n", named(other)));
  context.print(fmt::format("  into {}\n", named(report.kept)));
  for (const auto& field : report.fields) {
    if (field.how == app::MergeField::How::Same) continue;
    context.print(
        fmt::format("  {:<14}{:<8}{}\n", field.field, app::to_text(field.how), in_one_line(field.result)));
    for (std::size_t i = 0; i < field.values.size(); ++i)
      if (!field.values[i].is_null() && !(field.values[i] == field.result))
        context.print(style.paint(
            Role::Dim,
            fmt::format(
                "    {} has {}\n",
                app::short_id(workspace, (i == 0 ? report.kept : report.others[i - 1]).record.id.str()),
                in_one_line(field.values[i]))));
  }
  std::vector<std::string> parts;
  for (const auto& [type, count] : report.following)
    parts.push_back(base::count_of(static_cast<std::size_t>(count), type));
  if (!parts.empty()) context.print("  following: " + base::join(parts, ", ") + "\n");
}

} // namespace

void add_merge(CLI::App& noun, Context& context, const std::string& type) {
  struct Options {
    app::MergeRequest request;
    std::vector<std::string> takes;
  };
  auto options = std::make_shared<Options>();
  options->request.type = type;
  auto* command = add_command(
      noun, "merge", "make one of several that are the same; the first one counts",
      fmt::format(
          "  crm {0} merge 7f3k 9hq2 --dry-run\n  crm {0} merge 7f3k 9hq2 --take birthday=9hq2 --set "
          "name=\"Ada King\"\nWhat refers to the others follows, their ids lead to the first, and `crm "
          "undo` takes it back. Merging one again that\nwas merged already carries over what was written "
          "to it since, on a device that did not know.",
          type));
  complete(
      context,
      command->add_option("kept", options->request.kept, "the one that counts")->required()->type_name("ID"),
      Completes::Record, type);
  complete(context,
           command->add_option("others", options->request.others, "the same as that one")
               ->required()
               ->type_name("ID"),
           Completes::Record, type);
  const auto several = [](CLI::Option* option) {
    return option->expected(1)->take_all()->allow_extra_args(false);
  };
  several(command->add_option("--take", options->takes, "a field as one of them has it: field=ID")
              ->type_name("FIELD=ID"));
  complete(context,
           several(command->add_option("--set", options->request.assignments, "a field, as field=value")
                       ->type_name("FIELD=VALUE")),
           Completes::Assignment, type);
  add_dry_run(*command, options->request.mode);
  command->callback([&context, options] {
    for (const auto& text : options->takes) {
      const auto equals = text.find('=');
      if (equals == std::string::npos || equals == 0)
        throw base::Error(base::Kind::Usage, "--take wants FIELD=ID, not \"" + base::printable(text) + "\"",
                          "like --take birthday=9hq2");
      options->request.takes.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    const auto report = app::merge_records(context.workspace(), options->request);
    if (context.for_people()) return print_report(context, report);
    print_json(context, report);
  });
}

} // namespace crm::cmd
