#include "sync/judge.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "core/record_change.hpp"
#include "store/paths.hpp"
#include "sync/replay.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::sync {
namespace {

using store::Commit;
using store::Oid;
using Keys = std::vector<store::AllowedKey>;

/// Who signed a commit that is proved, or the reason why it is not.
struct Signed {
  store::PublicKey key;
  std::string member, device;
  std::string reason, detail; ///< "" when it is proved
};

/// One going through the commits, with keys and revocations that may be known only later.
class Trial {
 public:
  Trial(const store::Repository& repository, Authorities& authorities, const std::vector<Commit>& commits,
        const Authority& later)
      : m_repository(repository), m_authorities(authorities), m_commits(commits), m_later(later),
        m_replay(repository, authorities) {}

  template <typename Progress>
  Judgement run(const Oid& tip, Progress progress) {
    m_out.tip = tip;
    for (const auto& commit : m_commits) {
      ++m_out.commits;
      progress(m_out.commits);
      if (commit.parents.size() > 1)
        merge(commit);
      else if (!commit.parents.empty())
        batch(commit);
    }
    for (const auto& each : m_out.refused)
      if (!m_settled.contains(each.commit)) m_out.standing.push_back(each);
    m_out.clean = m_replay.clean(tip);
    m_out.is_clean = m_replay.is_clean(tip);
    if (!m_out.is_clean && m_out.standing.empty()) m_out.standing = m_out.refused;
    return std::move(m_out);
  }

 private:
  /// As things stood before the commit, without what was taken out.
  const Authority& before(const Commit& commit) {
    return m_authorities.at(m_replay.clean(commit.parents.front()));
  }

  void unproved(const Commit& commit, std::string reason, std::string detail, const Signed& by = {}) {
    m_out.unproved.push_back({commit.id, std::move(reason), std::move(detail), by.member, by.device});
    m_replay.leave_out(commit);
  }

  void refuse(const Commit& commit, std::string reason, std::string detail, const Signed& by) {
    m_out.refused.push_back({commit.id, std::move(reason), std::move(detail), by.member, by.device});
    m_replay.leave_out(commit);
  }

  Signed signer(const Commit& commit, const Authority& authority) const {
    Keys keys = authority.keys;
    keys.insert(keys.end(), m_later.keys.begin(), m_later.keys.end());
    const auto proved = store::verify_commit(m_repository.raw_commit(commit.id), keys);
    if (const auto* not_proved = std::get_if<store::NotProved>(&proved))
      return {{}, "", "", std::string(to_text(not_proved->why)), not_proved->detail};
    const auto& by = std::get<store::Proved>(proved);
    return {by.key, by.member, by.device, "", ""};
  }

  bool is_revoked(const Commit& commit, const Signed& by, const Authority& authority) const {
    bool revoked = false;
    for (const auto* each : {&authority, &m_later})
      for (const auto& revocation : each->revoked) {
        if (revocation.key != by.key) continue;
        if (m_repository.has_commit(revocation.last) && m_repository.descends(revocation.last, commit.id))
          return false;
        revoked = true;
      }
    return revoked;
  }

  void batch(const Commit& commit) {
    const auto& authority = before(commit);
    if (authority.keys.empty()) {
      ++m_out.before_keys;
      keep(commit, {});
      return;
    }
    const auto by = signer(commit, authority);
    if (by.reason == "unsigned" && !commit.trailer(quarantine_trailer).empty()) return put_aside(commit);
    if (!by.reason.empty()) return unproved(commit, by.reason, by.detail);
    const auto parent = m_repository.commit(commit.parents.front());
    if (!may(commit, by, authority, parent.tree)) return;
    keep(commit, by);
  }

  /// True when the member may do what the commit does to `tree`; else it is refused.
  bool may(const Commit& commit, const Signed& by, const Authority& authority, const Oid& tree) {
    if (is_revoked(commit, by, authority)) {
      refuse(commit, "revoked", by.member + "'s key on " + by.device + " was revoked", by);
      return false;
    }
    if (!authority.policy) return true;
    if (!authority.unreadable.empty()) {
      refuse(commit, "policy", "the policy cannot be read: nobody may do anything", by);
      return false;
    }
    const auto actor = authority.members.find(by.member);
    if (actor == authority.members.end()) {
      refuse(commit, "no-member", by.member + " is no member of the store", by);
      return false;
    }
    for (const auto& difference : m_repository.diff(tree, commit.tree)) {
      const auto [reason, why] = forbidden(difference, commit, *authority.policy, actor->second, authority);
      if (reason.empty()) continue;
      refuse(commit, reason, why, by);
      return false;
    }
    return true;
  }

