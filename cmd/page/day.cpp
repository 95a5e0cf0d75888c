#include "base/text.hpp"
#include "cmd/page/page.hpp"
#include "cmd/shape.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace crm::cmd {
namespace {

using std::chrono::minutes;

struct Placed {
  const app::DayEntry* entry;
  std::size_t lane = 0, lanes = 1;
};

/// What overlaps stands side by side.
std::vector<Placed> in_lanes(const std::vector<const app::DayEntry*>& entries) {
  std::vector<Placed> out;
  std::size_t first = 0; // of those that hang together
  std::vector<core::Instant> ends;
  const auto settle = [&] {
    for (std::size_t i = first; i < out.size(); ++i)
      out[i].lanes = ends.size();
    first = out.size();
    ends.clear();
  };
  for (const auto* entry : entries) {
    if (std::all_of(ends.begin(), ends.end(), [&](core::Instant end) { return end <= entry->time.from; }))
      settle();
    const auto lane =
        std::find_if(ends.begin(), ends.end(), [&](core::Instant end) { return end <= entry->time.from; });
    out.push_back({entry, static_cast<std::size_t>(lane - ends.begin())});
    if (lane == ends.end())
      ends.push_back(entry->time.to);
    else
      *lane = entry->time.to;
  }
  settle();
  return out;
}

/// From the first to the last full hour in which there is something to see.
core::Interval range_of(const app::Day& day) {
  core::Instant from = day.time.to, to = day.time.from;
  const auto stretch = [&](const core::Interval& time) {
    from = std::min(from, std::max(time.from, day.time.from));
    to = std::max(to, std::min(time.to, day.time.to));
  };
  for (const auto& time : day.open)
    stretch(time);
  for (const auto& part : day.parts)
    for (const auto& time : part.hours)
      stretch(time);
  for (const auto& entry : day.entries)
    if (!is_cancelled(entry)) stretch(entry.time);
  if (from >= to) return {day.time.from, day.time.from};
  return {day.time.from + std::chrono::floor<std::chrono::hours>(from - day.time.from),
          day.time.from + std::chrono::ceil<std::chrono::hours>(to - day.time.from)};
}

std::string place(const core::Interval& time, const core::Interval& range) {
  const auto from = std::max(time.from, range.from), to = std::min(time.to, range.to);
  return fmt::format("--at:{};--for:{}", std::chrono::floor<minutes>(from - range.from).count(),
                     std::chrono::floor<minutes>(to - from).count());
}

std::string classes(const app::DayEntry& entry) {
  return fmt::format("visit {}{}", escaped(entry.state), entry.clashes.empty() ? "" : " clash");
}

std::string notes_of(const app::DayEntry& entry) {
  std::vector<std::string> out;
  if (!entry.clashes.empty()) out.emplace_back("! clash");
  if (entry.state != "booked" && !entry.state.empty()) out.push_back(entry.state);
  if (!entry.record.get("forced").is_null()) out.emplace_back("forced");
  if (entry.outside_hours) out.emplace_back("outside hours");
  return base::join(out, ", ");
}

class Board {
 public:
  Board(Markup& out, app::Workspace& workspace, const app::Day& day)
      : m_out(out), m_workspace(workspace), m_day(day), m_range(range_of(day)) {}

  void write() {
    if (m_range.from >= m_range.to) return;
    constexpr std::chrono::hours hour{1};
    m_out.open("div", fmt::format("class=\"board\" style=\"--long:{}\"",
                                  std::chrono::floor<minutes>(m_range.to - m_range.from).count()));
    m_out.open("div", "class=\"hours\"");
    for (auto at = m_range.from; at < m_range.to; at += hour)
      m_out.element("span", fmt::format("style=\"{}\"", place({at, at + hour}, m_range)),
                    clock_time(at, m_day.zone));
    m_out.close();
    std::map<std::string, std::vector<const app::DayEntry*>> by_member;
    for (const auto& entry : m_day.entries) {
      if (is_cancelled(entry)) continue;
      for (const auto& who : entry.who)
        by_member[who].push_back(&entry);
      if (entry.who.empty()) by_member[""].push_back(&entry);
    }
    for (const auto& part : m_day.parts)
      if (part.claim.kind == "member") column(part, by_member[part.claim.key]);
    if (const auto nobody = by_member.find(""); nobody != by_member.end() && !nobody->second.empty())
      column({{"", ""}, {}, {}, {}, {}}, nobody->second);
    m_out.close();
  }

