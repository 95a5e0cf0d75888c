// What the front desk looks at: the day, a customer's story, the board of deals.
#pragma once

#include "app/booking.hpp"
#include "app/workspace.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

struct DayEntry {
  core::Record record;
  std::string contact;                ///< name; the title, or "" when there is none
  core::Interval time;                ///< without buffers
  std::optional<core::Interval> held; ///< with buffers; nothing when its state lets go of the time
  std::string state;
  std::vector<std::string> who, where; ///< keys of members and of resources
  std::vector<std::string> clashes;    ///< ids of the appointments it clashes with
};

struct Gap {
  std::string key; ///< the member or resource that is free
  core::Interval time;
};

struct Day {
  core::LocalDate date;
  std::string zone;
  std::chrono::seconds length;   ///< 23 to 25 hours
  std::vector<DayEntry> entries; ///< by start
  std::vector<Gap>
      gaps; ///< at least a quarter of an hour, within opening hours, for all who have something that day
  std::vector<core::Interval> open;
  std::vector<core::Record> tasks; ///< open tasks that are due by the end of that day
};

struct DayRequest {
  core::LocalDate date;
  std::string member, resource; ///< keys; "" for all
};
Day day(Workspace& workspace, const DayRequest& request);

struct Story {
  Found contact;
  std::string owner;                      ///< member's name, or ""
  std::optional<core::Record> next;       ///< next appointment that holds its time
  std::vector<core::Record> appointments; ///< latest first, the next one included
  std::vector<core::Record> tasks;        ///< open, by due
  std::vector<core::Record> deals;        ///< open first
  std::vector<core::Record> cases;        ///< open
  std::vector<core::Record> others;       ///< of the store's own types
  std::vector<core::Record> notes;        ///< latest first
};
/// At most `most` of each kind.
Story story(Workspace& workspace, const Found& contact, std::size_t most = 5);

struct Stage {
  std::string state;
  std::int64_t count = 0;
  std::vector<std::pair<std::string, double>> sums; ///< currency → sum
  std::vector<core::Record> records;                ///< largest first, at most as many as asked for
};
std::vector<Stage> board(Workspace& workspace, const std::string& type, const std::string& number_field,
                         std::size_t most);

/// Clashes among these appointments and with any others: pairs of ids.
std::vector<std::string> clashes_of(Workspace& workspace, const core::Record& appointment,
                                    const core::Schema& schema);

} // namespace crm::app
