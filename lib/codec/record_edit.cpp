// Editing a record's text as a careful person would: the lines of what did not change stay as they are.
#include "base/text.hpp"
#include "codec/record.hpp"
#include "codec/record_file.hpp"

#include <algorithm>
#include <limits>

namespace crm::codec {
namespace {

using core::Record;
using core::Schema;
using core::Value;

using Lines = std::vector<std::string_view>; ///< each with its line end

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

/// One top-level entry with all lines up to the next one.
struct Piece {
  std::string key;
  std::string lead;  ///< comments directly above
  std::string body;  ///< the entry itself
  std::string after; ///< comments directly behind, then blank lines and comments that belong to nobody
  bool one_line = false;
  std::string comment;               ///< behind a one-line entry, with the space before it
  std::vector<std::string> comments; ///< within an entry of several lines
};

class Editor {
 public:
  Editor(std::string_view text, const RecordFile& old, const Record& record, const Schema& schema)
      : m_lines(split_lines(text)), m_old(old), m_record(record), m_schema(schema),
        m_eol(!m_lines.empty() && m_lines.front().ends_with("\r\n") ? "\r\n" : "\n") {}

  /// Nothing when the file is not written line by line.
  std::optional<std::string> run() {
    if (!cut()) return std::nullopt;
    for (auto& piece : m_pieces)
      change(piece);
    std::erase_if(m_pieces, [](const Piece& piece) { return piece.key.empty(); });
    insert("id");
    for (const auto& [name, value] : m_record.fields)
      insert(name);
    insert("crm");
    std::string out = m_preamble;
    for (const auto& piece : m_pieces)
      for (const auto* part : {&piece.lead, &piece.body, &piece.after}) {
        if (!part->empty() && !out.empty() && out.back() != '\n') out += m_eol;
        out += *part;
      }
    return out;
  }

 private:
  bool cut() {
    const auto& entries = m_old.root.entries;
    std::vector<std::size_t> starts;
    for (const auto& [key, node] : entries) {
      const auto at = static_cast<std::size_t>(node.entry_line) - 1;
      if (node.entry_line < 1 || at >= m_lines.size() || (!starts.empty() && at <= starts.back()))
        return false;
      // A root in braces, behind "---" or indented, or a key behind "?", is not ours to cut.
      if (std::string_view(" \t{?-").find(m_lines[at].front()) != std::string_view::npos) return false;
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
      (i == 0 ? m_preamble : m_pieces.back().after) += join(from, lead);
      piece.lead = join(lead, starts[i]);
      from = body(piece, entries[i].second, starts[i], next);
      m_pieces.push_back(std::move(piece));
    }
    if (m_pieces.empty()) return false;
    m_pieces.back().after += join(from, m_lines.size());
    return true;
  }

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

  void change(Piece& piece) {
    const Value now = wanted(piece.key);
    if (now == old_value(piece.key)) return;
    if (absent(now)) {
      // What stands above the first entry may speak of the whole file.
      if (&piece == &m_pieces.front())
        m_preamble += piece.lead;
      else
        carry_over(piece);
      if (&piece == &m_pieces.front()) m_preamble += piece.after;
      piece.key.clear();
      return;
    }
    std::string text = entry(piece.key, now);
    const bool fits = std::count(text.begin(), text.end(), '\n') == 1;
    if (piece.one_line && fits && !piece.comment.empty()) {
      text.insert(text.size() - m_eol.size(), piece.comment);
    } else {
      if (!piece.comment.empty()) piece.comments.emplace_back(base::trim(piece.comment));
      for (const auto& comment : piece.comments)
        piece.lead += comment + m_eol;
    }
    piece.body = std::move(text);
    if (is_kept_block(now)) drop_blank_lines(piece.after);
  }

  /// The lines after a removed entry stay with the one before it.
  void carry_over(const Piece& piece) {
    for (auto it = m_pieces.begin(); it != m_pieces.end(); ++it) {
      if (&*it != &piece) continue;
      while (it != m_pieces.begin() && (--it)->key.empty()) {
      }
      (it->key.empty() ? m_preamble : it->after) += piece.after;
      return;
    }
  }

