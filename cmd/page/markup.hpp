// HTML, written tag by tag: what is text is escaped, and what was opened is closed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crm::cmd {

/// For text and for attributes in double quotes (HTML Living Standard, section 13.3). Characters that a
/// terminal would obey are shown, as everywhere.
std::string escaped(std::string_view text);

class Markup {
 public:
  /// `attributes` are written as they stand: `class="board"`. Whoever puts data into them escapes it.
  Markup& open(std::string_view tag, std::string_view attributes = {});
  Markup& close();
  Markup& text(std::string_view text);
  /// An element of its own line with text alone. In whatever direction the text is written: dir="auto".
  Markup& element(std::string_view tag, std::string_view attributes, std::string_view text);
  /// Written as it stands: what this program brings itself.
  Markup& verbatim(std::string_view html);

  /// Everything, with all that is open closed.
  std::string finish();

 private:
  std::string m_out;
  std::vector<std::string> m_open;
};

} // namespace crm::cmd
