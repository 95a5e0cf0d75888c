// Who and what is taken when: overlap, capacity and free time. Pure arithmetic on instants.
#pragma once

#include "core/time.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace crm::core {

/// Opening hours by weekday (0 = Sunday): half-open local times since midnight; nothing on a closed day.
struct Opening {
  std::chrono::minutes from{0}, to{0};
  friend bool operator==(const Opening&, const Opening&) = default;
};
using Hours = std::array<std::vector<Opening>, 7>;

/// One appointment's hold on somebody or something, buffers included.
struct Hold {
  std::string record;
  Interval time;
};

/// A stretch in which many holds coincide.
struct Crowd {
  Interval time;
  int at_once = 0;         ///< at the worst moment of it
  std::vector<Hold> holds; ///< that overlap it, by start
};

/// The stretches of `within` in which `least` or more of the holds coincide, by time; none where that is less
/// than one. Holds are in any order.
std::vector<Crowd> crowds(const std::vector<Hold>& holds, const Interval& within, int least);

/// Those of `holds` that stand in the way of one more in `wanted`: of the crowds of `capacity` or more.
std::vector<Hold> obstacles(const std::vector<Hold>& holds, const Interval& wanted, int capacity);

/// One thing that an appointment wants: what holds it already, and how many it takes at once.
struct Want {
  std::vector<Hold> holds;
  int capacity = 1;
};

struct SlotSearch {
  Instant around;                           ///< the start that was wished for
  std::chrono::seconds length{0};           ///< of the appointment itself
  std::chrono::seconds before{0}, after{0}; ///< buffers
  Instant earliest, latest;                 ///< of the start
  std::string zone;                         ///< of the hours
};

/// Starts at which all wants are free and the shop is open, nearest to `around` first, at most `most`.
std::vector<Instant> free_slots(const SlotSearch& search, const std::vector<Want>& wants, const Hours& hours,
                                std::size_t most);

/// The same within these opening times, whosever they are: sorted, and apart from each other.
std::vector<Instant> free_slots(const SlotSearch& search, const std::vector<Want>& wants,
                                const std::vector<Interval>& open, std::size_t most);

/// Stretches of `within` that no hold touches, for the gaps of a day.
std::vector<Interval> gaps(std::vector<Interval> taken, const Interval& within);

/// Opening times of one local day as instants.
std::vector<Interval> open_on(LocalDate day, const Hours& hours, const std::string& zone);

} // namespace crm::core