  void insert(const std::string& key) {
    if (absent(wanted(key)) ||
        std::any_of(m_pieces.begin(), m_pieces.end(), [&](const Piece& piece) { return piece.key == key; }))
      return;
    const auto place = rank(key);
    auto before = m_pieces.end();
    for (auto it = m_pieces.begin(); it != m_pieces.end(); ++it)
      if (rank(it->key) < place && (before == m_pieces.end() || rank(before->key) < rank(it->key)))
        before = it;
    Piece fresh;
    fresh.key = key;
    fresh.body = entry(key, wanted(key));
    if (before == m_pieces.end()) {
      m_pieces.insert(m_pieces.begin(), std::move(fresh));
      return;
    }
    // Comments directly behind an entry stay with it.
    std::size_t behind = 0;
    for (const auto line : split_lines(before->after)) {
      if (is_blank(line)) break;
      behind += line.size();
    }
    fresh.after = before->after.substr(behind);
    before->after.resize(behind);
    if (is_kept_block(wanted(key))) drop_blank_lines(fresh.after);
    m_pieces.insert(before + 1, std::move(fresh));
  }

  /// The canonical order: id, fields as in the schema, unknown ones by name, crm.
  std::pair<std::size_t, std::string> rank(const std::string& key) const {
    constexpr auto last = std::numeric_limits<std::size_t>::max();
    if (key == "id") return {0, {}};
    if (key == "crm") return {last, {}};
    for (std::size_t i = 0; i < m_schema.fields.size(); ++i)
      if (m_schema.fields[i].name == key) return {i + 1, {}};
    return {last - 1, key};
  }

  static Value value_in(const Record& record, const std::string& key) {
    if (key == "id") return record.id.str();
    if (key == "crm") return record.crm.empty() ? Value() : Value(record.crm);
    const Value& value = record.get(key);
    return absent(value) ? Value() : value;
  }
  Value wanted(const std::string& key) const { return value_in(m_record, key); }
  Value old_value(const std::string& key) const { return value_in(m_old.record, key); }

  static bool absent(const Value& value) {
    return value.is_null() || (value.if_list() != nullptr && value.if_list()->empty());
  }

  /// Text that becomes a `|+` block takes the blank lines below it for its own.
  static bool is_kept_block(const Value& value) { return value.string_or_empty().ends_with("\n\n"); }

  static void drop_blank_lines(std::string& text) {
    std::size_t blank = 0;
    for (const auto line : split_lines(text)) {
      if (!is_blank(line)) break;
      blank += line.size();
    }
    text.erase(0, blank);
  }

  std::string entry(const std::string& key, const Value& value) const {
    std::string text = emit_entry(key, value);
    if (m_eol == "\n") return text;
    std::string out;
    for (const char c : text) {
      if (c == '\n') out += '\r';
      out += c;
    }
    return out;
  }

  std::string join(std::size_t from, std::size_t to) const {
    std::string out;
    for (; from < to; ++from)
      out += m_lines[from];
    return out;
  }

  Lines m_lines;
  const RecordFile& m_old;
  const Record& m_record;
  const Schema& m_schema;
  std::string m_eol;
  std::string m_preamble; ///< above the first entry and its comments
  std::vector<Piece> m_pieces;
};

} // namespace

std::string edit_record(std::string_view old_text, const Record& record, const Schema& schema) {
  Record wanted = record;
  core::canonicalize(wanted, schema);
  const auto old = read_record_file(old_text, "", schema);
  const auto* old_file = std::get_if<RecordFile>(&old);
  if (old_file == nullptr) return emit_record(wanted, schema);
  auto text = Editor(old_text, *old_file, wanted, schema).run();
  if (!text) return emit_record(wanted, schema);
  // The lines were cut by what the parser told; whether they were put together rightly, only the parser can
  // tell.
  const auto result = read_record(*text, "", schema);
  const auto* read = std::get_if<Record>(&result);
  const bool same =
      read != nullptr && read->id == wanted.id && read->fields == wanted.fields && read->crm == wanted.crm;
  return same ? *std::move(text) : emit_record(wanted, schema);
}

} // namespace crm::codec
