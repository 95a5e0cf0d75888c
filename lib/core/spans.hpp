// Sets of time: lists of half-open intervals that are sorted and do not touch each other.
#pragma once

#include "core/time.hpp"

#include <vector>

namespace crm::core {

using Spans = std::vector<Interval>;

/// From intervals in any order, overlapping or empty ones too.
Spans to_spans(std::vector<Interval> intervals);
/// What is in both.
Spans common(const Spans& a, const Spans& b);
/// What is in `a` and not in `b`.
Spans without(const Spans& a, const Spans& b);
/// True when one interval of the set holds all of `wanted`.
bool covers(const Spans& spans, const Interval& wanted);

} // namespace crm::core
