// What may come of open deals: by where they stand, and by when.
#include "app/reports/tally.hpp"

#include <algorithm>

namespace crm::app {
namespace {

using Unit = ReportColumn::Unit;

/// Groups by currency as well: sums over mixed ones mean nothing.
class Deals {
 public:
  Deals(Workspace& workspace, const std::string& by)
      : m_schema(workspace.schemas().get("deal")), m_home(workspace.settings().currency),
        m_grouping(workspace, m_schema, by) {}

  void add(const core::Record& record, const index::Row& row) {
    const std::string& own = record.text("currency");
    const double value = record.get("value").number_or(0);
    for (const auto& group : m_grouping.of(record, row.from)) {
      auto& numbers = m_by_currency.try_emplace(own.empty() ? m_home : own, 3).first->second.at(group);
      numbers[0] += 1;
      numbers[1] += value;
      numbers[2] += value * chance_of(m_schema, row.state) / 100;
    }
  }

  void finish(Report& report, Rows order) {
    report.columns.push_back({"deals", "Deals", Unit::Count});
    report.columns.push_back({"value", "Value", Unit::Money});
    report.columns.push_back({"weighted", "Weighted", Unit::Money});
    report.columns.push_back({"currency", "", Unit::Text});
    double deals = 0, value = 0, weighted = 0;
    for (const auto& [currency, tally] : m_by_currency) {
      for (const auto& [group, numbers] : tally.groups()) {
        deals += numbers[0];
        value += numbers[1];
        weighted += numbers[2];
      }
      const std::string& unit = currency;
      add_rows(report, tally, Rows::ByGroup, [&](const std::vector<double>& numbers) {
        return std::vector<core::Value>{whole_number(numbers[0]), rounded(numbers[1]), rounded(numbers[2]),
                                        unit.empty() ? core::Value{} : core::Value{unit}};
      });
    }
    if (order == Rows::ByNumber)
      std::stable_sort(report.rows.begin(), report.rows.end(), [&](const auto& a, const auto& b) {
        return a[report.bar].number_or(0) > b[report.bar].number_or(0);
      });
    std::stable_partition(report.rows.begin(), report.rows.end(),
                          [](const auto& row) { return !row[0].is_null(); });
    if (m_by_currency.size() == 1)
      report.total = {core::Value{}, whole_number(deals), rounded(value), rounded(weighted),
                      m_by_currency.begin()->first.empty() ? core::Value{}
                                                           : core::Value{m_by_currency.begin()->first}};
  }

  const core::Schema& schema() const { return m_schema; }
  bool by_time() const { return m_grouping.by_time(); }

 private:
  const core::Schema& m_schema;
  std::string m_home;
  Grouping m_grouping;
  std::map<std::string, Tally> m_by_currency;
};

Report deals(Workspace& workspace, const ReportRequest& request, const std::string& name,
             const std::string& by, std::size_t bar) {
  Report report{.name = name, .by = request.by.empty() ? by : request.by, .bar = bar};
  Deals deals(workspace, report.by);
  std::optional<Seconds> time;
  if (!request.between.empty()) {
    report.days = days_of(workspace, request.between, "");
    time = seconds_of(workspace, *report.days);
  }
  const auto& schema = deals.schema();
  report.columns.push_back({report.by, "", Unit::Text});
  each_record(workspace, "deal", schema.states ? schema.states->open : std::vector<std::string>{}, time,
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
