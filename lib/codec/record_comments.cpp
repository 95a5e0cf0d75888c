#include "codec/record_comments.hpp"

#include "base/text.hpp"
#include "codec/comment_join.hpp"
#include "codec/record_file.hpp"
#include "codec/record_pieces.hpp"

#include <algorithm>

namespace crm::codec {
namespace {

void add_comments(std::string_view text, std::vector<std::string>& out) {
  for (const auto line : split_lines(text))
    if (const auto comment = base::trim(line); comment.starts_with('#')) out.emplace_back(comment);
}

bool is_one_line(const std::string& entry) {
  return std::count(entry.begin(), entry.end(), '\n') == 1;
}

class Emitter {
 public:
  explicit Emitter(const Comments& comments) : m_comments(comments) {
    if (comments.head.empty()) return;
    lines(comments.head);
    m_out += '\n';
  }

  void entry(const std::string& key, const core::Value& value) {
    const auto found = m_comments.entries.find(key);
    auto own = found != m_comments.entries.end() ? found->second : EntryComments();
    std::string text = emit_entry(key, value);
    const bool one_line = is_one_line(text);
    if (!own.behind.empty() && one_line) text.insert(text.size() - 1, "  " + own.behind);
    if (!own.behind.empty() && !one_line) own.above = join_lines(own.above, {own.behind});
    if (key == "id" && !m_of_gone.empty()) own.below = join_lines(own.below, m_of_gone);
    if (m_below) m_out += '\n'; // else they would stand above this entry
    m_below = !own.below.empty();
    lines(own.above);
    m_out += text;
    lines(own.below);
  }

  /// What stood below an entry that is gone stays, below the id.
  void gone(const EntryComments& comments) { m_of_gone = join_lines(m_of_gone, comments.below); }

  std::string take() { return std::move(m_out); }

 private:
  void lines(const std::vector<std::string>& comments) {
    for (const auto& line : comments)
      m_out += line + "\n";
  }

  const Comments& m_comments;
  std::vector<std::string> m_of_gone;
  bool m_below = false;
  std::string m_out;
};

} // namespace

Comments comments_of(std::string_view text, const RecordFile& file) {
  Comments out;
  if (text.find('#') == text.npos) return out;
  const auto cut = cut_record(text, file.root);
  if (!cut) return out;
  add_comments(cut->preamble, out.head);
  for (const auto& piece : cut->pieces) {
    EntryComments own;
    add_comments(piece.lead, own.above);
    own.above.insert(own.above.end(), piece.comments.begin(), piece.comments.end());
    own.behind = base::trim(piece.comment);
    add_comments(piece.after, own.below);
    if (!own.empty()) out.entries.emplace(piece.key, std::move(own));
  }
  return out;
}

std::variant<CommentedRecord, std::vector<core::Problem>>
read_commented(std::string_view text, const std::string& file, const core::Schema& schema) {
  auto read = read_record_file(text, file, schema);
  if (auto* problems = std::get_if<std::vector<core::Problem>>(&read)) return std::move(*problems);
  auto& good = std::get<RecordFile>(read);
  auto comments = comments_of(text, good);
  return CommentedRecord{std::move(good.record), std::move(comments)};
}

Comments comments_of(std::string_view text, const core::Schema& schema) {
  if (text.find('#') == text.npos) return {};
  auto read = read_commented(text, "", schema);
  auto* good = std::get_if<CommentedRecord>(&read);
  return good != nullptr ? std::move(good->comments) : Comments();
}

bool is_one_line(const std::string& key, const core::Value& value) {
  return is_one_line(emit_entry(key, value));
}

std::string emit_record(const core::Record& record, const core::Schema& schema, const Comments& comments) {
  core::Record canonical = record;
  core::canonicalize(canonical, schema);
  const std::string plain = emit_record(canonical, schema);
  Emitter emitter(comments);
  for (const auto& [key, own] : comments.entries)
    if (key != "id" && key != "crm" && !canonical.fields.contains(key)) emitter.gone(own);
  emitter.entry("id", canonical.id.str());
  for (const auto& [key, value] : canonical.fields)
    emitter.entry(key, value);
  if (!canonical.crm.empty()) emitter.entry("crm", canonical.crm);
  std::string text = emitter.take();
  // Where the comments stand was found line by line; that the data has not suffered, only the parser can
  // tell.
  const auto result = read_record(text, "", schema);
  const auto* read = std::get_if<core::Record>(&result);
  const bool same = read != nullptr && read->id == canonical.id && read->fields == canonical.fields &&
                    read->crm == canonical.crm;
  return same ? text : plain;
}

} // namespace crm::codec
