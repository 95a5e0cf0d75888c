// Numbers by group, and what a record's group is.
#pragma once

#include "app/reports/report.hpp"
#include "core/record.hpp"
#include "core/schema.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace crm::app {

/// Groups in the order of their keys; each has one number for each column.
class Tally {
 public:
  explicit Tally(std::size_t columns) : m_columns(columns) {}
  std::vector<double>& at(const std::string& group) {
    return m_groups.try_emplace(group, m_columns, 0.0).first->second;
  }
  const std::map<std::string, std::vector<double>>& groups() const { return m_groups; }

 private:
  std::size_t m_columns;
  std::map<std::string, std::vector<double>> m_groups;
};

/// Which groups a record counts in, each once: "" for none of its own; ids where it refers by id, which is
/// noted in the report. Throws Error(Usage) for what the type does not have.
class Grouping {
 public:
  Grouping(Workspace& workspace, const core::Schema& schema, Report& report);
  /// `at` is the record's moment, for groups by time.
  std::vector<std::string> of(const core::Record& record, std::optional<std::int64_t> at) const;
  bool by_time() const { return m_field == nullptr; }

 private:
  Workspace& m_workspace;
  std::string m_by;
  const core::Field* m_field = nullptr; ///< nullptr for day, week, month
};

/// "2026-11-24", the Monday (or whatever begins a week here) of its week, "2026-11".
std::string time_group(Workspace& workspace, const std::string& by, std::int64_t at);

/// Whether a grouping is by day, week or month rather than by a field.
bool is_time(const std::string& by);

struct Seconds {
  std::int64_t from, to;
};
/// What goes on over midnight counts on the day on which it begins.
bool began_within(const index::Row& row, const Seconds& time);
Seconds seconds_of(Workspace& workspace, const core::Days& days);
/// Back: "october" is the last one that has begun, in what counts what was; Ahead: the one to come.
enum class Looks { Back, Ahead };
core::Days days_of(Workspace& workspace, const std::string& phrase, const std::string& otherwise,
                   Looks looks);

/// Live records of a type, in these states (all when empty) and times. A type that the store has not is
/// empty.
void each_record(Workspace& workspace, const std::string& type, const std::vector<std::string>& states,
                 const std::optional<Seconds>& time,
                 const std::function<void(const core::Record&, const index::Row&)>& visit);

/// The tally as rows, a null for the group "": most of `column` first, or in time's order.
/// Days, weeks or months of the report in which nothing happened, with zeros. Nothing for other groups.
void add_empty_times(Workspace& workspace, const Report& report, Tally& tally);
enum class Rows { ByNumber, ByGroup };
void add_rows(Report& report, const Tally& tally, Rows order,
              const std::function<std::vector<core::Value>(const std::vector<double>&)>& row);
/// Two decimals, whole when they are 0: sums of cents are sums of binary fractions.
core::Value rounded(double number);
core::Value whole_number(double number);
/// Of a report whose groups are ids: their names in the place of the ids, and these in a last column. Of
/// equal numbers by name.
void name_groups(Workspace& workspace, Report& report);

/// Percent, from the schema; open states in equal steps where it says nothing.
double chance_of(const core::Schema& schema, const std::string& state);

} // namespace crm::app
