#include "core/slots.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace crm::core {
namespace {

using std::chrono::seconds;

struct Ready {
  const Candidate* candidate;
  Spans full; ///< when it takes no more
};

/// How well a candidate suits: the less the better.
struct Fit {
  std::size_t candidate = 0;
  int scraps = 0;
  seconds waste{0};
};

bool touches(const Spans& spans, const Interval& wanted) {
  const auto behind = std::upper_bound(spans.begin(), spans.end(), wanted.from,
                                       [](Instant at, const Interval& span) { return at < span.to; });
  return behind != spans.end() && behind->from < wanted.to;
}

/// What is left of the free time around `wanted`, which is free.
void count_scraps(const Ready& ready, const Interval& wanted, seconds length, Fit& fit) {
  Interval room = wanted;
  for (const auto& open : ready.candidate->open)
    if (open.overlaps(wanted)) room = {std::min(open.from, wanted.from), std::max(open.to, wanted.to)};
  for (const auto& full : ready.full) {
    if (full.to <= wanted.from) room.from = std::max(room.from, full.to);
    if (full.from >= wanted.to) room.to = std::min(room.to, full.from);
  }
  for (const auto piece : {wanted.from - room.from, room.to - wanted.to}) {
    if (piece <= seconds{0} || piece >= length) continue;
    ++fit.scraps;
    fit.waste += piece;
  }
}

/// Gives each need a candidate of its own, by augmenting paths: the best ones are tried first.
class Assignment {
 public:
  Assignment(const std::vector<std::vector<Fit>>& fits, const std::vector<Need>& needs)
      : m_fits(fits), m_needs(needs), m_chosen(fits.size()) {}

  bool all() {
    for (std::size_t need = 0; need < m_fits.size(); ++need) {
      std::vector<std::string> tried;
      if (!assign(need, tried)) return false;
    }
    return true;
  }
  const std::vector<const Fit*>& chosen() const { return m_chosen; }

 private:
  const std::string& key(std::size_t need, const Fit& fit) const { return m_needs[need][fit.candidate].key; }
  bool assign(std::size_t need, std::vector<std::string>& tried) {
    for (const auto& fit : m_fits[need]) {
      const std::string& wanted = key(need, fit);
      if (std::find(tried.begin(), tried.end(), wanted) != tried.end()) continue;
      tried.push_back(wanted);
      std::optional<std::size_t> holder;
      for (std::size_t other = 0; other < m_chosen.size(); ++other)
        if (other != need && m_chosen[other] != nullptr && key(other, *m_chosen[other]) == wanted)
          holder = other;
      if (holder && !assign(*holder, tried)) continue;
      m_chosen[need] = &fit;
      return true;
    }
    return false;
  }

  const std::vector<std::vector<Fit>>& m_fits;
  const std::vector<Need>& m_needs;
  std::vector<const Fit*> m_chosen;
};

std::optional<Slot> slot_at(Instant start, const SlotQuery& query, const std::vector<Need>& needs,
                            const std::vector<std::vector<Ready>>& ready) {
  const Interval visible{start, start + query.length};
  const Interval wanted{start - query.before, visible.to + query.after};
  std::vector<std::vector<Fit>> fits(ready.size());
  for (std::size_t need = 0; need < ready.size(); ++need) {
    for (std::size_t i = 0; i < ready[need].size(); ++i) {
      const auto& each = ready[need][i];
      if (!covers(each.candidate->open, visible) || touches(each.full, wanted)) continue;
      fits[need].push_back({i, 0, seconds{0}});
      count_scraps(each, wanted, query.length, fits[need].back());
    }
    if (fits[need].empty()) return std::nullopt;
    std::stable_sort(fits[need].begin(), fits[need].end(), [](const Fit& a, const Fit& b) {
      return std::tie(a.scraps, a.waste) < std::tie(b.scraps, b.waste);
    });
  }
  Assignment assignment(fits, needs);
  if (!assignment.all()) return std::nullopt;
  Slot slot{start, {}, {}, 0};
  for (std::size_t need = 0; need < fits.size(); ++need) {
    slot.chosen.push_back(assignment.chosen()[need]->candidate);
    slot.scraps += assignment.chosen()[need]->scraps;
    slot.free.emplace_back();
    for (const auto& fit : fits[need])
      slot.free.back().push_back(fit.candidate);
  }
  return slot;
}

std::vector<Instant> grid_of(LocalDate day, seconds step, const std::string& zone) {
  const Instant midnight = to_instant({LocalTime{day}, {}}, zone);
  const seconds length = day_length(day, zone);
  constexpr seconds usual = std::chrono::hours{24};
  std::vector<Instant> out;
  for (seconds at{0}; at < usual; at += step) {
    if (length == usual) {
      out.push_back(midnight + at);
      continue;
    }
    const WallTime wall{LocalTime{day} + at, {}};
    const auto resolved = resolve(wall, zone);
    if (const auto* instant = std::get_if<Instant>(&resolved)) out.push_back(*instant);
    if (const auto* twice = std::get_if<Overlap>(&resolved))
      for (const auto offset : {twice->first, twice->second})
        out.push_back(Instant{wall.time.time_since_epoch() - offset});
  }
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace

Spans full(const std::vector<Hold>& holds, int capacity) {
  if (capacity <= 0) return {};
  std::vector<std::pair<Instant, int>> edges;
  for (const auto& hold : holds) {
    if (hold.time.from >= hold.time.to) continue;
    edges.emplace_back(hold.time.from, +1);
    edges.emplace_back(hold.time.to, -1);
  }
  std::sort(edges.begin(), edges.end());
  std::vector<Interval> out;
  int now = 0;
  for (const auto& [instant, change] : edges) {
    const bool was = now >= capacity;
    now += change;
    const bool is = now >= capacity;
    if (!was && is) out.push_back({instant, instant});
    if (was && !is) out.back().to = instant;
  }
  return to_spans(std::move(out));
}

std::vector<Slot> find_slots(const SlotQuery& query, const std::vector<Need>& needs) {
  std::vector<std::vector<Ready>> ready;
  for (const auto& need : needs) {
    ready.emplace_back();
    for (const auto& candidate : need)
      ready.back().push_back({&candidate, full(candidate.holds, candidate.capacity)});
  }
  const auto day_of = [&](Instant at) {
    return std::chrono::floor<std::chrono::days>(to_local(at, query.zone));
  };
  std::vector<Slot> out;
  if (query.length <= seconds{0} || query.step <= seconds{0}) return out;
  for (LocalDate day = day_of(query.within.from), last = day_of(query.within.to); day <= last;
       day += std::chrono::days{1}) {
    for (const Instant start : grid_of(day, query.step, query.zone)) {
      if (out.size() == query.most) return out;
      if (start < query.within.from || start + query.length > query.within.to) continue;
      if (query.overlap == SlotQuery::Overlap::LeftOut && !out.empty() &&
          start < out.back().start + query.length)
        continue;
      if (auto slot = slot_at(start, query, needs, ready)) out.push_back(std::move(*slot));
    }
  }
  return out;
}

} // namespace crm::core
