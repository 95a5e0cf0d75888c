#include "cmd/render/lines.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <vector>

namespace crm::cmd {
namespace {

struct Word {
  std::size_t blanks = 0; ///< before it
  std::string_view text;
  std::size_t width = 0;
};

/// The columns that it takes, its colours not counted. Nothing of a line that moves the cursor.
std::size_t shown_width(std::string_view text) {
  std::string bare;
  while (!text.empty()) {
    const auto escape = std::min(text.find("\x1b["), text.size());
    bare += text.substr(0, escape);
    text.remove_prefix(escape);
    const auto end = text.find('m');
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return base::width(bare);
}

/// Where the word that begins at `at` ends; blanks between backquotes end none, unless it gets too long.
std::size_t end_of_word(std::string_view line, std::size_t at) {
  constexpr std::size_t longest_command = 40;
  const std::size_t end = std::min(line.find(' ', at), line.size());
  const std::size_t opened = line.find('`', at);
  if (opened >= end) return end;
  const std::size_t closed = line.find('`', opened + 1);
  if (closed == std::string_view::npos || closed - opened > longest_command) return end;
  return std::min(line.find(' ', closed), line.size());
}

std::vector<Word> words_of(std::string_view line) {
  std::vector<Word> out;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t begin = std::min(line.find_first_not_of(' ', at), line.size());
    if (begin == line.size()) break;
    const std::size_t end = end_of_word(line, begin);
    const auto text = line.substr(begin, end - begin);
    out.push_back({begin - at, text, shown_width(text)});
    at = end;
  }
  return out;
}

/// Behind "crm: ", or below the last column that begins in the first third of the line: two blanks set it
/// off. Else at the left, or a little further in than a line that is indented itself.
std::size_t hanging(const std::vector<Word>& words, std::size_t columns) {
  constexpr std::size_t step = 2;
  if (words.front().text.ends_with("crm:") || words.front().text.find("crm:\x1b") != std::string_view::npos)
    return words.front().blanks + words.front().width + 1;
  std::size_t at = 0, column = words.front().blanks > 0 ? words.front().blanks + step : 0;
  for (const auto& word : words) {
    at += word.blanks;
    if (at > columns / 3) break;
    if (&word != &words.front() && word.blanks >= step) column = at;
    at += word.width;
  }
  return column;
}

void break_line(std::string& out, const std::vector<Word>& words, std::size_t columns, std::size_t indent) {
  std::size_t at = 0;
  bool first = true;
  for (const auto& word : words) {
    if (!first && at + word.blanks + word.width > columns) {
      out += '\n' + std::string(indent, ' ');
      at = indent;
    } else {
      out.append(word.blanks, ' ');
      at += word.blanks;
    }
    out += word.text;
    at += word.width;
    first = false;
  }
}

} // namespace

std::string on_screen(std::string_view text, std::size_t columns) {
  std::string out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    if (line.size() <= columns || shown_width(line) <= columns)
      out += line;
    else if (const auto words = words_of(line); !words.empty())
      break_line(out, words, columns, std::min(hanging(words, columns), columns / 2));
    if (end == std::string_view::npos) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string behind_crm(std::string text) {
  constexpr std::size_t indent = 5; // "crm: "
  for (std::size_t at = text.find('\n'); at < text.size() - 1; at = text.find('\n', at + 1))
    text.insert(at + 1, indent, ' ');
  return text;
}

std::string flowing(std::string_view text, std::size_t columns) {
  std::string out;
  break_line(out, words_of(text), columns, 0);
  return out;
}

} // namespace crm::cmd
