// Pairs that are worth a look: those that share something rare, or several things that are less so. Internal
// to core.
#pragma once

#include "core/duplicates_prepared.hpp"

#include <functional>

namespace crm::core {

/// Calls `visit` with each pair a < b, by a, then by b.
void each_candidate(const Prepared& prepared, const std::function<void(std::size_t a, std::size_t b)>& visit);

} // namespace crm::core
