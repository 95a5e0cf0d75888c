// An appointment that somebody has made in a calendar elsewhere, as a record.
#pragma once

#include "app/batch.hpp"
#include "app/exchange/calendar_file.hpp"

#include <map>
#include <optional>
#include <string>

namespace crm::app {

class CalendarNewcomers {
 public:
  CalendarNewcomers(Workspace& workspace, std::string member)
      : m_workspace(workspace), m_member(std::move(member)) {}

  /// The appointment that is known by the UID, deleted ones included: ours by its id, others by what they
  /// were taken in as. "" when there is none.
  std::string known(const std::string& uid);

  /// Books it for the member. Whose it is: of the contacts the one that is asked to come (ATTENDEE) by
  /// e-mail, else the one that the summary names, as a whole or before a colon. Throws Refusal(Clash) unless
  /// `force` says why not, Error(InvalidData) for what the book cannot have.
  core::Record book(Batch& batch, const CalendarFile& file, const std::string& force);

 private:
  struct Contacts {
    std::map<std::string, std::vector<std::string>> by_email, by_name; ///< folded, to ids
  };
  const Contacts& contacts();
  /// The title that is left.
  std::string set_contact(core::Map& fields, const codec::Component& entry);
  void drop_unknown(core::Map& fields);

  Workspace& m_workspace;
  std::string m_member;
  std::optional<std::map<std::string, std::string>> m_externals;
  std::optional<Contacts> m_contacts;
};

} // namespace crm::app
