#include "sync/merge_texts.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/comment_join.hpp"
#include "codec/record.hpp"
#include "codec/record_comments.hpp"
#include "core/provenance.hpp"
#include "sync/merge.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace crm::sync {
namespace {

using codec::Comments;
using codec::EntryComments;
using core::Record;
using core::Schema;

bool same(const Record& a, const Record& b) {
  return a.fields == b.fields && a.crm == b.crm;
}

bool is_plain(const Version& version, const Schema& schema) {
  return version.text == codec::emit_record(version.record, schema);
}

class CommentJoin {
 public:
  CommentJoin(const Version& a, const Version& b, const Record& joined, const Schema& schema)
      : m_a(a), m_b(b), m_joined(joined), m_schema(schema),
        of_a(codec::joinable(codec::comments_of(a.text, schema))),
        of_b(codec::joinable(codec::comments_of(b.text, schema))) {
    result.head = codec::join_lines(of_a.head, of_b.head);
    for (const auto* side : {&of_a, &of_b})
      for (const auto& [key, comments] : side->entries)
        if (!result.entries.contains(key)) add(key);
  }

 private:
  void add(const std::string& key) {
    static const EntryComments none;
    const auto of = [&](const Comments& side) -> const EntryComments& {
      const auto found = side.entries.find(key);
      return found != side.entries.end() ? found->second : none;
    };
    const auto &x = of(of_a), &y = of(of_b);
    const auto rank_a = rank(m_a.record, key), rank_b = rank(m_b.record, key);
    EntryComments comments = rank_a == rank_b ? codec::join_comments(x, y) : rank_a > rank_b ? x : y;
    if (!comments.empty()) result.entries.emplace(key, std::move(comments));
  }

  /// A comment travels with the value; of one value, with its newest write.
  std::tuple<bool, core::StampTime, std::string> rank(const Record& side, const std::string& key) const {
    if (key == "id" || key == "crm") return {};
    const bool agrees = side.get(key) == m_joined.get(key);
    // What stands in neither as it is now (a list of both sides' elements) speaks of both.
    if (!agrees && (m_a.record.get(key) == m_joined.get(key)) == (m_b.record.get(key) == m_joined.get(key)))
      return {};
    const auto stamp = core::changed(side, m_schema.unit(key));
    return {agrees, stamp.time, stamp.device};
  }

  const Version &m_a, &m_b;
  const Record& m_joined;
  const Schema& m_schema;

 public:
  Comments of_a, of_b, result;
};

} // namespace

void fail_invalid(const std::vector<core::Problem>& problems) {
  std::vector<std::string> lines;
  for (const auto& problem : problems)
    lines.push_back(base::printable(core::to_text(problem)));
  throw base::Error(base::Kind::InvalidData, base::join(lines, "\n"));
}

std::variant<Version, std::vector<core::Problem>> read_version(std::string text, const std::string& path,
                                                               const Schema& schema) {
  auto read = codec::read_record(text, path, schema);
  if (auto* problems = std::get_if<std::vector<core::Problem>>(&read)) return std::move(*problems);
  auto& record = std::get<Record>(read);
  if (auto problems = core::check_provenance(record, schema); !problems.empty()) {
    for (auto& problem : problems)
      problem.file = path;
    return problems;
  }
  return Version{std::move(text), std::move(record)};
}

bool are_plain(const Version& a, const Version& b, const Schema& schema) {
  return is_plain(a, schema) && is_plain(b, schema);
}

std::string join_texts(const Version& a, const Version& b, const Record& joined, const Schema& schema,
                       Touched touched) {
  if (a.text == b.text) return a.text;
  const bool in_a = same(a.record, joined), in_b = same(b.record, joined);
  if (touched == Touched::OnlyA && in_a) return a.text;
  if (touched == Touched::OnlyB && in_b) return b.text;
  if (are_plain(a, b, schema)) return codec::emit_record(joined, schema);
  const CommentJoin comments(a, b, joined, schema);
  const bool all_a = in_a && comments.of_a == comments.result;
  const bool all_b = in_b && comments.of_b == comments.result;
  if (all_a && all_b) { // only the layout differs: somebody's own counts, and of two such the longer text
    const auto canonical = codec::emit_record(joined, schema, comments.result);
    if (a.text == canonical) return b.text;
    if (b.text == canonical) return a.text;
    const bool longer = a.text.size() > b.text.size();
    return a.text.size() != b.text.size() ? (longer ? a.text : b.text) : std::max(a.text, b.text);
  }
  if (all_a) return a.text;
  if (all_b) return b.text;
  return codec::emit_record(joined, schema, comments.result);
}

std::string merge_texts(const std::string& ours, const std::string& theirs, const std::string& path,
                        const Schema& schema) {
  auto a = read_version(ours, path, schema), b = read_version(theirs, path, schema);
  std::vector<core::Problem> problems;
  for (const auto* side : {&a, &b})
    if (const auto* found = std::get_if<std::vector<core::Problem>>(side))
      problems.insert(problems.end(), found->begin(), found->end());
  if (!problems.empty()) fail_invalid(problems);
  const auto &x = std::get<Version>(a), &y = std::get<Version>(b);
  return join_texts(x, y, core::join(x.record, y.record, schema).record, schema, Touched::Unknown);
}

} // namespace crm::sync
