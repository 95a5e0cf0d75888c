#include "core/clash.hpp"

#include "core/slots.hpp"

#include <algorithm>

namespace crm::core {

namespace {

std::vector<Hold> touching(const std::vector<Hold>& holds, const Interval& time) {
  std::vector<Hold> out;
  for (const auto& hold : holds)
    if (hold.time.overlaps(time)) out.push_back(hold);
  std::sort(out.begin(), out.end(), [](const Hold& a, const Hold& b) {
    return a.time.from != b.time.from ? a.time.from < b.time.from : a.record < b.record;
  });
  return out;
}

int most_at_once(const std::vector<Hold>& holds, const Interval& time) {
  std::vector<std::pair<Instant, int>> edges;
  for (const auto& hold : holds) {
    if (!hold.time.overlaps(time)) continue;
    edges.emplace_back(std::max(hold.time.from, time.from), +1);
    edges.emplace_back(std::min(hold.time.to, time.to), -1);
  }
  // An end sorts before a start at the same instant: intervals are half-open.
  std::sort(edges.begin(), edges.end());
  int now = 0, most = 0;
  for (const auto& [instant, change] : edges)
    most = std::max(most, now += change);
  return most;
}

} // namespace

std::vector<Crowd> crowds(const std::vector<Hold>& holds, const Interval& within, int least) {
  std::vector<Crowd> out;
  for (const auto& time : common(full(holds, least), {within}))
    out.push_back({time, most_at_once(holds, time), touching(holds, time)});
  return out;
}

std::vector<Hold> obstacles(const std::vector<Hold>& holds, const Interval& wanted, int capacity) {
  auto there = touching(holds, wanted);
  if (most_at_once(there, wanted) < capacity) return {};
  if (capacity <= 1) return there;
  const auto too_many = crowds(there, wanted, capacity);
  std::erase_if(there, [&](const Hold& hold) {
    return std::none_of(too_many.begin(), too_many.end(),
                        [&](const Crowd& crowd) { return hold.time.overlaps(crowd.time); });
  });
  return there;
}

std::vector<Interval> open_on(LocalDate day, const Hours& hours, const std::string& zone) {
  std::vector<Interval> out;
  const std::chrono::weekday weekday{day};
  for (const auto& opening : hours[weekday.c_encoding()])
    out.push_back({to_instant({LocalTime{day} + opening.from, {}}, zone),
                   to_instant({LocalTime{day} + opening.to, {}}, zone)});
  return out;
}

std::vector<Interval> gaps(std::vector<Interval> taken, const Interval& within) {
  std::sort(taken.begin(), taken.end(), [](const Interval& a, const Interval& b) { return a.from < b.from; });
  std::vector<Interval> out;
  Instant at = within.from;
  for (const auto& interval : taken) {
    if (interval.to <= at) continue;
    if (interval.from >= within.to) break;
    if (interval.from > at) out.push_back({at, interval.from});
    at = interval.to;
  }
  if (at < within.to) out.push_back({at, within.to});
  return out;
}

std::vector<Instant> free_slots(const SlotSearch& search, const std::vector<Want>& wants, const Hours& hours,
                                std::size_t most) {
  const LocalDate first = std::chrono::floor<std::chrono::days>(to_local(search.earliest, search.zone));
  const LocalDate last = std::chrono::floor<std::chrono::days>(to_local(search.latest, search.zone));
  std::vector<Interval> open;
  for (LocalDate day = first; day <= last; day += std::chrono::days{1})
    for (const auto& interval : open_on(day, hours, search.zone))
      open.push_back(interval);
  return free_slots(search, wants, open, most);
}

std::vector<Instant> free_slots(const SlotSearch& search, const std::vector<Want>& wants,
                                const std::vector<Interval>& open, std::size_t most) {
  // A best start lies at the wish itself, at an opening, or where a hold ends or would begin.
  std::vector<Instant> starts{search.around};
  constexpr std::chrono::minutes grid{15};
  constexpr std::chrono::hours nearby{6};
  for (Instant at = std::chrono::floor<std::chrono::hours>(search.around - nearby);
       at < search.around + nearby; at += grid)
    starts.push_back(at);
  for (const auto& interval : open) {
    starts.push_back(interval.from);
    starts.push_back(interval.to - search.length);
  }
  for (const auto& want : wants)
    for (const auto& hold : want.holds) {
      starts.push_back(hold.time.to + search.before);
      starts.push_back(hold.time.from - search.length - search.after);
    }
  std::sort(starts.begin(), starts.end(), [&](Instant a, Instant b) {
    const auto x = std::chrono::abs(a - search.around), y = std::chrono::abs(b - search.around);
    return x != y ? x < y : a < b;
  });
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  std::vector<Instant> out;
  for (const Instant start : starts) {
    if (out.size() == most) break;
    if (start < search.earliest || start > search.latest) continue;
    // Others than those there are already, not the same a few minutes later.
    if (std::any_of(out.begin(), out.end(),
                    [&](Instant chosen) { return std::chrono::abs(chosen - start) < search.length; }))
      continue;
    const Interval visible{start, start + search.length};
    if (std::none_of(open.begin(), open.end(),
                     [&](const Interval& o) { return o.from <= visible.from && visible.to <= o.to; }))
      continue;
    const Interval wanted{start - search.before, start + search.length + search.after};
    if (std::all_of(wants.begin(), wants.end(),
                    [&](const Want& want) { return obstacles(want.holds, wanted, want.capacity).empty(); }))
      out.push_back(start);
  }
  return out;
}

} // namespace crm::core
