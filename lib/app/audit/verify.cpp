#include "app/audit/verify.hpp"

#include "app/init.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <optional>

namespace crm::app {

Verified verify_history(Workspace& workspace, const VerifyRequest& request) {
  store::Repository::distrust_disk();
  auto& repository = workspace.repository();
  Verified out;
  out.head = repository.head();
  if (!request.since.empty()) {
    out.since = repository.commit(request.since).id;
    if (!repository.descends(out.head, out.since))
      throw base::Error(base::Kind::VerificationFailed,
                        "the store's history does not hold " + out.since.substr(0, 10) +
                            " (any more): it was rewritten, or that commit was never part of it",
                        "`crm git reflog` shows what this device had before");
  }
  sync::Judge judge(repository, [&](std::size_t done, std::size_t total) {
    workspace.progress("Verifying the history", done, total);
  });
  out.judgement = judge.judge(out.head, out.since, out.since);
  workspace.progress("", 0, 0);
  if (!out.since.empty()) return out;
  const auto pinned = repository.config(first_commit_setting);
  std::vector<store::Oid> firsts;
  repository.since(out.head, "", [&](const store::Commit& commit) {
    if (commit.parents.empty()) firsts.push_back(commit.id);
    return true;
  });
  out.first = firsts.empty() ? "" : firsts.back();
  // The judge saw that there are two; which is the right one is known here.
  std::erase_if(out.judgement.unproved, [](const auto& each) { return each.reason == "other-store"; });
  for (const auto& each : firsts) {
    if (each == pinned || (pinned.empty() && each == out.first)) continue;
    out.other_store = true;
    out.judgement.unproved.push_back({each, "other-store",
                                      "a history begins with it, and this store's begins with " +
                                          (pinned.empty() ? out.first : pinned).substr(0, 10),
                                      "", ""});
  }
  if (pinned.empty() && out.ok()) {
    repository.set_config(first_commit_setting, out.first);
    out.pinned_now = true;
  }
  return out;
}

sync::Verdict verify_one(Workspace& workspace, const store::Commit& commit) {
  const auto& repository = workspace.repository();
  sync::Authorities authorities(repository);
  const auto at = [&](const auto& id) -> const std::vector<store::AllowedKey>& {
    return authorities.at(id).keys;
  };
  const bool keeps_keys = !authorities.at(repository.head()).keys.empty();
  auto out = sync::prove(repository, commit, at, false);
  // Only the whole chain tells whether commits without keys came before them; a signed one is no such.
  if (out.how == sync::Verdict::How::BeforeKeys && keeps_keys) {
    auto strict = sync::prove(repository, commit, at, true);
    if (strict.by) out = std::move(strict);
  }
  if (out.ok() || !out.by) return out;
  std::optional<store::Oid> vouched; // the newest commit at which the key was its author's
  repository.newest_first(repository.head(), [&](const store::Commit& each) {
    const auto& had = authorities.at(each.id).keys;
    if (std::any_of(had.begin(), had.end(), [&](const auto& key) {
          return key.key == out.by->key && key.member == out.by->member && key.device == out.by->device;
        }))
      vouched = each.id;
    return !vouched;
  });
  if (vouched && !repository.descends(commit.id, *vouched)) out.how = sync::Verdict::How::Later;
  return out;
}

} // namespace crm::app
