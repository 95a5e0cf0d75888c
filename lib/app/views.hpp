// What the front desk looks at: the day, a customer's story, the board of deals.
#pragma once

#include "app/availability.hpp"
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
  std::vector<std::string> clashes;    ///< ids of the appointments and absences it clashes with
  std::vector<Clash> in_the_way;       ///< the same, one by one
  std::vector<std::string> undecided;  ///< fields and groups of which it has several values
  bool outside_hours = false;          ///< of somebody or something that it takes
  bool open = true;                    ///< it is not over, cancelled or missed by its state
};

struct Gap {
  Claim claim; ///< the member or resource that is free
  core::Interval time;
};

/// Two that want one thing, or more than something takes at once: each is told once.
struct DayClash {
  struct Party {
    std::string id, name; ///< of an appointment, or of an absence and its reason
  };
  Claim claim;                ///< what they want; whose time off it is
  core::Interval time;        ///< in which they do, buffers included
  std::vector<Party> parties; ///< by time; of two, the first one is shown
  int capacity = 1, at_once = 2;
  bool off = false;    ///< the second one is an absence
  bool forced = false; ///< somebody has said why, in one that is shown
};

/// Somebody or something that a view has a column for.
struct Part {
  Claim claim;
  core::Spans hours;     ///< of that day
  std::vector<Off> off;  ///< the house's included
  core::Spans taken;     ///< of that day, when what takes it, shown or not, leaves no room for one more;
                         ///< buffers included
  core::Spans elsewhere; ///< of that, what nothing among the entries explains
};

struct Day {
  core::LocalDate date;
  std::string zone;
  std::chrono::seconds length{0}; ///< 23 to 25 hours
  core::Interval time;            ///< from midnight to midnight
  std::vector<DayEntry> entries;  ///< by start
  std::vector<DayClash> clashes;  ///< of the entries, by time
  std::vector<Gap> gaps;      ///< at least a quarter of an hour, within hours and outside time off, for all
                              ///< who have something that day; of those asked for by name, when some were
  std::vector<Gap> elsewhere; ///< of the same, when they are taken by what the request leaves out
  std::vector<core::Interval> open; ///< of the house
  std::vector<Part> parts; ///< members, then resources, by key: those who have something that day, hours
                           ///< of their own or time off
  std::vector<Off> off;    ///< of the parts and of the house, each once, by time
  std::vector<core::Record> tasks; ///< open tasks that are due by the end of that day; on all days but the
                                   ///< first of several, only those that are due on it
  std::string tasks_command;       ///< what lists the same
};

struct DayRequest {
  core::LocalDate date;
  std::string member, resource; ///< keys; "" for all
  std::string location;         ///< part of where an appointment or one of its resources is; "" for all
};
Day day(Workspace& workspace, const DayRequest& request);
/// So many days from `request.date` on. Asks the index for their range alone.
std::vector<Day> days(Workspace& workspace, const DayRequest& request, int count);
/// The first day of the week that `date` is in, weeks beginning as the store says.
core::LocalDate week_of(const Workspace& workspace, core::LocalDate date);

struct Story {
  Found contact;
  std::string owner;                      ///< member's name, or ""
  std::optional<core::Record> next;       ///< next appointment that holds its time
  std::vector<core::Record> appointments; ///< those nearest to now, latest first, the next one included
  std::vector<core::Record> tasks;        ///< open, by due
  std::vector<core::Record> deals;        ///< open first
  std::vector<core::Record> cases;        ///< open
  std::vector<core::Record> others;       ///< of the store's own types
  std::vector<core::Record> notes;        ///< latest first
};
/// At most `most` of each kind.
Story story(Workspace& workspace, const Found& contact, std::size_t most = 5);

/// Of one type what a story had no room for, and what lists it.
struct LeftOut {
  std::string type;
  std::size_t count = 0;
  std::string command;
};
std::vector<LeftOut> left_out(Workspace& workspace, const Story& story);

struct Stage {
  std::string state;
  std::int64_t count = 0;
  std::vector<std::pair<std::string, double>> sums; ///< currency → sum
  std::vector<core::Record> records;                ///< largest first, at most as many as asked for
};
/// The store's where a record names none: what both say is one sum.
std::string currency_of(const Workspace& workspace, const std::string& own);
std::vector<Stage> board(Workspace& workspace, const std::string& type, const std::string& number_field,
                         std::size_t most);

} // namespace crm::app
