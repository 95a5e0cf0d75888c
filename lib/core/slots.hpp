// Free slots: times at which all that is needed can be had, out of several who could each do it. Pure.
#pragma once

#include "core/clash.hpp"
#include "core/spans.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace crm::core {

/// Somebody or something that could be had.
struct Candidate {
  std::string key;         ///< two needs are never met by one key
  Spans open;              ///< working hours without time off: the slot itself lies within one of them
  std::vector<Hold> holds; ///< buffers included, in any order
  int capacity = 1;        ///< how many it takes at once; 0 for no limit
};

/// One of these is wanted, the earlier ones rather when nothing else tells them apart.
using Need = std::vector<Candidate>;

struct SlotQuery {
  Interval within;                                     ///< starts and ends within it
  std::chrono::seconds length{0};                      ///< of the appointment itself; more than 0
  std::chrono::seconds before{0}, after{0};            ///< buffers, which may lie outside hours
  std::chrono::seconds step{std::chrono::minutes{15}}; ///< starts are on this grid, counted from midnight
  std::string zone;                                    ///< of that midnight
  enum class Overlap { Shown, LeftOut } overlap = Overlap::LeftOut; ///< of a slot with an earlier one
  std::size_t most = 10;
};

struct Slot {
  Instant start;
  std::vector<std::size_t> chosen;            ///< of each need, the candidate that suits best
  std::vector<std::vector<std::size_t>> free; ///< of each need, all that could be had, best first
  int scraps = 0;                             ///< pieces of free time that it leaves with those chosen and
                                              ///< that are too short for another one like it
};

/// The soonest first; at the same time, those who are left with the fewest scraps are chosen, then those with
/// the shortest ones. A start that the clock skips is none, and one that it shows twice is two.
std::vector<Slot> find_slots(const SlotQuery& query, const std::vector<Need>& needs);

/// When `capacity` or more of the holds coincide: nothing for 0.
Spans full(const std::vector<Hold>& holds, int capacity);

} // namespace crm::core
