#include "sync/merge_texts.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "core/provenance.hpp"
#include "sync/comments.hpp"
#include "sync/merge.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace crm::sync {
namespace {

using core::Record;
using core::Schema;

bool same(const Record& a, const Record& b) {
  return a.fields == b.fields && a.crm == b.crm;
}

/// As crm writes it, and always did: no comments, no other layout.
bool is_plain(const Version& version, const Schema& schema) {
  return !version.record.crm.contains("comments") &&
         version.text == codec::emit_record(version.record, schema);
}

} // namespace

void fail_invalid(const std::vector<core::Problem>& problems) {
  std::vector<std::string> lines;
  for (const auto& problem : problems)
    lines.push_back(base::printable(core::to_text(problem)));
  throw base::Error(base::Kind::InvalidData, base::join(lines, "\n"));
}

std::variant<Version, std::vector<core::Problem>> read_version(std::string text, const std::string& path,
                                                               const Schema& schema) {
  auto read = codec::read_commented(text, path, schema);
  if (auto* problems = std::get_if<std::vector<core::Problem>>(&read)) return std::move(*problems);
  auto& [record, comments] = std::get<codec::CommentedRecord>(read);
  if (auto problems = core::check_provenance(record, schema); !problems.empty()) {
    for (auto& problem : problems)
      problem.file = path;
    return problems;
  }
  return Version{std::move(text), std::move(record), std::move(comments)};
}

std::string join_texts(const Version& a, const Version& b, Record& joined, const Schema& schema) {
  if (a.text == b.text) return a.text;
  if (is_plain(a, schema) && is_plain(b, schema)) {
    if (same(a.record, joined)) return a.text;
    return same(b.record, joined) ? b.text : codec::emit_record(joined, schema);
  }
  const JoinedComments comments(a, b, joined, schema);
  const bool all_a = same(a.record, joined) && comments.of_a == comments.result;
  const bool all_b = same(b.record, joined) && comments.of_b == comments.result;
  if (all_a != all_b) return all_a ? a.text : b.text;
  auto canonical = codec::emit_record(joined, schema, comments.result);
  if (!all_a || b.text == canonical) return all_a ? a.text : canonical;
  // Somebody's own layout, without a stamp, counts against the canonical one; of two, the longer text.
  const bool longer = std::tuple(a.text.size(), a.text) > std::tuple(b.text.size(), b.text);
  return a.text != canonical && longer ? a.text : b.text;
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
  auto joined = core::join(x.record, y.record, schema).record;
  return join_texts(x, y, joined, schema);
}

} // namespace crm::sync
