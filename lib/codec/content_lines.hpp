// The lines that vCards (RFC 6350 section 3.2, and 2.1 and 3.0 before it) and calendars (RFC 5545
// section 3.1) are made of, as other programs write them.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm::codec {

struct Property {
  std::string name; ///< upper case, without its group; "" for a line that is none
  std::vector<std::pair<std::string, std::string>>
      parameters;    ///< names in upper case; of vCard 2.1's bare words TYPE
  std::string value; ///< unfolded, decoded and UTF-8; escapes as they are: see text_of and parts_of
  bool cut = false;  ///< it was longer than `longest_property`, or is no text (base64)
  std::string group; ///< "item1" of "item1.TEL", "" without one

  /// The first of that name, "" when there is none.
  std::string_view parameter(std::string_view wanted) const;
};

/// BEGIN to END.
struct Component {
  std::string name; ///< upper case: VCARD, VEVENT
  int line = 0;     ///< 1-based, of its BEGIN
  std::vector<Property> properties;
  std::vector<Component> components; ///< within it
  std::string raw;                   ///< as it stands in the file; "" when that is longer than 1 MiB
  std::string problem;               ///< why it may not be whole, or ""

  const Property* find(std::string_view wanted) const;
};

/// "a\, b\nc" → "a, b" and "c" on two lines.
std::string text_of(std::string_view value);
/// At each separator that is not escaped, each part unescaped.
std::vector<std::string> parts_of(std::string_view value, char separator);

/// "ATTENDEE;PARTSTAT: a parameter" for each parameter that is none of `read`: what is lost where those alone
/// are looked at.
std::vector<std::string> unread_parameters(const Property& property,
                                           const std::vector<std::string_view>& read);

/// The other way: commas, semicolons, backslashes and line breaks escaped.
std::string escaped(std::string_view text);
/// "NAME;PARAM=x:value" and its line break, folded at 75 octets, never within a character.
std::string folded_line(std::string_view name, std::string_view value);

/// Fed any pieces of a file, whose lines end as its first one does, tells of each component that stands
/// `depth` components deep (0: at the top), when it has ended, and of those above it when they end (without
/// what was told already).
class Components {
 public:
  static constexpr std::size_t longest_property = 256 * 1024, longest_raw = 1024 * 1024,
                               most_properties = 5000;
  static constexpr std::size_t deepest = 8;

  Components(std::size_t depth, std::function<void(Component&, const std::vector<Component>& above)> ended)
      : m_depth(depth), m_ended(std::move(ended)) {}
  void feed(std::string_view piece);
  void finish();
  /// Lines so far that are in no component, and not empty.
  std::size_t stray() const { return m_stray; }

 private:
  void lines(std::string_view piece);
  void physical_line(std::string_view line);
  void logical_line();
  /// Once in a logical line, however many lines go on with it: what its head says of the value.
  void look_for_value(std::size_t from);
  void property(std::string_view line, bool cut);
  void close(const std::string& name);

  std::size_t m_depth;
  std::function<void(Component&, const std::vector<Component>&)> m_ended;
  std::vector<Component> m_open;
  std::string m_line, m_logical;
  std::string m_head; ///< the first line, until it is known how lines end
  char m_break = 0;   ///< how they do: '\n', or '\r' as on old Macs
  int m_number = 0, m_started = 0;
  std::size_t m_stray = 0;
  bool m_line_cut = false, m_cut = false;               ///< m_line was too long; m_logical was
  bool m_has_value = false, m_quoted_printable = false; ///< of m_logical
  bool m_soft = false; ///< the logical line goes on behind a quoted-printable "="
};

} // namespace crm::codec
