// A field worker's day on one page: where to be when, and what to know there.
#pragma once

#include "app/views.hpp"

#include <string>
#include <vector>

namespace crm::app {

struct Stop {
  DayEntry entry;
  std::optional<core::Record> contact;
  std::string address;                ///< of the appointment, else of the contact, else of its first resource
  std::string name_of_place;          ///< of the resource that the address is of, or ""
  std::vector<std::string> phones;    ///< of the contact
  std::vector<core::Record> notes;    ///< about the contact, the latest first
  std::vector<core::Record> tasks;    ///< open ones about the contact, by due
  std::chrono::seconds until_next{0}; ///< to the next stop; negative when they overlap; 0 for the last one
};

struct Route {
  core::LocalDate date;
  std::string zone, member; ///< key
  std::vector<Stop> stops;  ///< in order; without what is cancelled or did not take place
  std::vector<Off> off;
  std::vector<core::Record> tasks; ///< the member's open ones that are due and belong to no stop
  std::string tasks_command;       ///< what lists all that are due
};

/// `member` is a key.
Route route(Workspace& workspace, core::LocalDate date, const std::string& member);

} // namespace crm::app