  using Why = std::pair<std::string, std::string>; ///< reason and detail, both "" when it is allowed

  Why forbidden(const store::Difference& difference, const Commit& commit, const core::Policy& policy,
                const core::Actor& actor, const Authority& authority) {
    const auto parts = store::parse_record_path(difference.path);
    if (!parts) return forbidden_file(difference, policy, actor);
    const auto* schema = authority.schema_of(parts->folder);
    if (schema == nullptr) schema = m_authorities.at(commit.tree).schema_of(parts->folder);
    if (schema == nullptr) return {"unreadable", difference.path + " is of no type that the store has"};
    const auto* grant = actor.active ? policy.grant(actor.role, schema->type) : nullptr;
    if (grant != nullptr && grant->create.all && grant->update.all && grant->remove) return {};
    std::optional<core::Record> sides[2];
    for (const auto side : {0, 1}) {
      const auto& blob = side == 0 ? difference.before : difference.after;
      if (blob.empty()) continue;
      auto read = codec::read_record(m_repository.blob(blob), difference.path, *schema);
      if (auto* record = std::get_if<core::Record>(&read))
        sides[side] = std::move(*record);
      else
        return {"unreadable", core::to_text(std::get<std::vector<core::Problem>>(read).front())};
    }
    for (const auto& change :
         core::changes_of(sides[0] ? &*sides[0] : nullptr, sides[1] ? &*sides[1] : nullptr, *schema))
      if (const auto why = core::decide(policy, actor, change)) return {"forbidden", why->why};
    return {};
  }

  Why forbidden_file(const store::Difference& difference, const core::Policy& policy,
                     const core::Actor& actor) {
    const auto operation = difference.before.empty()  ? core::Operation::Create
                           : difference.after.empty() ? core::Operation::Delete
                                                      : core::Operation::Update;
    if (const auto why =
            core::decide(policy, actor, {std::string(file_type(difference.path)), operation, {}}))
      return {"forbidden", why->why};
    if (difference.path != policy_path) return {};
    const auto version = policy_version(m_repository, difference.after);
    if (version > policy.version) return {};
    return {"policy", fmt::format("the policy's version would go from {} to {}: it only grows",
                                  policy.version, version)};
  }

  void keep(const Commit& commit, const Signed& by) {
    if (m_replay.keep(commit)) return;
    refuse(commit, "builds-on", "it changes what another batch made that is put aside", by);
  }

  void merge(const Commit& commit) {
    ++m_out.merges;
    if (commit.parents.size() > 2) return unproved(commit, "merge", "it merges more than two histories");
    Replay::Merge merged;
    try {
      merged = m_replay.merge(commit);
    } catch (const base::Error& error) {
      return unproved(commit, "merge", "what it merges cannot be merged: " + error.message);
    }
    using Is = Replay::Merge::Is;
    const auto& authority = before(commit);
    if (merged.is == Is::Exact || authority.keys.empty()) return;
    const auto by = signer(commit, authority);
    // Somebody merged by hand: their name is on it, and what they changed on the way is theirs.
    if (by.reason.empty() && merged.is == Is::SameTree) return;
    if (by.reason.empty() && m_replay.is_clean(commit.parents[0]) && m_replay.is_clean(commit.parents[1])) {
      if (!may(commit, by, authority, merged.expected)) return;
      return m_replay.keep_as_it_is(commit);
    }
    m_out.unproved.push_back({commit.id, "merge", "it is not what merging its two parents makes", "", ""});
  }

  /// It counts when its tree is what the commits before it come to without those that may not count; then
  /// these are settled. One that was made by who knew of fewer takes out too little: it says nothing, and
  /// more will be put aside. What is made up takes out what nobody refuses.
  void put_aside(const Commit& commit) {
    const bool settled = m_replay.settles(commit);
    const auto named = named_in(commit);
    const bool known = std::all_of(named.begin(), named.end(), [&](const Oid& id) {
      return std::any_of(m_out.refused.begin(), m_out.refused.end(),
                         [&](const Refused& each) { return each.commit == id; });
    });
    if (!known || named.empty() || (!settled && m_replay.is_clean(commit.parents.front()))) {
      m_out.unproved.push_back({commit.id, "put-aside", "it takes out batches that may stand", "", ""});
      return;
    }
    if (!settled) return;
    m_settled.insert(named.begin(), named.end());
    m_out.put_aside.push_back(commit.id);
  }

