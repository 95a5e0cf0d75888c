#include "cmd/render/grid.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace crm::cmd {
namespace {

constexpr std::size_t least_text = 8; ///< columns of text below which a name says nothing
constexpr std::size_t most_text = 48; ///< more is only farther to look
constexpr std::size_t apart = 1;      ///< from one column to the next

struct Sign {
  const char* unicode;
  const char* plain;
  const char* meaning;
  Role role;
};

const Sign& sign_of(Mark mark) {
  static const Sign signs[] = {{"!", "!", "clash", Role::Bad},   {"■", "#", "booked", Role::Name},
                               {"○", "o", "no-show", Role::Dim}, {"~", "~", "buffer", Role::Dim},
                               {"□", "-", "taken", Role::Dim},   {"×", "x", "time off", Role::Warn},
                               {"·", ".", "free", Role::Good}};
  return signs[static_cast<std::size_t>(mark)];
}

std::string glyph(Mark mark, const Terminal& terminal) {
  return terminal.unicode ? sign_of(mark).unicode : sign_of(mark).plain;
}

bool is_visit(Mark mark) {
  return mark == Mark::Clash || mark == Mark::Booked || mark == Mark::NoShow;
}

/// Text of a known width on the way to a line; spaces are owed until something follows.
struct Piece {
  std::string text; ///< printable
  std::size_t width = 0;
  Role role = Role::Plain;
};

class GridLine {
 public:
  explicit GridLine(const Style& style) : m_style(style) {}
  /// `columns` from where the last piece was to end.
  void add(const Piece& piece, std::size_t columns) {
    if (piece.width > 0) {
      m_text.append(m_owed, ' ');
      m_text += m_style.paint(piece.role, piece.text);
      // Without a strong letter apart them, two names from right to left would change places.
      if (has_rtl(piece.text)) m_text += "\xe2\x80\x8e";
      m_owed = 0;
    }
    m_owed += columns - std::min(columns, piece.width);
  }
  void space(std::size_t columns) { m_owed += columns; }
  std::string end() { return m_text + '\n'; }

 private:
  const Style& m_style;
  std::string m_text;
  std::size_t m_owed = 0;
};

Piece piece(std::string_view text, std::size_t columns, Role role, const Terminal& terminal) {
  std::string shown = shorten(base::printable(text), columns, terminal);
  while (shown.ends_with(' '))
    shown.pop_back();
  const std::size_t width = base::width(shown);
  return {std::move(shown), width, role};
}

/// Where a visit stands among those that it overlaps, at once or through others.
struct Lane {
  std::size_t number = 0, of = 1;
};

/// Each keeps its lane from its first row to its last, and takes the first that is free.
std::map<const Block*, Lane> lanes_of(const GridColumn& column) {
  std::vector<const Block*> visits;
  for (const auto& block : column.blocks)
    if (is_visit(block.mark)) visits.push_back(&block);
  std::stable_sort(visits.begin(), visits.end(),
                   [](const Block* a, const Block* b) { return a->from < b->from; });
  std::map<const Block*, Lane> out;
  std::vector<const Block*> crowd;
  std::vector<std::int64_t> ends; // of the last one in each lane
  const auto finish = [&] {
    for (const auto* block : crowd)
      out[block].of = ends.size();
    crowd.clear();
    ends.clear();
  };
  for (const auto* block : visits) {
    if (std::all_of(ends.begin(), ends.end(), [&](std::int64_t end) { return end <= block->from; })) finish();
    const auto free = std::find_if(ends.begin(), ends.end(), [&](auto end) { return end <= block->from; });
    out[block].number = static_cast<std::size_t>(free - ends.begin());
    free == ends.end() ? ends.push_back(block->to) : void(*free = block->to);
    crowd.push_back(block);
  }
  finish();
  return out;
}

/// One column on its way down: how many rows of each block have been drawn.
class Drawn {
 public:
  Drawn(const GridColumn& column, const Terminal& terminal)
      : m_column(column), m_terminal(terminal), m_lanes(lanes_of(column)) {}

  /// Pieces beside each other, each with the columns it takes.
  std::vector<std::pair<Piece, std::size_t>> row(std::int64_t from, std::int64_t to, std::size_t columns) {
    std::vector<const Block*> there;
    for (const auto& block : m_column.blocks)
      if (block.from < to && from < block.to) there.push_back(&block);
    if (there.empty()) return {{Piece{}, columns}};
    std::stable_sort(there.begin(), there.end(), [](const Block* a, const Block* b) {
      if (is_visit(a->mark) && is_visit(b->mark)) return a->from < b->from;
      return a->mark < b->mark;
    });
    const bool visits = is_visit(there.front()->mark);
    std::erase_if(
        there, [&](const Block* block) { return visits ? !is_visit(block->mark) : block != there.front(); });
    // As many beside each other as can be read; those that begin here rather than those that go on.
    const std::size_t lanes = std::max<std::size_t>(1, (columns + apart) / (least_text + apart));
    std::string more;
    if (visits && m_lanes[there.front()].of <= lanes) {
      std::vector<const Block*> placed(m_lanes[there.front()].of, nullptr);
      for (const auto* block : there)
        placed[m_lanes[block].number] = block;
      there = std::move(placed);
    } else if (there.size() > lanes) {
      std::stable_partition(there.begin(), there.end(),
                            [&](const Block* block) { return block->from >= from; });
      more = " +" + std::to_string(there.size() - lanes);
      there.resize(lanes);
    }
    std::vector<std::pair<Piece, std::size_t>> out;
    std::size_t rest = columns - (there.size() - 1) * apart;
    for (std::size_t i = 0; i < there.size();) {
      const Block* block = there[i];
      const std::size_t first = i;
      std::size_t own = 0;
      do { // with the lanes behind it in which nobody is
        const std::size_t lane = rest / (there.size() - i);
        rest -= lane;
        own += lane + (i > first ? apart : 0);
      } while (++i < there.size() && block != nullptr && there[i] == nullptr);
      const bool last = i == there.size();
      out.emplace_back(block == nullptr ? Piece{} : drawn(*block, to, own, last ? more : ""), own);
    }
    return out;
  }

