// What all reports have in common: rows of groups and numbers. Each report is a file of its own beside this
// one, and says in `about` what it counts.
#pragma once

#include "app/workspace.hpp"
#include "core/value.hpp"
#include "core/when.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

struct ReportColumn {
  enum class Unit { Text, Count, Money, Percent, Hours, Days };
  std::string name;  ///< in JSON and csv, where it never changes
  std::string title; ///< for people
  Unit unit = Unit::Count;
};

struct Report {
  std::string name, by;
  std::optional<core::Days> days;             ///< what it is about, both included
  std::vector<ReportColumn> columns;          ///< the first is the group's
  std::vector<std::vector<core::Value>> rows; ///< null where there is nothing to say
  std::vector<core::Value> total;             ///< as a row; empty where sums mean nothing
  std::size_t bar = 1;                        ///< the column that bars show
  bool of_records =
      false; ///< the groups are records: the last column, "id", says which, as names may be shared
};

struct ReportRequest {
  std::string by;      ///< day, week, month, or a field of what is counted; "" for the report's own
  std::string between; ///< days, as typed; "" for the report's own
};

struct ReportKind {
  const char* name;
  const char* summary;
  const char* about; ///< definitions, for --help
  const char* by;    ///< groups beside day, week and month that are offered, with commas between them
  Report (*make)(Workspace&, const ReportRequest&);
};
Report make_report(Workspace& workspace, const ReportKind& kind, const ReportRequest& request);
const std::vector<ReportKind>& report_kinds();

Report pipeline(Workspace& workspace, const ReportRequest& request);
Report no_shows(Workspace& workspace, const ReportRequest& request);
Report utilisation(Workspace& workspace, const ReportRequest& request);
Report workload(Workspace& workspace, const ReportRequest& request);
Report overdue(Workspace& workspace, const ReportRequest& request);
Report activity(Workspace& workspace, const ReportRequest& request);
Report forecast(Workspace& workspace, const ReportRequest& request);

} // namespace crm::app