 private:
  void column(const app::Part& part, const std::vector<const app::DayEntry*>& entries) {
    m_out.open("div", "class=\"column\"");
    m_out.element("h3", "",
                  part.claim.key.empty() ? "nobody" : name_of_key(m_workspace, "member", part.claim.key));
    m_out.open("div", "class=\"times\"");
    for (const auto& time : part.hours)
      block("open", time, "");
    for (const auto& off : part.off)
      block("off", off.time, off.reason.empty() ? "time off" : off.reason);
    for (const auto& each : in_lanes(entries))
      visit(each, part.claim.key);
    m_out.close().close();
  }

  void block(const char* what, const core::Interval& time, const std::string& words) {
    if (time.to <= m_range.from || time.from >= m_range.to) return;
    m_out.element("div", fmt::format("class=\"{}\" style=\"{}\"", what, place(time, m_range)), words);
  }

  void visit(const Placed& placed, const std::string& column_of) {
    const auto& entry = *placed.entry;
    if (entry.held && entry.held->to > entry.time.to) block("buffer", {entry.time.to, entry.held->to}, "");
    if (entry.held && entry.held->from < entry.time.from)
      block("buffer", {entry.held->from, entry.time.from}, "");
    m_out.open("div", fmt::format("class=\"{}\" style=\"{};--lane:{};--lanes:{}\"", classes(entry),
                                  place(entry.time, m_range), placed.lane, placed.lanes));
    m_out.element("b", "", entry.contact.empty() ? "–" : entry.contact);
    std::vector<std::string> more;
    if (auto notes = notes_of(entry); !notes.empty()) more.push_back(std::move(notes));
    more.push_back(clock_range(entry.time, m_day.zone));
    for (const auto& key : entry.where)
      more.push_back(key);
    for (const auto& key : entry.who)
      if (key != column_of) more.push_back(key);
    m_out.element("span", "", base::join(more, " · "));
    if (const auto files = files_of(m_workspace, entry.record); !files.empty())
      m_out.element("span", "", files);
    m_out.close();
  }

  Markup& m_out;
  app::Workspace& m_workspace;
  const app::Day& m_day;
  core::Interval m_range;
};

std::string names(app::Workspace& workspace, const std::string& kind, const std::vector<std::string>& keys) {
  std::vector<std::string> out;
  for (const auto& key : keys)
    out.push_back(name_of_key(workspace, kind, key));
  return base::join(out, ", ");
}

std::string phone_of(app::Workspace& workspace, const app::DayEntry& entry) {
  const auto row =
      workspace.with_index([&](index::Index& index) { return index.by_id(entry.record.text("contact")); });
  if (!row) return "";
  const core::Record contact = app::to_record(*row);
  const auto* phones = contact.get("phones").if_list();
  return phones == nullptr || phones->empty() ? "" : phones->front().string_or_empty();
}

/// The day sheet: what a phone shows, and paper.
void write_sheet(Markup& out, app::Workspace& workspace, const app::Day& day) {
  out.open("ol", "class=\"sheet\"");
  for (const auto& entry : day.entries) {
    out.open("li", fmt::format("class=\"{}{}\"", classes(entry), is_cancelled(entry) ? " gone" : ""));
    out.element("time", "", clock_range(entry.time, day.zone));
    out.open("div");
    out.element("b", "", entry.contact.empty() ? "–" : entry.contact);
    std::vector<std::string> more;
    for (auto text : {names(workspace, "member", entry.who), names(workspace, "resource", entry.where),
                      phone_of(workspace, entry), notes_of(entry)})
      if (!text.empty()) more.push_back(std::move(text));
    out.element("span", "", base::join(more, " · "));
    if (const auto& notes = entry.record.text("notes"); !notes.empty()) out.element("p", "", notes);
    if (const auto files = files_of(workspace, entry.record); !files.empty()) out.element("p", "", files);
    out.close().close();
  }
  out.close();
}

} // namespace

void write_day(Markup& out, app::Workspace& workspace, const app::Overview& overview) {
  const auto& day = overview.day;
  out.open("section", "id=\"day\"");
  out.element("h2", "", core::to_words(day.date));
  const bool any = std::any_of(day.entries.begin(), day.entries.end(),
                               [](const app::DayEntry& entry) { return !is_cancelled(entry); });
  if (!any) out.element("p", "class=\"none\"", "nothing is booked");
  for (const auto& off : day.off)
    if (off.claim == app::the_house)
      out.element("p", "class=\"closed\"", "closed" + (off.reason.empty() ? "" : ": " + off.reason));
  if (any) Board(out, workspace, day).write();
  if (!day.entries.empty()) write_sheet(out, workspace, day);
  out.close();
}

} // namespace crm::cmd
