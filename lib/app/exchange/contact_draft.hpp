// A contact put together from what other programs keep in many small parts.
#pragma once

#include "app/exchange/incoming.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm::app {

/// Order of day and month in dates like 03/04/2026.
enum class DateOrder { Unknown, DayFirst, MonthFirst };

/// ISO, 19850412, --0412 (no year: nothing), 12.4.1985, and 3/4/1985 where the order is known or only one is
/// possible. Nothing when it is no date, or could be two.
std::string to_iso_date(std::string_view text, DateOrder order);

/// What has no field of its own. Of several texts by one name each is a line.
class ExtraTexts {
 public:
  void add(const std::string& name, const std::string& text);
  bool empty() const { return m_texts.empty(); }
  const std::vector<std::pair<std::string, std::string>>& texts() const { return m_texts; } ///< as they came
  core::Map to_map() const;

 private:
  std::vector<std::pair<std::string, std::string>> m_texts;
  std::map<std::string, std::size_t> m_places;
};

/// Each text once, as they came. One cell may hold tens of thousands.
class EachOnce {
 public:
  void add(std::string item);
  const std::vector<std::string>& items() const { return m_items; }

 private:
  std::vector<std::string> m_items;
  std::set<std::string> m_known;
};

class ContactDraft {
 public:
  std::string name;                                           ///< as a whole; made of its parts when empty
  std::map<std::string, std::string, std::less<>> name_parts; ///< prefix, first, middle, last, suffix
  std::string nickname;

  void org(std::string_view text);
  void email(std::string_view text); ///< several, apart by comma, semicolon or " ::: ", are several
  void phone(std::string_view text);
  void tag(std::string_view text);
  /// `part`: formatted, house (its number), street, box, extended, city, region, code, country; `group` tells
  /// addresses apart.
  void address(const std::string& group, const std::string& part, std::string_view text);
  void about(std::string_view text);
  void birthday(std::string_view text, DateOrder order);
  void field(const std::string& name, std::string_view text); ///< of the schema, one line
  bool language(std::string_view text);                       ///< false when it is no language tag
  void extra(const std::string& name, std::string_view text);
  void lose(std::string sentence) { m_lost.push_back(std::move(sentence)); }

  /// Into `row`, with a name in any case when there is anything to call it by.
  void finish(Incoming& row);
  const std::vector<std::string>& emails() const { return m_emails.items(); }
  const std::vector<std::string>& phones() const { return m_phones.items(); }
  std::string display_name() const;

 private:
  void put_text(Incoming& row, const std::string& name, const std::string& text, std::size_t longest);
  void put_list(Incoming& row, const std::string& name, const std::vector<std::string>& items,
                std::size_t most);
  void put_name_parts(const std::string& called);
  EachOnce m_emails, m_phones, m_tags, m_orgs, m_about;
  std::vector<std::string> m_lost;
  std::vector<std::string> m_groups; ///< of addresses, as they came
  std::map<std::string, std::map<std::string, std::string>> m_addresses;
  core::Map m_fields;
  ExtraTexts m_extra;
};

/// One line: line breaks become ", ", other control characters go.
std::string to_one_line(std::string_view text);
/// Several lines: \r\n becomes \n, other control characters but tabs go.
std::string to_prose(std::string_view text);

} // namespace crm::app
