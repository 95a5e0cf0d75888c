#include "app/receive.hpp"

#include "app/held_back.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "store/paths.hpp"
#include "store/transport.hpp"
#include "sync/incoming.hpp"
#include "sync/merge_folders.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

sync::Judge judge_of(Workspace& workspace, const std::shared_ptr<sync::JudgeMemory>& memory) {
  return sync::Judge(
      workspace.repository(),
      [&workspace](std::size_t done, std::size_t total) { workspace.progress("verifying", done, total); },
      memory);
}

/// The judged tip, or the commit that takes out what stands against it.
store::Oid settled(const store::Repository& repository, const sync::Judgement& judgement, Judged& out) {
  std::set<store::Oid> news;
  for (const auto& each : judgement.put_aside) {
    if (!repository.ref(sync::quarantine_refs + each).empty()) continue;
    out.asides.push_back(each);
    for (auto& named : sync::named_in(repository.commit(each)))
      news.insert(std::move(named));
  }
  for (const auto& each : judgement.standing)
    news.insert(each.commit);
  for (const auto& each : out.put_aside)
    news.erase(each.commit);
  for (const auto& each : judgement.refused)
    if (news.contains(each.commit)) out.put_aside.push_back(each);
  if (judgement.standing.empty() && judgement.is_clean) return judgement.tip;
  out.asides.push_back(sync::put_aside(repository, judgement));
  return out.asides.back();
}

/// Nothing that came has a say in what counts of what is here: no key is revoked that was not, and nothing
/// was put aside.
bool leaves_ours_alone(sync::Authorities& authorities, const sync::Judgement& theirs,
                       const store::Oid& head) {
  if (!theirs.refused.empty() || !theirs.put_aside.empty() || !theirs.is_clean) return false;
  const auto &before = authorities.at(head).revoked, &now = authorities.at(theirs.clean).revoked;
  return std::all_of(now.begin(), now.end(), [&](const sync::Revocation& each) {
    return std::find(before.begin(), before.end(), each) != before.end();
  });
}

} // namespace

Judged judge_received(Workspace& workspace, const store::Oid& tip, const store::Oid& head,
                      const std::shared_ptr<sync::JudgeMemory>& memory) {
  const auto& repository = workspace.repository();
  auto judge = judge_of(workspace, memory);
  Judged out{tip, head, head, {}, {}, {}};
  const auto theirs = judge.judge(tip, head, head);
  out.unproved = theirs.unproved;
  if (!out.unproved.empty()) return out;
  out.theirs = settled(repository, theirs, out);
  // Ours was checked when it was written, and is judged when it is sent.
  if (leaves_ours_alone(judge.authorities(), theirs, head)) return out;
  // What waits for its key to be approved may stay: the others will judge it when it is sent.
  auto ours = judge.judge(head, tip, out.theirs);
  if (ours.unproved.empty()) out.ours = settled(repository, ours, out);
  return out;
}

void remember_asides(store::Repository& repository, const std::vector<store::Oid>& asides) {
  for (const auto& each : asides)
    repository.set_ref(sync::quarantine_refs + each, each);
}

OwnJudged judge_own(Workspace& workspace, const store::Oid& head, const store::Oid& known,
                    const std::shared_ptr<sync::JudgeMemory>& memory) {
  auto judgement = judge_of(workspace, memory).judge(head, known, known);
  if (!judgement.unproved.empty()) return {std::move(judgement.unproved), {}, head};
  if (judgement.standing.empty()) return {{}, {}, head};
  auto aside = sync::put_aside(workspace.repository(), judgement);
  return {{}, std::move(judgement.standing), std::move(aside)};
}

void put_aside_own(Workspace& workspace, store::Transaction& transaction, const OwnJudged& judged) {
  if (judged.head == transaction.head()) return;
  remember_asides(workspace.repository(), {judged.head});
  transaction.fast_forward(judged.head);
  workspace.moved();
}

std::size_t count_batches(const store::Repository& repository, const store::Oid& from,
                          const store::Oid& without) {
  std::size_t out = 0;
  if (from.empty() || from == without) return out;
  repository.since(from, without, [&](const store::Commit& commit) {
    out += commit.trailer("Crm-Merge").empty() ? 1 : 0;
    return true;
  });
  return out;
}