  const store::Repository& m_repository;
  Authorities& m_authorities;
  const std::vector<Commit>& m_commits;
  const Authority& m_later;
  Replay m_replay;
  Judgement m_out;
  std::set<Oid> m_settled;
};

/// The commit from which on a history that goes on from `base` has to be judged, as one that is refused is in
/// it and is not put aside there; nothing when all of it is clean.
std::optional<Oid> dirty_since(const store::Repository& repository, const Oid& base, const Commit& aside) {
  if (repository.descends(base, aside.id)) return std::nullopt;
  for (const auto& bad : named_in(aside)) {
    if (!repository.has_commit(bad) || !repository.descends(base, bad)) continue;
    const auto parents = repository.commit(bad).parents;
    return parents.empty() ? Oid() : parents.front();
  }
  return std::nullopt;
}

/// Newest last. Of what went before `known` those commits too that somebody has gone on from though they are
/// refused: whoever made them had them as good.
std::vector<Commit> commits_to_judge(const store::Repository& repository, const Oid& tip, Oid known,
                                     std::vector<Commit> asides) {
  for (const auto& [name, id] : repository.refs(quarantine_refs))
    asides.push_back(repository.commit(id));
  for (;;) {
    std::vector<Commit> out;
    std::set<Oid> in, bases;
    repository.since(tip, known, [&](const Commit& commit) {
      in.insert(commit.id);
      out.push_back(commit);
      return true;
    });
    std::reverse(out.begin(), out.end());
    auto here = asides;
    for (const auto& commit : out) {
      if (!commit.trailer(quarantine_trailer).empty()) here.push_back(commit);
      for (const auto& parent : commit.parents)
        if (!in.contains(parent)) bases.insert(parent);
    }
    std::optional<Oid> further;
    for (const auto& aside : here)
      for (const auto& base : bases)
        if (!further) further = dirty_since(repository, base, aside);
    if (!further) return out;
    known = *further;
  }
}

Authority also(const Authority& a, const Authority& b) {
  Authority out;
  for (const auto* each : {&a, &b}) {
    out.keys.insert(out.keys.end(), each->keys.begin(), each->keys.end());
    out.revoked.insert(out.revoked.end(), each->revoked.begin(), each->revoked.end());
  }
  return out;
}

} // namespace

std::vector<store::Oid> named_in(const store::Commit& put_aside) {
  constexpr std::size_t digits = 40;
  std::vector<Oid> out;
  for (const auto& [name, value] : put_aside.trailers)
    if (name == quarantine_trailer) out.push_back(value.substr(0, digits));
  return out;
}

Judgement Judge::judge(const Oid& tip, const Oid& known, const Oid& knowing) {
  // What is vouched for, or revoked, by commits that count themselves may change what counts: until it does
  // not.
  constexpr int most = 8;
  const auto commits = commits_to_judge(m_repository, tip, known, m_asides);
  const auto ours = knowing.empty() ? Authority{} : m_authorities.at(knowing);
  Judgement out;
  Oid seen;
  Authority later = also(ours, {});
  for (int turn = 0; turn < most; ++turn) {
    out = Trial(m_repository, m_authorities, commits, later).run(tip, [&](std::size_t done) {
      if (m_progress) m_progress(done, commits.size());
    });
    const auto& there = m_authorities.at(out.clean);
    auto next = also(ours, there);
    const bool same =
        std::all_of(next.keys.begin(), next.keys.end(),
                    [&](const auto& key) {
                      return std::any_of(later.keys.begin(), later.keys.end(), [&](const auto& each) {
                        return each.key == key.key && each.member == key.member && each.device == key.device;
                      });
                    }) &&
        std::all_of(next.revoked.begin(), next.revoked.end(), [&](const auto& each) {
          return std::find(later.revoked.begin(), later.revoked.end(), each) != later.revoked.end();
        });
    const bool nothing_open = out.unproved.empty() && next.revoked.empty();
    if (same || nothing_open) break;
    later = std::move(next);
  }
  for (const auto& each : out.put_aside)
    m_asides.push_back(m_repository.commit(each));
  return out;
}

Oid put_aside(const store::Repository& repository, const Judgement& judgement) {
  const auto tip = repository.commit(judgement.tip);
  store::Message message;
  const auto count = judgement.standing.size();
  message.summary = fmt::format("Put aside {} {}", count, count == 1 ? "batch" : "batches");
  message.body = "Not allowed when written, or by a device that was revoked: `crm audit quarantine` lists "
                 "them.";
  for (const auto& each : judgement.standing)
    message.trailers.emplace_back(quarantine_trailer, each.commit + " " + each.reason);
  return repository.write_commit(
      judgement.clean, {judgement.tip}, message,
      {"crm quarantine", "crm@localhost", std::max(tip.author.time, tip.committer.time)});
}

} // namespace crm::sync