 private:
  Piece drawn(const Block& block, std::int64_t to, std::size_t columns, const std::string& more) {
    std::size_t& count = m_rows[&block];
    std::string text;
    const bool last = block.to <= to;
    for (std::size_t i = count; i < (last ? block.lines.size() : std::min(count + 1, block.lines.size()));
         ++i)
      if (!block.lines[i].empty()) text += (text.empty() ? "" : ", ") + block.lines[i];
    const bool first = count++ == 0;
    std::string mark = glyph(block.mark, m_terminal);
    if (!first && block.mark == Mark::Booked) mark = m_terminal.unicode ? "│" : "|";
    const std::size_t room = columns - std::min(columns, more.size());
    Piece out = piece(text.empty() ? mark : mark + " " + text, room, sign_of(block.mark).role, m_terminal);
    out.text += more;
    out.width += more.size();
    return out;
  }

  const GridColumn& m_column;
  const Terminal& m_terminal;
  std::map<const Block*, Lane> m_lanes;
  std::map<const Block*, std::size_t> m_rows;
};

std::vector<std::int64_t> rows_of(const Grid& grid) {
  std::set<std::int64_t> rows{grid.from};
  const auto add = [&](std::int64_t at) {
    if (grid.from <= at && at < grid.to) rows.insert(at);
  };
  for (const auto tick : grid.ticks)
    add(tick);
  for (const auto& column : grid.columns)
    for (const auto& block : column.blocks) {
      add(block.from);
      add(block.to);
    }
  return {rows.begin(), rows.end()};
}

} // namespace

bool has_rtl(std::string_view text) {
  // UTF-8 of U+0590 to U+08FF, U+FB1D to U+FDFF and U+FE70 to U+FEFF, and of the planes' own scripts, by
  // their first bytes: a mark too many does no harm.
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto a = static_cast<unsigned char>(text[i]), b = static_cast<unsigned char>(text[i + 1]);
    if ((a >= 0xd6 && a <= 0xdf) || (a == 0xe0 && b >= 0xa0 && b <= 0xa3)) return true;
    if (a == 0xef && b >= 0xac && b <= 0xbb && b != 0xb8)
      return true; // 0xb8 begins what makes emoji of signs
    if (a == 0xf0 && b == 0x90 && i + 2 < text.size() && static_cast<unsigned char>(text[i + 2]) >= 0xa0)
      return true;
    if (a == 0xf0 && b == 0x9e && i + 2 < text.size() && static_cast<unsigned char>(text[i + 2]) >= 0xa0 &&
        static_cast<unsigned char>(text[i + 2]) <= 0xbf)
      return true;
  }
  return false;
}

std::optional<std::string> render(const Grid& grid, const Terminal& terminal, const Style& style) {
  if (grid.columns.empty() || grid.from >= grid.to) return std::nullopt;
  const auto rows = rows_of(grid);
  std::vector<std::string> labels;
  std::size_t label_width = 0;
  for (const auto row : rows) {
    labels.push_back(grid.label(row));
    label_width = std::max(label_width, base::width(labels.back()));
  }
  const std::size_t margin = label_width + 2, count = grid.columns.size();
  const auto total = static_cast<std::size_t>(std::max(terminal.width, 1));
  const std::size_t gaps = (count - 1) * apart;
  if (total < margin + gaps + count * least_text) return std::nullopt;
  const std::size_t width = std::min(most_text, (total - margin - gaps) / count);

  std::string out;
  GridLine headings(style);
  headings.space(margin);
  for (const auto& column : grid.columns) {
    headings.add(piece(column.heading, width, Role::Heading, terminal), width);
    headings.space(apart);
  }
  out += headings.end();
  std::vector<Drawn> drawn;
  for (const auto& column : grid.columns)
    drawn.emplace_back(column, terminal);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::int64_t from = rows[row], to = row + 1 < rows.size() ? rows[row + 1] : grid.to;
    const bool now = grid.now && from <= *grid.now && *grid.now < to;
    GridLine line(style);
    line.add({labels[row], base::width(labels[row]), now ? Role::Good : Role::Time}, label_width);
    line.add(now ? Piece{">", 1, Role::Good} : Piece{}, margin - label_width);
    for (auto& column : drawn) {
      const auto cells = column.row(from, to, width);
      for (const auto& [text, columns] : cells) {
        line.add(text, columns);
        line.space(apart);
      }
    }
    out += line.end();
  }
  return out;
}

std::string legend(const Grid& grid, const Terminal& terminal) {
  std::set<Mark> marks;
  for (const auto& column : grid.columns)
    for (const auto& block : column.blocks)
      if (block.from < grid.to && grid.from < block.to) marks.insert(block.mark);
  std::string out;
  std::size_t used = 0;
  for (const auto mark : marks) {
    const std::string item = glyph(mark, terminal) + " " + sign_of(mark).meaning;
    const std::size_t width = base::width(item);
    const bool fits = used + 2 + width <= static_cast<std::size_t>(std::max(terminal.width, 1));
    if (!out.empty()) out += fits ? "  " : "\n";
    used = out.empty() || !fits ? width : used + 2 + width;
    out += item;
  }
  return out;
}

} // namespace crm::cmd