namespace {

/// By the clock of crm, or by any of the dates that git gave it: whichever is latest, as all of them decide.
core::StampTime written_at(const store::Commit& commit) {
  const core::StampTime date = std::max(commit.author.time, commit.committer.time);
  return std::max(date, core::parse_stamp_time(commit.trailer("Crm-Clock")).value_or(date));
}

/// Records whose files a commit removes, but for those that only move with their type's folder.
std::set<std::string> removed_in(const store::Repository& repository, const store::Commit& commit) {
  std::set<std::string> removed;
  sync::ReadFiles files;
  for (const auto& parent : commit.parents) {
    const auto differences = repository.diff(repository.commit(parent).tree, commit.tree);
    const auto moving =
        sync::moving_records(differences, sync::moved_folders(repository, differences, files));
    for (const auto& difference : differences)
      if (const auto parts = store::parse_record_path(difference.path))
        if (difference.after.empty() && !moving.contains(parts->id)) removed.insert(difference.path);
  }
  return removed;
}

/// The commits that are later than a limit.
struct Ahead {
  std::optional<store::Commit> first; ///< of them: whatever its device wrote after it is as far ahead
  core::StampTime newest{};
  std::size_t count = 0;
};

enum class Which { All, Batches };

Ahead find_ahead(const store::Repository& repository, const ClockLimit& limit, const store::Oid& tip,
                 const store::Oid& without, Which which) {
  Ahead out;
  repository.since(tip, without, [&](const store::Commit& commit) {
    const auto time = written_at(commit);
    if (time <= limit.latest() || (which == Which::Batches && commit.trailer("Crm-Batch").empty()))
      return true;
    ++out.count;
    out.newest = std::max(out.newest, time);
    out.first = commit;
    return true;
  });
  return out;
}

std::string short_id(const store::Commit& commit) {
  return commit.id.substr(0, 10);
}

/// "3f2a… of bob (Add task) is from 2036-01-01T…, and 2 after it".
std::string which_are(const Ahead& ahead, std::string_view by) {
  return fmt::format("{}{} ({}) is from {}{}", short_id(*ahead.first), by,
                     base::printable(ahead.first->summary), core::to_text(written_at(*ahead.first)),
                     ahead.count == 1 ? "" : fmt::format(", and {} after it", ahead.count - 1));
}

/// The day from which on all of them are taken in.
std::string day_of(const Ahead& ahead, const ClockLimit& limit) {
  const auto day = std::chrono::floor<std::chrono::days>(ahead.newest - limit.ahead) + std::chrono::days{1};
  return core::to_text(core::StampTime(day)).substr(0, 10);
}

/// How batches are taken back that a remote has.
std::string taking_back(const store::Repository& repository, const Ahead& ahead) {
  return fmt::format("`crm git reset --keep {}~1` and\n"
                     "`crm git push --force REMOTE {}`, then `crm sync --allow-rewound` on each device, and "
                     "write it anew",
                     short_id(*ahead.first), repository.branch());
}

/// Where the remotes and the bundle were last.
std::vector<store::Oid> tips_seen(const store::Repository& repository, const store::Oid& known) {
  std::vector<store::Oid> out;
  if (!known.empty()) out.push_back(known);
  for (const auto& remote : store::remotes(repository))
    if (auto tip = store::last_seen(repository, remote.name)) out.push_back(std::move(*tip));
  return out;
}

/// Batches of this device that are further ahead than the others would take, as its date was wrong when it
/// wrote them; else "". What crm writes is later than all that it has seen: leaving out the first one alone
/// would be of no use.
std::string own_clock(const store::Repository& repository, const ClockLimit& limit, const store::Oid& head,
                      const store::Oid& known) {
  if (!find_ahead(repository, limit, head, known, Which::Batches).first) return "";
  const auto ahead = find_ahead(repository, limit, head, "", Which::Batches);
  const auto id = short_id(*ahead.first);
  const std::string what = "nothing was sent: " + which_are(ahead, "") +
                           "; no other device takes that in before " + day_of(ahead, limit) +
                           "\nwhere this device's date is wrong, set it right; ";
  const auto seen = tips_seen(repository, known);
  if (std::any_of(seen.begin(), seen.end(),
                  [&](const auto& tip) { return repository.descends(tip, ahead.first->id); }))
    return what + "otherwise a remote has it already: " + taking_back(repository, ahead);
  if (ahead.first->parents.empty())
    return what +
           "otherwise the store itself was made then: make another one with `crm init`, and write it anew";
  return what +
         fmt::format("otherwise write it anew:\n"
                     "`crm git branch ahead-{}` keeps it, `crm git reset --keep {}~1` goes back to before "
                     "it, and\n"
                     "`crm git log -p {}~1..ahead-{}` shows what it was",
                     id, id, id, id);
}

} // namespace

