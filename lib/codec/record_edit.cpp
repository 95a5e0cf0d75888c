// Editing a record's text as a careful person would: the lines of what did not change stay as they are.
#include "base/text.hpp"
#include "codec/record.hpp"
#include "codec/record_file.hpp"
#include "codec/record_pieces.hpp"

#include <algorithm>
#include <limits>

namespace crm::codec {
namespace {

using core::Record;
using core::Schema;
using core::Value;

class Editor {
 public:
  Editor(std::string_view text, const RecordFile& old, const Record& record, const Schema& schema)
      : m_text(text), m_old(old), m_record(record), m_schema(schema),
        m_eol(text.substr(0, text.find('\n') + 1).ends_with("\r\n") ? "\r\n" : "\n") {}

  /// Nothing when the file is not written line by line.
  std::optional<std::string> run() {
    auto cut = cut_record(m_text, m_old.root);
    if (!cut) return std::nullopt;
    m_preamble = std::move(cut->preamble);
    m_pieces = std::move(cut->pieces);
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

  std::string_view m_text;
  const RecordFile& m_old;
  const Record& m_record;
  const Schema& m_schema;
  std::string m_eol;
  std::string m_preamble; ///< above the first entry and its comments
  std::vector<Piece> m_pieces;
};

} // namespace

Edited edit_file(std::string_view old_text, const RecordFile& old, const Record& record,
                 const Schema& schema) {
  Record wanted = record;
  core::canonicalize(wanted, schema);
  auto text = Editor(old_text, old, wanted, schema).run();
  if (!text) return {emit_record(wanted, schema), std::nullopt};
  // The lines were cut by what the parser told; whether they were put together rightly, only the parser can
  // tell.
  auto result = read_record_file(*text, "", schema);
  auto* file = std::get_if<RecordFile>(&result);
  if (file == nullptr || file->record.id != wanted.id || file->record.fields != wanted.fields ||
      file->record.crm != wanted.crm)
    return {emit_record(wanted, schema), std::nullopt};
  return {*std::move(text), std::move(*file)};
}

std::string edit_record(std::string_view old_text, const Record& record, const Schema& schema) {
  const auto old = read_record_file(old_text, "", schema);
  if (const auto* file = std::get_if<RecordFile>(&old))
    return edit_file(old_text, *file, record, schema).text;
  return emit_record(record, schema);
}

} // namespace crm::codec
