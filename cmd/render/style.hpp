// What the terminal can do, and colour with meaning. Whatever a colour says is said in words or symbols as
// well.
#pragma once

#include <string>
#include <string_view>

namespace crm::cmd {

struct Terminal {
  bool tty_in = false, tty_out = false, tty_err = false;
  int width = 80; ///< columns, 40 to 400: COLUMNS, then the terminal's own, then 80
  bool colour = false;
  bool unicode = true;   ///< whether box drawing and "…" can be shown
  bool can_erase = true; ///< false on a TERM=dumb, which shows cursor movements as rubbish

  /// Asks the environment once: NO_COLOR, CLICOLOR_FORCE, TERM=dumb, COLUMNS, the locale.
  static Terminal detect();
};

/// Whether a locale as in LANG ("en_GB.UTF-8", "C.utf8") writes UTF-8.
bool is_utf8_locale(std::string_view locale);

enum class Role { Plain, Id, Name, Time, Good, Warn, Bad, Dim, Heading };

class Style {
 public:
  explicit Style(bool colour) : m_colour(colour) {}
  /// `text` must be printable already (base::printable): nothing is escaped here.
  std::string paint(Role role, std::string_view text) const;

 private:
  bool m_colour;
};

/// On a terminal in lines that fit it from column `indent` on, those after the first indented as far;
/// elsewhere as it is. `text` must be printable.
std::string on_lines(std::string_view text, const Terminal& terminal, std::size_t indent = 0);

/// As base::fit, ending in "~" where "…" cannot be shown.
std::string shorten(std::string_view text, std::size_t columns, const Terminal& terminal);

} // namespace crm::cmd
