// crm report: numbers for eyes and for scripts.
#include "app/reports/report.hpp"
#include "app/resolve.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/render/bars.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

using Unit = app::ReportColumn::Unit;

std::string shown(const core::Value& value, Unit unit) {
  if (value.is_null()) return "";
  const double number = value.number_or(0);
  switch (unit) {
  case Unit::Money:
    return money(number, "");
  case Unit::Percent:
    return fmt::format("{:.0f} %", number);
  case Unit::Hours:
    return fmt::format("{:.1f} h", number);
  case Unit::Days:
    return number == 1 ? "1 day" : fmt::format("{:.0f} days", number);
  default:
    return core::to_text(value);
  }
}

std::string unit_name(Unit unit) {
  constexpr const char* names[] = {"text", "count", "money", "percent", "hours", "days"};
  return names[static_cast<std::size_t>(unit)];
}

core::Map row_map(const app::Report& report, const std::vector<core::Value>& row) {
  core::Map out;
  for (std::size_t i = 0; i < row.size(); ++i)
    out.set(report.columns[i].name, row[i]);
  return out;
}

core::Map report_json(const app::Report& report) {
  core::Map document;
  core::List columns, rows;
  for (const auto& column : report.columns) {
    core::Map each;
    each.set("name", column.name);
    each.set("unit", unit_name(column.unit));
    columns.emplace_back(std::move(each));
  }
  for (const auto& row : report.rows)
    rows.emplace_back(row_map(report, row));
  const auto day = [&](core::LocalDate core::Days::*which) {
    return report.days ? core::Value{core::to_text((*report.days).*which)} : core::Value{};
  };
  document.set("schema", "crm.report/1");
  document.set("report", report.name);
  document.set("by", report.by);
  document.set("from", day(&core::Days::first));
  document.set("to", day(&core::Days::last));
  document.set("columns", std::move(columns));
  document.set("rows", std::move(rows));
  document.set("total", report.total.empty() ? core::Value{} : core::Value{row_map(report, report.total)});
  return document;
}

/// Two people of one name are told apart.
std::string group_name(app::Workspace& workspace, const app::Report& report,
                       const std::vector<core::Value>& row) {
  const std::string name = core::to_text(row.front());
  const bool shared =
      report.of_records && std::any_of(report.rows.begin(), report.rows.end(), [&](const auto& other) {
        return other.front() == row.front() && !(other.back() == row.back());
      });
  return shared ? name + " (" + app::short_id(workspace, row.back().string_or_empty()) + ")" : name;
}

/// With bars where there are some.
Table table_of(app::Workspace& workspace, const app::Report& report, const std::vector<std::string>& bars) {
  Table table;
  const std::size_t columns = report.columns.size() - (report.of_records ? 1 : 0); // ids are for scripts
  for (std::size_t i = 0; i < columns; ++i)
    table.column({.heading = i == 0 ? report.by : report.columns[i].title,
                  .align = report.columns[i].unit == Unit::Text ? base::Align::Left : base::Align::Right});
  if (!bars.empty()) table.column({.heading = ""});
  const auto line = [&](const std::vector<core::Value>& row, const std::string& name, Role role,
                        const std::string& bar) {
    std::vector<Cell> cells{{name, role}};
    for (std::size_t i = 1; i < columns; ++i)
      cells.push_back({shown(row[i], report.columns[i].unit)});
    if (!bars.empty()) cells.push_back({bar, Role::Good});
    table.row(std::move(cells));
  };
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    const auto& name = report.rows[i][0];
    line(report.rows[i], name.is_null() ? "(none)" : group_name(workspace, report, report.rows[i]),
         name.is_null() ? Role::Dim : Role::Name, bars.empty() ? "" : bars[i]);
  }
  if (!report.total.empty() && report.rows.size() > 1) line(report.total, "total", Role::Dim, "");
  return table;
}

void print_report(Context& context, const app::Report& report) {
  const Terminal terminal = context.terminal();
  std::string heading = report.name + " by " + report.by;
  if (report.days)
    heading += ", " + core::to_text(report.days->first) + " to " + core::to_text(report.days->last);
  std::vector<double> numbers;
  for (const auto& row : report.rows)
    numbers.push_back(row[report.bar].number_or(0));
  const bool by_time = report.by == "day" || report.by == "week" || report.by == "month";
  if (terminal.tty_out) {
    const auto room = static_cast<std::size_t>(std::max(terminal.width, 1));
    context.print(context.style().paint(Role::Heading, shorten(heading, room, terminal)) + "\n");
    if (by_time && numbers.size() > 2) context.print(sparkline(numbers, terminal) + "\n");
  }
  const auto rows = [&](const std::vector<std::string>& drawn) {
    return table_of(context.workspace(), report, drawn).render(terminal, context.style());
  };
  std::string table = rows({});
  if (terminal.tty_out) {
    const auto used = base::width(table.substr(0, table.find('\n'))) + 2,
               width = static_cast<std::size_t>(terminal.width);
    if (width > used + 3) table = rows(bars(numbers, std::min<std::size_t>(20, width - used), terminal));
  }
  context.print(table);
}
void run_report(Context& context, const app::ReportKind& kind, const app::ReportRequest& request) {
  const auto report = app::make_report(context.workspace(), kind, request);
  if (context.format() == Format::Json) return context.print_json(report_json(report));
  if (context.for_people()) {
    if (report.rows.empty()) return context.say(std::string(kind.name) + ": there is nothing to count");
    return print_report(context, report);
  }
  std::vector<std::string> names;
  for (const auto& column : report.columns)
    names.push_back(column.name);
  std::vector<core::Map> rows;
  for (const auto& row : report.rows)
    rows.push_back(row_map(report, row));
  context.print_rows(names, rows);
}

} // namespace

void add_report(CLI::App& root, Context& context) {
  auto* command = add_command(root, "report", "numbers: pipeline, no-shows, utilisation, workload and more",
                              "  crm report pipeline\n  crm report no-shows --by service\n"
                              "  crm report activity --by week --between \"last month\" --format csv\n"
                              "`crm report NAME --help` says what is counted.");
  command->require_subcommand(1);
  for (const auto& kind : app::report_kinds()) {
    auto request = std::make_shared<app::ReportRequest>();
    auto* each = add_command(*command, kind.name, kind.summary,
                             std::string("  crm report ") + kind.name + "\n" + kind.about);
    complete(
        context,
        each->add_option("--by", request->by, "day, week, month, or a field like member, service, contact")
            ->type_name("GROUP"),
        Completes::Choice, std::string("day,week,month,") + kind.by);
    complete(
        context,
        each->add_option("--between", request->between, "in these days: 2026-11, mon..fri, \"last month\"")
            ->type_name("DAYS"),
        Completes::Day);
    each->callback([&context, request, &kind] { run_report(context, kind, *request); });
  }
}

} // namespace crm::cmd
