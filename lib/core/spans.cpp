#include "core/spans.hpp"

#include <algorithm>

namespace crm::core {

Spans to_spans(std::vector<Interval> intervals) {
  std::erase_if(intervals, [](const Interval& i) { return i.from >= i.to; });
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.from < b.from; });
  Spans out;
  for (const auto& interval : intervals) {
    if (!out.empty() && interval.from <= out.back().to) {
      out.back().to = std::max(out.back().to, interval.to);
    } else {
      out.push_back(interval);
    }
  }
  return out;
}

Spans common(const Spans& a, const Spans& b) {
  Spans out;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    const Interval both{std::max(x->from, y->from), std::min(x->to, y->to)};
    if (both.from < both.to) out.push_back(both);
    if (x->to < y->to) {
      ++x;
    } else {
      ++y;
    }
  }
  return out;
}

Spans without(const Spans& a, const Spans& b) {
  Spans out;
  auto hole = b.begin();
  for (Interval rest : a) {
    while (hole != b.end() && hole->to <= rest.from)
      ++hole;
    for (auto at = hole; at != b.end() && at->from < rest.to; ++at) {
      if (at->from > rest.from) out.push_back({rest.from, at->from});
      rest.from = std::max(rest.from, at->to);
    }
    if (rest.from < rest.to) out.push_back(rest);
  }
  return out;
}

bool covers(const Spans& spans, const Interval& wanted) {
  const auto behind = std::upper_bound(spans.begin(), spans.end(), wanted.from,
                                       [](Instant at, const Interval& span) { return at < span.from; });
  return behind != spans.begin() && wanted.to <= std::prev(behind)->to;
}

} // namespace crm::core
