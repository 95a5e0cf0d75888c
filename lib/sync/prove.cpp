#include "sync/prove.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/missing_object.hpp"
#include "store/ssh_signature.hpp"
#include "sync/merge.hpp"

#include <algorithm>

namespace crm::sync {
namespace {

using How = Verdict::How;

Verdict refused(const store::Commit& commit, std::string reason, std::string detail) {
  return {commit.id, How::Refused, std::nullopt, std::move(reason), std::move(detail)};
}

/// The key that made the signature, in the name that the commit has as its author's.
std::optional<store::AllowedKey> claimed(const std::string& bytes) {
  const auto parts = store::split_commit(bytes);
  const auto checked = store::ssh_verify(parts.signature, parts.payload);
  const auto* key = std::get_if<store::PublicKey>(&checked);
  const auto prefix = parts.author_name + "@";
  if (key == nullptr || !parts.author_email.starts_with(prefix)) return std::nullopt;
  return store::AllowedKey{*key, parts.author_name, parts.author_email.substr(prefix.size())};
}

Verdict by_signature(const store::Repository& repository, const store::Commit& commit,
                     const std::vector<store::AllowedKey>& allowed, How how) {
  const auto bytes = repository.raw_commit(commit.id);
  const auto checked = store::verify_commit(bytes, allowed);
  Verdict out{commit.id, how, std::nullopt, "", ""};
  if (const auto* not_proved = std::get_if<store::NotProved>(&checked)) {
    out = refused(commit, std::string(store::to_text(not_proved->why)), not_proved->detail);
    using Why = store::NotProved::Why;
    if (not_proved->why == Why::UnknownKey || not_proved->why == Why::OtherAuthor) out.by = claimed(bytes);
  } else {
    const auto& proved = std::get<store::Proved>(checked);
    out.by = store::AllowedKey{proved.key, proved.member, proved.device};
  }
  if (out.by)
    if (auto other = other_trailers(commit, out.by->member, out.by->device))
      return refused(commit, "other-trailers", std::move(*other));
  return out;
}

/// A merge is nobody's work, so it is not signed: it is what its parents come to, and nothing else. One by
/// git itself has a message, and a signature, of its own.
Verdict by_recomputing(const store::Repository& repository, const store::Commit& commit, const KeysAt& keys,
                       bool kept_keys) {
  if (commit.parents.size() > 2)
    return refused(commit, "merge", "it merges more than two heads at once, which crm never does");
  try {
    // That a history begins elsewhere is seen where it begins.
    const auto plan = plan_merge(repository, commit.parents[0], commit.parents[1], Origins::Same);
    if (plan.kind != MergePlan::Kind::Merge)
      return refused(commit, "merge", "it merges what was merged already");
    const auto tree = repository.tree_with(repository.commit(plan.ours).tree, plan.changes);
    if (tree != commit.tree)
      return refused(commit, "merge", "its files are not what merging its parents comes to");
    if (store::Repository::merge_id(plan.ours, plan.theirs, tree, plan.message, plan.signature) == commit.id)
      return {commit.id, How::Merge, std::nullopt, "", ""};
  } catch (const base::Error& error) {
    const bool lacking = store::is_missing(error);
    return refused(commit, lacking ? "incomplete" : "merge",
                   "its parents cannot be merged here: " + base::printable(error.message));
  }
  if (!commit.trailer("Crm-Merge").empty())
    return refused(commit, "merge", "its message or its author is not that of a merge of its parents");
  // The keys as they are after the merge: its files are proved.
  const auto& allowed = keys(commit.id);
  if (allowed.empty() && !kept_keys) return {commit.id, How::BeforeKeys, std::nullopt, "", ""};
  return by_signature(repository, commit, allowed, How::Signed);
}

} // namespace

std::optional<std::string> other_trailers(const store::Commit& commit, const std::string& member,
                                          const std::string& device) {
  const auto actor = commit.trailer("Crm-Actor"), named = commit.trailer("Crm-Device");
  if ((actor.empty() || actor == member) && (named.empty() || named == device)) return std::nullopt;
  return "it is signed by " + member + "@" + device + ", and says to be by " +
         base::printable(base::fit(actor + "@" + named, 90));
}

std::string_view to_text(How how) {
  switch (how) {
  case How::First:
    return "first";
  case How::Signed:
    return "signed";
  case How::Merge:
    return "merge";
  case How::Later:
    return "approved-later";
  case How::BeforeKeys:
    return "before-keys";
  case How::Refused:
    return "refused";
  }
  return "";
}

Verdict prove(const store::Repository& repository, const store::Commit& commit, const KeysAt& keys,
              bool kept_keys) {
  try {
    if (commit.parents.size() > 1) return by_recomputing(repository, commit, keys, kept_keys);
    const bool first = commit.parents.empty();
    const auto& allowed = keys(first ? commit.id : commit.parents.front());
    if (allowed.empty() && !kept_keys) return {commit.id, How::BeforeKeys, std::nullopt, "", ""};
    return by_signature(repository, commit, allowed, first ? How::First : How::Signed);
  } catch (const base::Error& error) {
    return refused(commit, "incomplete", "it cannot be read: " + base::printable(error.message));
  }
}

} // namespace crm::sync
