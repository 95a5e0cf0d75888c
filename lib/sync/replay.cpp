#include "sync/replay.hpp"

#include "base/error.hpp"
#include "codec/record.hpp"
#include "core/carry.hpp"
#include "store/paths.hpp"
#include "sync/attachments.hpp"
#include "sync/comments.hpp"
#include "sync/merge.hpp"

#include <algorithm>

namespace crm::sync {
namespace {

std::optional<Version> read_text(std::string text, const std::string& path, const core::Schema& schema) {
  auto read = codec::read_record(text, path, schema);
  if (auto* record = std::get_if<core::Record>(&read))
    return Version{std::move(text), std::move(*record), std::nullopt};
  return std::nullopt;
}

} // namespace

const store::Oid& Replay::clean(const store::Commit& commit) {
  const auto at = m_clean.find(commit.id);
  return at == m_clean.end() ? commit.tree : at->second;
}

store::Oid Replay::clean(const store::Oid& commit) {
  const auto at = m_clean.find(commit);
  return at == m_clean.end() ? m_repository.commit(commit).tree : at->second;
}

void Replay::set(const store::Commit& commit, const store::Oid& tree) {
  if (tree == commit.tree)
    m_clean.erase(commit.id);
  else
    m_clean[commit.id] = tree;
}

void Replay::leave_out(const store::Commit& commit) {
  if (commit.parents.size() != 1) return; // without what was done in it, a merge is what merging comes to
  const auto& parent = commit.parents.front();
  auto tree = clean(parent);
  // What came with it stays: a batch that counts may have named the same file, and found it there already.
  const auto kept = new_attachments(m_repository, m_repository.commit(parent).tree, commit.tree, tree);
  set(commit, kept.empty() ? tree : m_repository.write_tree(tree, kept));
}

bool Replay::settles(const store::Commit& commit) {
  const auto expected = clean(commit.parents.front());
  set(commit, expected);
  return expected == commit.tree;
}

bool Replay::keep(const store::Commit& commit) {
  if (commit.parents.empty() || is_clean(commit.parents.front())) return true;
  const auto before = m_repository.commit(commit.parents.front()).tree;
  const auto onto = clean(commit.parents.front());
  const auto changes = carried(commit, before, onto);
  if (!changes) return false;
  const auto tree = m_repository.write_tree(onto, *changes);
  // A record whose type was taken out would mean nothing.
  const auto lost_its_type = [&](const store::Change& change) {
    const auto parts = store::parse_record_path(change.path);
    return parts && m_authorities.at(commit.tree).schema_of(parts->folder) != nullptr &&
           m_authorities.at(tree).schema_of(parts->folder) == nullptr;
  };
  if (std::any_of(changes->begin(), changes->end(), lost_its_type)) return false;
  set(commit, tree);
  return true;
}

std::optional<std::vector<store::Change>> Replay::carried(const store::Commit& commit,
                                                          const store::Oid& before, const store::Oid& onto) {
  std::vector<store::Change> out;
  const auto& authority = m_authorities.at(onto);
  for (const auto& difference : m_repository.diff(before, commit.tree)) {
    const auto& path = difference.path;
    const auto now = m_repository.blob_id(onto, path).value_or("");
    if (now == difference.after) continue;
    if (store::is_in_attachments(path)) { // they are only added
      if (!now.empty()) continue;
      out.push_back({path, std::nullopt, std::nullopt, difference.after});
      continue;
    }
    if (now == difference.before) {
      out.push_back({path, difference.after.empty() ? std::nullopt
                                                    : std::optional(m_repository.blob(difference.after))});
      continue;
    }
    const auto parts = store::parse_record_path(path);
    const auto* schema = parts ? authority.schema_of(parts->folder) : nullptr;
    if (schema == nullptr || now.empty() || difference.before.empty() || difference.after.empty())
      return std::nullopt;
    const auto was = read_text(m_repository.blob(difference.before), path, *schema),
               became = read_text(m_repository.blob(difference.after), path, *schema),
               is = read_text(m_repository.blob(now), path, *schema);
    if (!was || !became || !is) return std::nullopt;
    try {
      auto record = core::carry(was->record, became->record, is->record, *schema);
      out.push_back({path, carry_comments(*was, *became, *is, std::move(record), *schema)});
    } catch (const base::Error&) {
      return std::nullopt;
    }
  }
  return out;
}

/// A commit with the clean tree, so that the merge can ask it for its history too.
store::Oid Replay::standing_for(const store::Oid& commit) {
  const auto at = m_clean.find(commit);
  if (at == m_clean.end()) return commit;
  const auto described = m_repository.commit(commit);
  return m_repository.write_commit(at->second, {commit}, {"Without what was put aside", "", {}},
                                   described.committer);
}

/// Both parents merged with all that they have.
const Replay::Merge& Replay::as_they_are(const store::Commit& commit) {
  if (const auto known = m_merges.find(commit.id); known != m_merges.end()) return known->second;
  // That a history begins elsewhere is seen where it begins.
  const auto plan = plan_merge(m_repository, commit.parents[0], commit.parents[1], Origins::Same, &m_files);
  Merge out{Merge::Is::Other, m_repository.tree_with(m_repository.commit(plan.ours).tree, plan.changes)};
  if (out.expected == commit.tree && plan.kind == MergePlan::Kind::Merge)
    out.is = store::Repository::merge_id(plan.ours, plan.theirs, out.expected, plan.message,
                                         plan.signature) == commit.id
                 ? Merge::Is::Exact
                 : Merge::Is::SameTree;
  return m_merges.emplace(commit.id, std::move(out)).first->second;
}

Replay::Merge Replay::merge(const store::Commit& commit) {
  using Is = Merge::Is;
  const auto &ours = commit.parents[0], &theirs = commit.parents[1];
  auto [is, tree] = as_they_are(commit);
  const bool were_clean = is_clean(ours) && is_clean(theirs);
  if (!were_clean || tree != commit.tree) { // it is gone on from
    const auto rest =
        plan_merge(m_repository, standing_for(ours), standing_for(theirs), Origins::Same, &m_files);
    tree = m_repository.write_tree(rest.ours, rest.changes);
  }
  set(commit, tree);
  // Whoever knows already what is put aside merges what is left.
  return {is == Is::Other && tree == commit.tree ? Is::SameTree : is, tree};
}

} // namespace crm::sync
