// What the columns of other programs' tables of contacts are called, in the languages they are exported in.
#pragma once

#include "app/exchange/contact_draft.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::app {

/// Part of a contact that a column holds.
struct ContactColumn {
  /// first, middle, last, prefix, suffix, nickname, name, org, email, phone, tags, about, birthday, external;
  /// or of an address: formatted, street, box, extended, city, region, code, country.
  std::string part;
  std::string group; ///< of an address: "1", "home", "work"
};

/// By its heading, in any case and with or without accents. Nothing for one that is not known.
std::optional<ContactColumn> contact_column(std::string_view heading);
/// Whether this is the name of a part, for those who say it themselves.
bool is_contact_part(std::string_view part);

struct ContactTable {
  std::string slug;  ///< "google", "outlook", "hubspot", "csv": in front of external ids
  std::string title; ///< "Google Contacts"
  DateOrder dates = DateOrder::Unknown;
};
ContactTable recognise_table(const std::vector<std::string>& headings);

} // namespace crm::app
