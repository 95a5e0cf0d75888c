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

bool is_plain(const Version& version, const Schema& schema) {
  return version.text == codec::emit_record(version.record, schema);
}

bool has_stamped_comments(const Record& record) {
  return record.crm.contains("comments");
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
  return !has_stamped_comments(a.record) && !has_stamped_comments(b.record) && is_plain(a, schema) &&
         is_plain(b, schema);
}

std::string join_texts(const Version& a, const Version& b, Record& joined, const Schema& schema,
                       Touched touched) {
  if (a.text == b.text) return a.text;
  if (are_plain(a, b, schema)) {
    if (same(a.record, joined)) return a.text;
    return same(b.record, joined) ? b.text : codec::emit_record(joined, schema);
  }
  const JoinedComments comments(a, b, joined, schema);
  const bool in_a = same(a.record, joined), in_b = same(b.record, joined);
  if (touched == Touched::OnlyA && in_a) return a.text;
  if (touched == Touched::OnlyB && in_b) return b.text;
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
  auto joined = core::join(x.record, y.record, schema).record;
  return join_texts(x, y, joined, schema, Touched::Unknown);
}

} // namespace crm::sync
