#include "app/held_back.hpp"

#include "app/keys.hpp"
#include "app/last_owner.hpp"
#include "app/sync.hpp"
#include "base/text.hpp"
#include "store/paths.hpp"
#include "sync/merge_history.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

struct Author {
  std::string member, device;
  auto operator<=>(const Author&) const = default;
};

Author author_of(const store::Repository& repository, const store::Oid& commit) {
  const auto email = repository.commit(commit).author.email;
  const auto at = email.rfind('@');
  return {email.substr(0, at), at == std::string::npos ? "" : email.substr(at + 1)};
}

/// Its key is nobody's yet; or one of this device's own, which was approved under another name. A merge by
/// hand is its author's work, and what it is worth shows when the key is known.
bool needs_approval(Workspace& workspace, const sync::Refused& refused) {
  const auto author = author_of(workspace.repository(), refused.commit);
  const bool own = author.device == workspace.device();
  return refused.reason == "unknown-key" || (own && refused.reason == "other-author") ||
         (own && refused.reason == "merge" && !identity_of(workspace, author.member).approved);
}

/// Several may write on one device, each with a key of their own.
HeldBack waiting_for_approval(Workspace& workspace, const std::vector<sync::Refused>& unproved) {
  std::set<Author> authors;
  for (const auto& each : unproved)
    authors.insert(author_of(workspace.repository(), each.commit));
  std::vector<std::string> whose, commands;
  for (const auto& [member, device] : authors) {
    whose.push_back(member + " on " + device);
    commands.push_back(device == workspace.device()
                           ? command_to_approve(workspace, identity_of(workspace, member))
                           : "crm member approve " + member);
  }
  const bool one = unproved.size() == 1;
  const bool own = authors.size() == 1 && *authors.begin() == Author{workspace.member(), workspace.device()};
  const std::string keys = own                 ? "this device's key"
                           : whose.size() == 1 ? "the key of " + whose.front()
                                               : "the keys of " + base::join(whose, " and ");
  return {"unapproved", fmt::format("{} here until an owner approves {}, there:\n{}\n{}",
                                    one ? "a batch waits" : std::to_string(unproved.size()) + " batches wait",
                                    keys, base::join(commands, "\n"), where_to_approve(workspace))};
}

std::string names_of(const std::vector<std::string>& branches) {
  std::vector<std::string> names;
  for (const auto& branch : branches)
    names.push_back(base::printable(branch));
  return base::join(names, ", ");
}

HeldBack branch_gone(const store::Repository& repository, const std::vector<std::string>& others) {
  const auto own = base::printable(repository.branch());
  return {"renamed",
          fmt::format("its branch {0} is gone, and it has {1}\n"
                      "if it was renamed: `crm git branch -m {0} {2}` on each device, and then `crm sync`\n"
                      "if it was deleted: `crm sync --allow-rewound` pushes back what this device has",
                      own, names_of(others), others.size() == 1 ? names_of(others) : "NAME")};
}

} // namespace

HeldBack other_store(const store::Remote& remote, const std::string& why) {
  return {"other-store",
          why + "\n" +
              (remote.name == bundle_remote
                   ? "it was left as it is: name another file"
                   : "nothing was taken or sent: `crm remote rm " + base::printable(remote.name) +
                         "` forgets it; a new remote begins as an empty folder or repository")};
}

std::optional<HeldBack> kept_apart(const store::Repository& repository, const store::Remote& remote,
                                   const store::Fetched& fetched, bool allowed) {
  if (fetched.rewound() && fetched.tip.empty() && !fetched.others.empty() && !allowed)
    return branch_gone(repository, fetched.others);
  if (fetched.rewound() && !allowed)
    return HeldBack{"rewound",
                    fmt::format("{}\nask who did that; `crm sync --allow-rewound` {}pushes back what this "
                                "device has",
                                fetched.tip.empty()
                                    ? "it holds nothing any more"
                                    : fetched.before.substr(0, 10) + " was there before and is not any more",
                                fetched.tip.empty() ? "" : "takes it in all the same, and ")};
  if (fetched.tip.empty() && !fetched.rewound()) return other_branches(repository, remote, fetched.others);
  if (fetched.tip.empty()) return std::nullopt;
  if (!sync::SideHistory(repository, fetched.tip, repository.head()).begins_elsewhere()) return std::nullopt;
  return other_store(remote, "its history begins with another commit than this store's");
}

