// What may come of open deals: by where they stand, and by when.
#include "app/query.hpp"
#include "app/reports/tally.hpp"
#include "app/views.hpp"

#include <algorithm>
#include <array>

namespace crm::app {
namespace {

using Unit = ReportColumn::Unit;

/// Groups by currency as well: sums over mixed ones mean nothing.
class Deals {
 public:
  Deals(Workspace& workspace, Report& report)
      : m_workspace(workspace), m_schema(workspace.schemas().get("deal")),
        m_grouping(workspace, m_schema, report) {}

  void add(const core::Record& record, const index::Row& row) {
    const double value = record.get("value").number_or(0);
    const double weighted = value * chance_of(m_schema, row.state) / 100;
    auto& tally =
        m_by_currency.try_emplace(currency_of(m_workspace, record.text("currency")), 3).first->second;
    for (const auto& group : m_grouping.of(record, row.from)) {
      auto& numbers = tally.at(group);
      numbers[0] += 1;
      numbers[1] += value;
      numbers[2] += weighted;
    }
    // Not from the groups, in several of which it may be.
    m_total[0] += 1;
    m_total[1] += value;
    m_total[2] += weighted;
  }

  void finish(Report& report, Rows order) {
    report.columns.push_back({"deals", "Deals", Unit::Count});
    report.columns.push_back({"value", "Value", Unit::Money});
    report.columns.push_back({"weighted", "Weighted", Unit::Money});
    report.columns.push_back({"currency", "", Unit::Text});
    for (const auto& [currency, tally] : m_by_currency) {
      const std::string& unit = currency;
      add_rows(report, tally, Rows::ByGroup, [&](const std::vector<double>& numbers) {
        return std::vector<core::Value>{whole_number(numbers[0]), rounded(numbers[1]), rounded(numbers[2]),
                                        unit.empty() ? core::Value{} : core::Value{unit}};
      });
    }
    std::stable_sort(report.rows.begin(), report.rows.end(), [&](const auto& a, const auto& b) {
      if (order == Rows::ByNumber) return a[report.bar].number_or(0) > b[report.bar].number_or(0);
      return a[0].string_or_empty() < b[0].string_or_empty();
    });
    std::stable_partition(report.rows.begin(), report.rows.end(),
                          [](const auto& row) { return !row[0].is_null(); });
    if (m_by_currency.size() == 1)
      report.total = {core::Value{}, whole_number(m_total[0]), rounded(m_total[1]), rounded(m_total[2]),
                      m_by_currency.begin()->first.empty() ? core::Value{}
                                                           : core::Value{m_by_currency.begin()->first}};
  }

  const core::Schema& schema() const { return m_schema; }
  bool by_time() const { return m_grouping.by_time(); }

 private:
  Workspace& m_workspace;
  const core::Schema& m_schema;
  Grouping m_grouping;
  std::array<double, 3> m_total{};
  std::map<std::string, Tally> m_by_currency;
};

Report deals(Workspace& workspace, const ReportRequest& request, const std::string& name,
             const std::string& by, std::size_t bar) {
  Report report{.name = name, .by = request.by.empty() ? by : request.by, .bar = bar};
  Deals deals(workspace, report);
  std::optional<Seconds> time;
  if (!request.between.empty()) {
    report.days = days_of(workspace, request.between, "", Looks::Ahead);
    time = seconds_of(workspace, *report.days);
  }
  const auto& schema = deals.schema();
  report.columns.push_back({report.by, "", Unit::Text});
  each_record(workspace, "deal", open_states(workspace, schema), time,
              [&](const core::Record& record, const index::Row& row) { deals.add(record, row); });
  const bool by_state =
      schema.states && (report.by == schema.states->field || report.by == "state" || report.by == "status");
  deals.finish(report, deals.by_time() || by_state ? Rows::ByGroup : Rows::ByNumber);
  if (by_state) { // as they follow each other
    const auto& rank = schema.states->rank;
    const auto place = [&](const auto& row) {
      return std::find(rank.begin(), rank.end(), row[0].string_or_empty());
    };
    std::stable_sort(report.rows.begin(), report.rows.end(),
                     [&](const auto& a, const auto& b) { return place(a) < place(b); });
  }
  return report;
}

} // namespace

Report pipeline(Workspace& workspace, const ReportRequest& request) {
  const auto& schema = workspace.schemas().get("deal");
  return deals(workspace, request, "pipeline", schema.states ? schema.states->field : "owner", 2);
}

Report forecast(Workspace& workspace, const ReportRequest& request) {
  return deals(workspace, request, "forecast", "month", 3);
}

} // namespace crm::app
