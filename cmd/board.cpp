#include "cmd/board.hpp"

#include "app/reports/tally.hpp"
#include "app/resolve.hpp"
#include "app/views.hpp"
#include "base/text.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"

#include <fmt/format.h>

namespace crm::cmd {

void run_board(Context& context, const std::string& type, const std::string& number_field) {
  constexpr std::size_t shown = 5;
  auto& workspace = context.workspace();
  const auto& schema = workspace.schemas().get(type);
  const auto stages = app::board(workspace, type, number_field, context.for_people() ? shown : 1000);
  if (!context.for_people()) {
    core::Map document;
    core::List list;
    for (const auto& stage : stages) {
      core::Map entry;
      core::List sums;
      for (const auto& [currency, sum] : stage.sums) {
        core::Map each;
        each.set("currency", currency.empty() ? core::Value{} : core::Value{currency});
        each.set("sum", app::rounded(sum));
        sums.emplace_back(std::move(each));
      }
      entry.set("state", stage.state);
      entry.set("count", stage.count);
      entry.set("sums", std::move(sums));
      entry.set("records", records_json(workspace, stage.records));
      list.emplace_back(std::move(entry));
    }
    document.set("schema", "crm.board/1");
    document.set("type", type);
    document.set("stages", std::move(list));
    return context.print_json(document);
  }
  const Style style = context.style();
  for (const auto& stage : stages) {
    std::vector<std::string> sums;
    for (const auto& [currency, sum] : stage.sums)
      sums.push_back(money(sum, currency));
    const bool open = schema.is_open(stage.state);
    const std::string sum = sums.empty() ? "" : "  " + base::join(sums, " + ");
    context.print(fmt::format("{}  {:>4}{}\n",
                              style.paint(open ? Role::Heading : Role::Dim, base::pad(stage.state, 14)),
                              stage.count, sum));
    if (!open) continue;
    for (const auto& record : stage.records) {
      const std::string id = app::short_id(workspace, record.id.str());
      std::string line = cell(workspace, record, schema, number_field);
      line = base::pad(line, 14, base::Align::Right) + "  " + label(workspace, record, schema);
      if (const auto who = cell(workspace, record, schema, "contact"); !who.empty()) line += ", " + who;
      line = base::printable(line);
      if (context.terminal().tty_out)
        line = base::fit(line, static_cast<std::size_t>(context.terminal().width) - id.size() - 4);
      context.print("  " + style.paint(Role::Id, id) + "  " + line + "\n");
    }
    if (stage.count > static_cast<std::int64_t>(stage.records.size()))
      context.print(
          style.paint(Role::Dim, fmt::format("  and {} more: crm {} list --state {}\n",
                                             stage.count - static_cast<std::int64_t>(stage.records.size()),
                                             type, stage.state)));
  }
}

} // namespace crm::cmd
