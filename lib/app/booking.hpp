// Appointments: booking, moving, reassigning, with the clash check under the same lock as the write.
#pragma once

#include "app/batch.hpp"
#include "app/reach.hpp"
#include "core/clash.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

/// One thing that stands in the way: `key` is wanted by the new appointment and taken by another.
struct Clash {
  std::string kind, key; ///< "member", "bob"
  std::string with;      ///< id of the other appointment
  std::string with_name; ///< whose it is: the contact's name or the title
  core::Interval time;   ///< of the other one, buffers included
  bool off = false;      ///< not taken but away or closed: `with` is an absence, `with_name` its reason
  /// What takes several at once gives a clash for each who is there when it has more of them than `capacity`:
  /// `at_once`, the appointment included, at the worst moment of `crowded`.
  int capacity = 1, at_once = 2;
  core::Interval crowded;
};

struct ClashReport {
  std::vector<Clash> clashes;
  std::vector<core::Instant> free;  ///< nearest starts at which all that is wanted is free
  std::vector<std::string> instead; ///< other resources of the same kind that are free at the wished time
  std::vector<std::string> members; ///< others who are free at the wished time
};

/// What has been offered for the appointments of a list: it is not offered for another one.
struct Offered {
  Claim claim;
  core::Hold hold;
};

/// Series whose computed occurrences are in nobody's way, as they are about to be written anew.
using Roots = std::vector<base::Id>;

/// What an appointment clashes with, itself left out; nothing when its state lets go of its time. Of what
/// takes several at once, those that are there when one too many would be.
std::vector<Clash> find_clashes(Workspace& workspace, const core::Record& appointment,
                                const core::Schema& schema, const Roots& besides = {});

/// After some of an appointment's clashes were dropped: what takes several at once may have room for it now.
/// `held` is the appointment's time, buffers included.
void recount(std::vector<Clash>& clashes, const core::Interval& held);

/// The contact's name, or the title.
std::string whose(Workspace& workspace, const std::string& appointment);

/// The value of the field `forced`.
core::Value forced_over(const ClashReport& report, const std::string& reason);

/// The time that an appointment takes, buffers included; nothing when its state lets go of it.
std::optional<core::Interval> held_time(Workspace& workspace, const core::Record& appointment,
                                        const core::Schema& schema);

/// The same with what to do instead. Reads the index only: no scan.
ClashReport check_clashes(Workspace& workspace, const core::Record& appointment, const core::Schema& schema,
                          const std::vector<Offered>& offered = {});
/// Adds the first of each that the report has.
void offer(Workspace& workspace, const ClashReport& report, const core::Record& appointment,
           const core::Schema& schema, std::vector<Offered>& offered);
/// "room-2 is taken 14:00–14:55  Ada Lovelace  (2vnr)", "bob is off Tue 24 Nov 2026  holiday  (7f3k)", and
/// one line for all with whom something is over capacity; printable.
std::vector<std::string> clash_lines(Workspace& workspace, const std::vector<Clash>& clashes,
                                     const std::string& zone);
/// The appointment's resources with another one for that which clashes; none where that is no way out, as
/// nothing is free or it clashes about more than one.
std::vector<std::string> resources_instead(const ClashReport& report, const core::Record& appointment,
                                           const core::Schema& schema);
/// Somebody else for the appointment; "" where that is no way out, as nobody is free or more is in the way.
std::string member_instead(const ClashReport& report);
core::Map clash_details(const ClashReport& report, const std::string& zone);

struct Moment {
  core::WallTime wall;
  std::string zone;
};

/// How often, and until when: at most one of `every` and `rrule`, at most one of `count` and `until`.
struct Repetition {
  std::string every; ///< "week on tue,thu"
  std::string rrule; ///< "FREQ=WEEKLY;BYDAY=TU,TH"
  std::optional<int> count;
  std::optional<core::LocalDate> until;
  bool empty() const { return every.empty() && rrule.empty(); }
};

struct BookRequest {
  std::string contact;      ///< as typed; "" or "-" for nobody in particular
  bool new_contact = false; ///< make the contact when there is none of that name
  Moment start;
  bool first_free = false; ///< the best free slot in `within` rather than `start`, of which only the zone is
                           ///< looked at; `member` may be "any" then, and resources kinds
  core::Interval within;
  std::optional<core::Duration> duration;
  std::string member; ///< as typed
  std::vector<std::string> resources;
  std::string service;
  std::vector<std::string> tags;
  std::string title, notes, location;
  std::vector<std::string> assignments; ///< field=value for other fields
  Repetition repetition;
  bool skip_clashes = false; ///< of a series: call off the occurrences that clash
  std::string force;         ///< the reason for booking over a clash; "" refuses
  Mode mode = Mode::Write;
};
/// Throws Refusal(Clash) with the report in its details, Error(NotFound) when there is no free slot.
Committed book(Workspace& workspace, const BookRequest& request);

struct RebookRequest {
  std::string appointment; ///< as typed
  std::optional<Moment> start;
  std::optional<core::Duration> duration;
  std::optional<std::string> member; ///< "" for nobody
  std::optional<std::vector<std::string>> resources;
  Reach reach = Reach::Unsaid;
  std::string force;
  Mode mode = Mode::Write;
};
/// Moves, reassigns, or both. To another day, a series goes on under another id, and what occurrences were
/// given on their own goes with it. Throws Refusal(Clash).
Committed rebook(Workspace& workspace, const RebookRequest& request);

/// Null when nothing is in the way. Otherwise the value for the record's `forced` field when `force` says
/// why, and Refusal(Clash) when it does not.
core::Value override_clashes(Workspace& workspace, const core::Record& appointment, const std::string& force,
                             const Roots& besides = {});

/// For every write that may take time (move, assign, reopen, `set`, restore): after the change, before the
/// commit.
void guard_clashes(Batch& batch, core::Record& appointment, const std::string& force,
                   const Roots& besides = {});

bool takes_time(const core::Schema& schema);

/// Whether a change of an appointment wants time, or somebody, that it did not have: what came in its way
/// since it was booked does not keep anybody from writing a note into it.
bool wants_more_time(const core::Record& before, const core::Record& after, const core::Schema& schema);

} // namespace crm::app
