#include "codec/record_pieces.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace crm::codec {
namespace {

bool is_comment(std::string_view line) {
  const auto first = line.find_first_not_of(" \t");
  return first != line.npos && line[first] == '#';
}

/// Finds comments in lines of YAML that is known to be well-formed. Remembers open quotes from line to line.
class CommentFinder {
 public:
  /// Where the comment of the next line starts; npos when it has none.
  std::size_t next(std::string_view line) {
    char before = ' '; // the last character that was no space
    for (std::size_t at = 0; at < line.size(); ++at) {
      const char c = line[at];
      const bool after_space = at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t';
      if (m_quote != '\0') {
        if (m_quote == '"' && c == '\\')
          ++at;
        else if (c == m_quote && m_quote == '\'' && at + 1 < line.size() && line[at + 1] == '\'')
          ++at;
        else if (c == m_quote)
          m_quote = '\0';
      } else if (c == '#' && after_space) {
        return at;
      } else if ((c == '"' || c == '\'') && starts_scalar(line, at, before)) {
        m_quote = c;
      }
      if (c != ' ' && c != '\t') before = c;
    }
    return std::string_view::npos;
  }
  bool in_quotes() const { return m_quote != '\0'; }

 private:
  static bool starts_scalar(std::string_view line, std::size_t at, char before) {
    if (before == ' ' || std::string_view(",[{").find(before) != std::string_view::npos) return true;
    if (line[at - 1] == ' ' || line[at - 1] == '\t')
      return std::string_view(":-?").find(before) != std::string_view::npos;
    return at > 1 && line[at - 1] == ':' && line[at - 2] == '"'; // {"as":"in JSON"}
  }
  char m_quote = '\0';
};

bool holds_block_scalar(const Node& node) {
  return node.block || std::any_of(node.items.begin(), node.items.end(), holds_block_scalar) ||
         std::any_of(node.entries.begin(), node.entries.end(),
                     [](const auto& e) { return holds_block_scalar(e.second); });
}

class Cutter {
 public:
  Cutter(std::string_view text, const Node& root) : m_lines(split_lines(text)), m_root(root) {}

  std::optional<Pieces> run() {
    const auto& entries = m_root.entries;
    std::vector<std::size_t> starts;
    for (const auto& [key, node] : entries) {
      const auto at = static_cast<std::size_t>(node.entry_line) - 1;
      if (node.entry_line < 1 || at >= m_lines.size() || (!starts.empty() && at <= starts.back()))
        return std::nullopt;
      // A root in braces, behind "---" or indented, or a key behind "?", is not ours to cut.
      if (std::string_view(" \t{?-").find(m_lines[at].front()) != std::string_view::npos) return std::nullopt;
      starts.push_back(at);
    }
    std::size_t from = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const std::size_t next = i + 1 < starts.size() ? starts[i + 1] : m_lines.size();
      Piece piece;
      piece.key = entries[i].first;
      std::size_t lead = starts[i];
      while (lead > from && m_lines[lead - 1].front() == '#')
        --lead;
      (i == 0 ? m_out.preamble : m_out.pieces.back().after) += join(from, lead);
      piece.lead = join(lead, starts[i]);
      from = body(piece, entries[i].second, starts[i], next);
      m_out.pieces.push_back(std::move(piece));
    }
    if (m_out.pieces.empty()) return std::nullopt;
    m_out.pieces.back().after += join(from, m_lines.size());
    return std::move(m_out);
  }

 private:
  /// Fills in the entry that begins at `start`, and returns the line after it.
  std::size_t body(Piece& piece, const Node& node, std::size_t start, std::size_t next) {
    const bool blocks = holds_block_scalar(node);
    CommentFinder finder;
    std::vector<std::size_t> comments; // column by line
    std::size_t end = start;
    const bool keeps = node.block && node.source.ends_with("\n\n"); // blank lines are content
    for (std::size_t at = start; at < next; ++at) {
      const bool quoted = finder.in_quotes();
      // In the text of a block scalar nothing is a comment; below it, what is not indented is.
      const bool first = at == start;
      const bool looks = blocks && !first ? m_lines[at].front() == '#' : true;
      const auto column = looks ? finder.next(m_lines[at]) : std::string_view::npos;
      comments.push_back(column);
      const bool only_comment = !quoted && column != std::string_view::npos && is_comment(m_lines[at]);
      if (!only_comment && (!is_blank(m_lines[at]) || keeps)) end = at + 1;
    }
    piece.body = join(start, end);
    piece.one_line = end == start + 1;
    for (std::size_t at = start; at < end; ++at) {
      const auto column = comments[at - start];
      if (column == std::string_view::npos) continue;
      if (piece.one_line) {
        auto space = column;
        while (space > 0 && (m_lines[at][space - 1] == ' ' || m_lines[at][space - 1] == '\t'))
          --space;
        piece.comment = base::trim(m_lines[at].substr(column));
        piece.comment.insert(0, m_lines[at].substr(space, column - space));
      } else {
        piece.comments.emplace_back(base::trim(m_lines[at].substr(column)));
      }
    }
    return end;
  }

  std::string join(std::size_t from, std::size_t to) const {
    std::string out;
    for (; from < to; ++from)
      out += m_lines[from];
    return out;
  }

  Lines m_lines;
  const Node& m_root;
  Pieces m_out;
};

} // namespace

Lines split_lines(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == line.npos;
}
std::optional<Pieces> cut_record(std::string_view text, const Node& root) {
  return Cutter(text, root).run();
}

} // namespace crm::codec
