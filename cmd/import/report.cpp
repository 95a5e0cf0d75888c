#include "cmd/import/report.hpp"

#include "app/resolve.hpp"
#include "base/text.hpp"
#include "cmd/exit_codes.hpp"
#include "cmd/render/table.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

constexpr std::size_t shown_changes = 20, shown_rejects = 20, widest_value = 40;

core::Map import_json(Context& context, const app::ImportReport& report, const std::string& recognised,
                      const std::string& rejects) {
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? core::Value{} : core::Value{text};
  };
  const auto number = [](std::size_t count) { return core::Value{static_cast<std::int64_t>(count)}; };
  core::Map out;
  out.set("schema", "crm.import/1");
  out.set("batch", report.committed.commit.empty() ? core::Value{} : core::Value{report.committed.batch});
  out.set("commit", text_or_null(report.committed.commit));
  out.set("dry_run", report.committed.mode == app::Mode::DryRun);
  out.set("recognised", text_or_null(recognised));
  out.set("created", number(report.created));
  out.set("changed", number(report.changed));
  out.set("same", number(report.same));
  out.set("deleted", number(report.deleted));
  out.set("kept", number(report.kept));
  core::List fields, changes, lost, rejected, warnings;
  for (const auto& [field, counts] : report.fields) {
    core::Map each;
    each.set("type", field.first);
    each.set("field", field.second);
    each.set("filled", number(counts.filled));
    each.set("changed", number(counts.changed));
    each.set("emptied", number(counts.emptied));
    fields.emplace_back(std::move(each));
  }
  for (const auto& change : report.changes) {
    core::Map each;
    each.set("id", change.id);
    each.set("type", change.type);
    each.set("name", change.name);
    each.set("field", change.field);
    each.set("before", change.before);
    each.set("after", change.after);
    changes.emplace_back(std::move(each));
  }
  for (const auto& [what, count] : report.lost) {
    core::Map each;
    each.set("what", what);
    each.set("count", number(count));
    lost.emplace_back(std::move(each));
  }
  for (const auto& row : report.rejected) {
    core::Map each;
    each.set("line", row.line);
    each.set("reason", row.reason);
    each.set("hint", text_or_null(row.hint));
    rejected.emplace_back(std::move(each));
  }
  for (const auto& warning : context.take_warnings())
    warnings.emplace_back(warning);
  out.set("fields", std::move(fields));
  out.set("changes", std::move(changes));
  out.set("lost", std::move(lost));
  out.set("rejected", std::move(rejected));
  out.set("rejects", text_or_null(rejects));
  out.set("warnings", std::move(warnings));
  return out;
}

std::string short_value(const core::Value& value) {
  return value.is_null() ? "–" : base::fit(base::printable(core::to_text(value)), widest_value);
}

std::string some(std::size_t count) {
  return count == 0 ? "" : fmt::format("{}", count);
}

void print_fields(Context& context, const app::ImportReport& report) {
  if (report.fields.empty()) return;
  Table table;
  table.column({.heading = "Type"});
  table.column({.heading = "Field"});
  for (const char* heading : {"Filled", "Changed", "Emptied"})
    table.column({.heading = heading, .align = base::Align::Right});
  for (const auto& [field, counts] : report.fields)
    table.row({{field.first, Role::Dim},
               {field.second, Role::Plain},
               {some(counts.filled), Role::Plain},
               {some(counts.changed), Role::Plain},
               {some(counts.emptied), Role::Plain}});
  context.print(table.render(context.terminal(), context.style()));
}

void print_changes(Context& context, const app::ImportReport& report) {
  std::size_t shown = 0;
  for (const auto& change : report.changes) {
    if (shown++ == shown_changes) {
      context.print("  … and more: --json has them all\n");
      return;
    }
    context.print(fmt::format("  {}  {}: {} → {}\n", base::printable(change.name),
                              base::printable(change.field), short_value(change.before),
                              short_value(change.after)));
  }
}

void tell_rejected(Context& context, const app::ImportReport& report, const std::string& rejects) {
  if (report.rejected.empty()) return;
  std::string said = fmt::format("crm: {} of the rows {} not good, and set aside{}", report.rejected.size(),
                                 report.rejected.size() == 1 ? "is" : "are",
                                 rejects.empty() ? "" : " in " + base::printable(rejects));
  std::size_t shown = 0;
  for (const auto& row : report.rejected) {
    if (shown++ == shown_rejects) {
      said += "\n  … and more";
      break;
    }
    const std::string first = row.reason.substr(0, row.reason.find('\n'));
    said += fmt::format("\n  line {}: {}{}", row.line, first, row.hint.empty() ? "" : " (" + row.hint + ")");
  }
  if (!rejects.empty()) said += "\nthe others are in; mend that file and import it";
  context.complain(said);
}

} // namespace

void report_import(Context& context, const app::ImportReport& report, const std::string& recognised,
                   const std::string& rejects) {
  if (!report.rejected.empty()) context.exit_code = exit_code(base::Kind::InvalidData);
  if (!context.for_people()) return context.print_json(import_json(context, report, recognised, rejects));
  const Style style = context.style();
  const bool dry = report.committed.mode == app::Mode::DryRun;
  if (dry) context.print(style.paint(Role::Dim, "Nothing was written: this is what would be.") + "\n");
  if (!recognised.empty()) context.print("Read as " + base::printable(recognised) + "\n");
  context.print(
      fmt::format("{} new, {} changed, {} as they were", report.created, report.changed, report.same));
  if (report.deleted > 0)
    context.print(fmt::format(", {} deleted here and left so (--restore brings them back)", report.deleted));
  context.print("\n");
  if (report.kept > 0)
    context.print(fmt::format("{} field{} changed here since the file said so, and kept\n", report.kept,
                              report.kept == 1 ? " was" : "s were"));
  if (dry) print_fields(context, report);
  print_changes(context, report);
  for (const auto& [what, count] : report.lost)
    context.print(fmt::format("Not taken over, in {}: {}\n", count, base::printable(what)));
  if (!report.committed.commit.empty())
    context.print(style.paint(Role::Dim, "`crm undo` takes all of it back.") + "\n");
  tell_rejected(context, report, rejects);
}

} // namespace crm::cmd