std::optional<HeldBack> other_branches(const store::Repository& repository, const store::Remote& remote,
                                       const std::vector<std::string>& branches) {
  if (branches.empty()) return std::nullopt;
  const auto own = base::printable(repository.branch());
  for (const auto& branch : branches)
    if (!repository.ref(fmt::format("refs/crm/remotes/{}/{}", remote.name, branch)).empty())
      return HeldBack{"renamed",
                      fmt::format("it has the branch {0}, as it was synced with, and none named {1}\n"
                                  "`crm git branch -m {1} {0}` gives the branch here its name back",
                                  base::printable(branch), own)};
  return other_store(remote, fmt::format("it has {}, and no branch {}", names_of(branches), own));
}

std::string cut_history(const store::Repository& repository) {
  if (!repository.is_shallow()) return "";
  const auto remotes = store::remotes(repository);
  return fmt::format("this clone has only the newest part of the history, as by `git clone --depth`: it "
                     "cannot be synced\n`crm git fetch --unshallow {}` brings the rest",
                     remotes.empty() ? "URL" : base::printable(remotes.front().name));
}

std::string deletions_refusal(const sync::MergePlan& plan, std::size_t live) {
  constexpr std::size_t many = 20;
  constexpr double large_part = 0.1;
  if (plan.deleted < many || static_cast<double>(plan.deleted) < large_part * static_cast<double>(live))
    return "";
  return fmt::format("it would delete {} of {} here\nif that is meant: `crm sync --allow-deletions`; every "
                     "one can be restored afterwards",
                     plan.deleted, base::count_of(live, "record"));
}

std::string leaving_out(const store::Oid& commit, const store::Oid& seen) {
  return fmt::format("leave it out: `crm git rebase -i {}`, and delete its line there",
                     seen.empty() ? commit.substr(0, 10) + "~1" : seen.substr(0, 10));
}

HeldBack held_back(Workspace& workspace, const std::vector<sync::Refused>& unproved, const store::Oid& seen) {
  const auto first = std::find_if(unproved.begin(), unproved.end(),
                                  [&](const auto& each) { return !needs_approval(workspace, each); });
  if (first == unproved.end()) return waiting_for_approval(workspace, unproved);
  const auto commit = workspace.repository().commit(first->commit);
  if (!commit.trailer("Crm-Merge").empty() || !commit.trailer(sync::quarantine_trailer).empty())
    return {
        "own-unproved",
        fmt::format("no other device would take in {} ({})\n"
                    "crm made it here by what this device believes, and the others believe otherwise, as "
                    "where two owners revoke each other's keys\n"
                    "what is here stays, and `crm export all` keeps it; to go on with the others: `crm join` "
                    "into a new folder",
                    refusal_text(*first), base::printable(commit.summary))};
  const auto author = author_of(workspace.repository(), first->commit);
  if (commit.parents.size() > 1 &&
      (author.device != workspace.device() || author.member != commit.author.name))
    return {"own-unproved",
            fmt::format("no other device would take in {}: it was written as {}, and the key here is that of "
                        "{}@{} ({})\n"
                        "it was merged by hand here: {}; then `crm sync`, which merges as well",
                        first->commit.substr(0, 10),
                        base::printable(base::fit(commit.author.name + " <" + commit.author.email + ">", 90)),
                        workspace.member(), workspace.device(), base::printable(commit.summary),
                        first->commit == workspace.repository().head()
                            ? "take it back with `crm git reset --keep HEAD~1`"
                            : leaving_out(first->commit, seen))};
  return {"own-unproved",
          fmt::format("no other device would take in {} ({})\n"
                      "it was committed by hand here: what others wrote comes by `crm sync`, not by `git "
                      "cherry-pick`\n"
                      "{}, if git has not; then `crm sync`",
                      refusal_text(*first), base::printable(commit.summary),
                      leaving_out(first->commit, seen))};
}

std::string edits_in_the_way(const store::Repository& repository, const sync::MergePlan& plan) {
  std::vector<std::string> changed, paths, fresh;
  for (const auto& change : plan.changes)
    changed.push_back(change.path);
  for (const auto& edit : repository.hand_edits(changed)) {
    paths.push_back(edit.path);
    if (edit.kind == store::HandEdit::Kind::Added) fresh.push_back(edit.path);
  }
  if (paths.empty()) return "";
  std::string out = "edits by hand are in the way: " + base::join(paths, ", ");
  if (fresh.size() < paths.size())
    out += "\ncommit them with `crm commit`, or take them back with " + store::taking_back("FILE");
  if (!fresh.empty())
    out += "\n" + base::join(fresh, ", ") +
           (fresh.size() == 1 ? " is new here, and comes" : " are new here, and come") +
           " from elsewhere too: move or delete what is here";
  return out;
}

} // namespace crm::app
