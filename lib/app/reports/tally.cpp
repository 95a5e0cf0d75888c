#include "app/reports/tally.hpp"

#include "app/input.hpp"
#include "app/listing.hpp"
#include "app/occurrences.hpp"
#include "app/project.hpp"
#include "app/resolve.hpp"
#include "core/clash.hpp"
#include "core/query.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace crm::app {

bool is_time(const std::string& by) {
  return by == "day" || by == "week" || by == "month";
}

std::string time_group(Workspace& workspace, const std::string& by, std::int64_t at) {
  const auto& settings = workspace.settings();
  auto day = std::chrono::floor<std::chrono::days>(
      core::to_local(core::Instant(std::chrono::seconds(at)), settings.zone));
  if (by == "week") day -= std::chrono::weekday{day} - settings.week_start;
  const std::string text = core::to_text(day);
  return by == "month" ? text.substr(0, text.rfind('-')) : text;
}

Grouping::Grouping(Workspace& workspace, const core::Schema& schema, Report& report)
    : m_workspace(workspace), m_by(report.by) {
  if (is_time(m_by)) return;
  m_field = &field_named(schema, m_by);
  if (m_field->ref && m_field->ref->by == core::Reference::By::Id) report.of_records = true;
}

std::vector<std::string> Grouping::of(const core::Record& record, std::optional<std::int64_t> at) const {
  if (m_field == nullptr) return {at ? time_group(m_workspace, m_by, *at) : std::string()};
  const core::Value& value = record.get(m_field->name);
  std::vector<std::string> out;
  const auto add = [&](const core::Value& each) {
    std::string text = core::to_text(each);
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  };
  if (const auto* list = value.if_list()) {
    std::for_each(list->begin(), list->end(), add);
  } else {
    add(value);
  }
  if (out.empty()) out.emplace_back();
  return out;
}

bool began_within(const index::Row& row, const Seconds& time) {
  return row.from && *row.from >= time.from && *row.from < time.to;
}

Seconds seconds_of(Workspace& workspace, const core::Days& days) {
  const auto midnight = [&](core::LocalDate day) {
    return core::to_instant({core::LocalTime{day}, {}}, workspace.settings().zone).time_since_epoch().count();
  };
  return {midnight(days.first), midnight(days.last + std::chrono::days{1})};
}

core::Days days_of(Workspace& workspace, const std::string& phrase, const std::string& otherwise,
                   Looks looks) {
  using Nearest = core::WhenContext::Nearest;
  return parse_days(workspace, phrase.empty() ? otherwise : phrase,
                    looks == Looks::Back ? Nearest::Latest : Nearest::Coming);
}

void each_record(Workspace& workspace, const std::string& type, const std::vector<std::string>& states,
                 const std::optional<Seconds>& time,
                 const std::function<void(const core::Record&, const index::Row&)>& visit) {
  if (!workspace.schemas().has(type)) return;
  index::Query query{.type = type, .states = states, .order = index::Order::Id};
  if (time) {
    query.from = time->from;
    query.to = time->to;
  }
  // What counts asks for names as it goes: not while the index is being read.
  std::vector<std::pair<core::Record, index::Row>> found;
  each_row(workspace, query, [&](const index::Row& row) {
    found.emplace_back(to_record(row), row);
    found.back().second.data.clear();
    return true;
  });
  for (const auto& [record, row] : found)
    visit(record, row);
}

void add_empty_times(Workspace& workspace, const Report& report, Tally& tally) {
  constexpr std::chrono::days most{3700};
  if (!report.days || !is_time(report.by) || report.days->last - report.days->first > most) return;
  for (auto day = report.days->first; day <= report.days->last; day += std::chrono::days{1})
    tally.at(time_group(workspace, report.by, seconds_of(workspace, {day, day}).from));
}

void add_rows(Report& report, const Tally& tally, Rows order,
              const std::function<std::vector<core::Value>(const std::vector<double>&)>& row) {
  for (const auto& [group, numbers] : tally.groups()) {
    std::vector<core::Value> values{group.empty() ? core::Value{} : core::Value{group}};
    for (auto& value : row(numbers))
      values.push_back(std::move(value));
    report.rows.push_back(std::move(values));
  }
  const std::size_t at = report.bar;
  if (order == Rows::ByNumber)
    std::stable_sort(report.rows.begin(), report.rows.end(),
                     [&](const auto& a, const auto& b) { return a[at].number_or(-1) > b[at].number_or(-1); });
  // What has no group comes last.
  std::stable_partition(report.rows.begin(), report.rows.end(),
                        [](const auto& each) { return !each[0].is_null(); });
}

void name_groups(Workspace& workspace, Report& report) {
  report.columns.push_back({"id", "", ReportColumn::Unit::Text});
  for (auto& row : report.rows) {
    const core::Value id = row.front();
    if (!id.is_null()) row.front() = name_of(workspace, "", id.string_or_empty());
    row.push_back(id);
  }
  if (!report.total.empty()) report.total.emplace_back();
  std::sort(report.rows.begin(), report.rows.end(), [&](const auto& a, const auto& b) {
    const auto place = [&](const auto& row) {
      return std::tuple(row.front().is_null(), -row[report.bar].number_or(-1), row.front().string_or_empty(),
                        row.back().string_or_empty());
    };
    return place(a) < place(b);
  });
}

core::Value rounded(double number) {
  const double cents = std::round(number * 100) / 100;
  return cents == std::floor(cents) && std::abs(cents) < 1e15 ? core::Value{static_cast<std::int64_t>(cents)}
                                                              : core::Value{cents};
}

core::Value whole_number(double number) {
  return static_cast<std::int64_t>(number);
}

double chance_of(const core::Schema& schema, const std::string& state) {
  const core::Value* at = &schema.document;
  for (const char* key : {"x-crm", "states", "chance"}) {
    const core::Map* map = at == nullptr ? nullptr : at->if_map();
    at = map == nullptr ? nullptr : map->find(key);
  }
  if (const core::Map* chances = at == nullptr ? nullptr : at->if_map())
    if (const auto* percent = chances->find(state)) return percent->number_or(0);
  if (!schema.states) return 0;
  const auto& open = schema.states->open;
  const auto found = std::find(open.begin(), open.end(), state);
  if (found == open.end()) return 0;
  return 100.0 * static_cast<double>(found - open.begin() + 1) / static_cast<double>(open.size() + 1);
}

} // namespace crm::app