Unfit unfit_to_send(const store::Repository& repository, const store::Oid& head, const store::Oid& known,
                    const ClockLimit& limit) {
  if (auto detail = own_clock(repository, limit, head, known); !detail.empty())
    return {std::move(detail), {}};
  const auto seen = tips_seen(repository, known);
  const auto has_gone_out = [&](const store::Oid& commit) {
    return std::any_of(seen.begin(), seen.end(),
                       [&](const auto& tip) { return repository.descends(tip, commit); });
  };
  const auto others_have = [&](const std::string& path) {
    return std::any_of(seen.begin(), seen.end(),
                       [&](const auto& tip) { return repository.blob_id(tip, path).has_value(); });
  };
  bool by_hand = false;
  std::vector<core::Problem> out;
  repository.since(head, known, [&](const store::Commit& commit) {
    by_hand = by_hand || commit.trailer("Crm-Op") == "commit"; // what a person wrote, in crm's own commit
    if (!commit.trailer("Crm-Batch").empty() || !commit.trailer("Crm-Merge").empty() ||
        !commit.trailer(sync::quarantine_trailer).empty())
      return true;
    by_hand = true;
    if (const auto date = written_at(commit); date > limit.latest())
      out.push_back({short_id(commit), 0, "", "",
                     fmt::format("({}) has a date in the future, {}; {}", base::printable(commit.summary),
                                 core::to_text(date), leaving_out(commit.id, known))});
    std::set<std::string> removed;
    try {
      removed = removed_in(repository, commit);
    } catch (const base::Error& error) { // folders that go too deep, though a later commit put that right
      if (error.kind != base::Kind::InvalidData) throw;
      out.push_back({short_id(commit), 0, "", "",
                     fmt::format("({}) cannot be compared: {}; {}", base::printable(commit.summary),
                                 error.message, leaving_out(commit.id, known))});
    }
    if (removed.empty() || has_gone_out(commit.id)) return true;
    for (const auto& path : removed)
      if (others_have(path) && !repository.blob_id(head, path))
        out.push_back(
            {path, 0, "", "",
             fmt::format("was removed by {} ({}); a record is deleted by a mark, with `crm rm`; {}",
                         short_id(commit), base::printable(commit.summary), leaving_out(commit.id, known))});
    return true;
  });
  if (by_hand && out.empty()) out = sync::check_incoming(repository, head, known, {.latest = limit.latest()});
  if (out.empty()) return {};
  return {"nothing was sent; put it right and commit that, and the next sync sends all of it",
          std::move(out)};
}

std::string clock_refusal(const store::Repository& repository, const ClockLimit& limit, const store::Oid& tip,
                          const store::Oid& head) {
  const auto ahead = find_ahead(repository, limit, tip, head, Which::All);
  if (!ahead.first) return "";
  const auto named = [&](const char* trailer) { // git's own commits name none
    const auto name = ahead.first->trailer(trailer);
    return base::printable(name.empty() ? ahead.first->author.name : name);
  };
  const auto device = named("Crm-Device");
  return fmt::format(
      "the clock of {} is more than {} days ahead of this device's\n"
      "{}; nothing was taken in\n"
      "where this device's date is wrong, set it right; otherwise all of it is taken in from {} "
      "on\n"
      "sooner only without {}: on {}, once its date is right, {}",
      device, limit.ahead.count(), which_are(ahead, " of " + named("Crm-Actor")), day_of(ahead, limit),
      ahead.count == 1 ? "it" : "these", device, taking_back(repository, ahead));
}

std::string refusal_text(const sync::Refused& refused) {
  const auto by = refused.member.empty() ? "" : fmt::format(" of {} on {}", refused.member, refused.device);
  return fmt::format("{}{}: {}", refused.commit.substr(0, 10), by, base::printable(refused.detail));
}

} // namespace crm::app
