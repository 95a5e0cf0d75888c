#include "sync/judge.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/trace.hpp"
#include "sync/prove.hpp"
#include "sync/put_aside.hpp"
#include "sync/replay.hpp"
#include "sync/rights.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <set>
#include <tuple>

namespace crm::sync {

struct JudgeMemory {
  explicit JudgeMemory(const store::Repository& repository) : authorities(repository, files) {}
  std::shared_ptr<ReadFiles> files = std::make_shared<ReadFiles>();
  Authorities authorities;
  Replay::Merges merges;
};

namespace {

using store::Commit;
using store::Oid;

struct ByKey {
  bool operator()(const store::AllowedKey& a, const store::AllowedKey& b) const {
    return std::tie(a.key, a.member, a.device) < std::tie(b.key, b.member, b.device);
  }
};
using KeyRing = std::set<store::AllowedKey, ByKey>;

/// Known beside what each commit's own past says.
struct Later {
  KeyRing keys;
  std::set<Revocation> revoked;
  void learn(const Trust& from) {
    keys.insert(from.keys.begin(), from.keys.end());
    revoked.insert(from.revoked.begin(), from.revoked.end());
  }
};

/// Who signed a commit that is proved, or the reason why it is not.
struct Signed {
  store::PublicKey key;
  std::string member, device;
  std::string reason, detail; ///< "" when it is proved
};

/// One going through the commits, with keys and revocations that may be known only later.
class Trial {
 public:
  Trial(const store::Repository& repository, JudgeMemory& memory, Rights& rights,
        const std::vector<Commit>& commits, const Oid& known, const Later& later)
      : m_repository(repository), m_authorities(memory.authorities), m_commits(commits), m_known(known),
        m_later(later), m_rights(rights),
        m_replay(repository, memory.authorities, memory.merges, *memory.files) {}

  template <typename Progress>
  Judgement run(const Oid& tip, Progress progress) {
    m_out.tip = tip;
    for (const auto& commit : m_commits) {
      ++m_out.commits;
      progress(m_out.commits);
      if (commit.parents.empty())
        first(commit);
      else if (commit.parents.size() > 1)
        merge(commit);
      else
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

  /// Whoever begins a store vouches for themselves: that it is the right store is for others to say. But a
  /// store has one beginning, and what begins elsewhere is another one, whoever signed it.
  void first(const Commit& commit) {
    const bool another = std::exchange(m_begun, true);
    if (another || (!m_known.empty() && !m_repository.descends(m_known, commit.id)))
      return unproved(commit, "other-store", "another history than this store's begins with it");
    const auto& authority = m_authorities.at(commit.tree);
    if (authority.keys.empty()) {
      ++m_out.before_keys;
      return;
    }
    const auto by = signer(commit, authority);
    if (!by.reason.empty()) m_out.unproved.push_back({commit.id, by.reason, by.detail, "", ""});
  }

  /// Before the first of them nothing can be proved; from then on there is always one, see `decide_trust`.
  bool had_keys(const Oid& commit) { return !m_authorities.at(m_replay.clean(commit)).keys.empty(); }

  Signed signer(const Commit& commit, const Authority& authority) {
    const auto bytes = m_repository.raw_commit(commit.id);
    auto proved = store::verify_commit(bytes, authority.keys);
    bool later = false;
    if (std::holds_alternative<store::NotProved>(proved)) {
      const std::vector<store::AllowedKey> keys(m_later.keys.begin(), m_later.keys.end());
      if (!keys.empty()) proved = store::verify_commit(bytes, keys);
      later = true;
    }
    if (const auto* not_proved = std::get_if<store::NotProved>(&proved))
      return {{}, "", "", std::string(to_text(not_proved->why)), not_proved->detail};
    const auto& by = std::get<store::Proved>(proved);
    if (auto other = other_trailers(commit, by.member, by.device))
      return {{}, "", "", "other-trailers", std::move(*other)};
    ++(later ? m_out.later : m_out.by_key);
    return {by.key, by.member, by.device, "", ""};
  }

  bool is_revoked(const Commit& commit, const Signed& by, const Authority& authority) const {
    std::set<Revocation> all = m_later.revoked;
    all.insert(authority.revoked.begin(), authority.revoked.end());
    if (all.empty()) return false;
    const auto fingerprint = store::fingerprint(by.key);
    const auto holds = [&](const Oid& last) {
      return m_repository.has_commit(last) && m_repository.descends(last, commit.id);
    };
    return std::any_of(all.begin(), all.end(), [&](const Revocation& each) {
      return each.fingerprint == fingerprint && std::none_of(each.last.begin(), each.last.end(), holds);
    });
  }

  void batch(const Commit& commit) {
    const auto& authority = before(commit);
    if (!had_keys(commit.parents.front())) {
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
    auto objection = m_rights.against(commit, {by.member, by.device}, authority, tree);
    if (!objection) return true;
    refuse(commit, std::move(objection->reason), std::move(objection->detail), by);
    return false;
  }

  void keep(const Commit& commit, const Signed& by) {
    if (m_replay.keep(commit)) return;
    refuse(commit, "builds-on", "it changes what another batch made that is put aside", by);
  }

  void merge(const Commit& commit) {
    ++m_out.merges;
    if (commit.parents.size() > 2) return unproved(commit, "merge", "it merges more than two histories");
    Replay::Merge merged;
    if (std::any_of(commit.parents.begin(), commit.parents.end(),
                    [&](const Oid& each) { return !m_repository.has_commit(each); }))
      return unproved(commit, "merge", "what it merges is not here");
    try {
      merged = m_replay.merge(commit);
    } catch (const base::Error& error) {
      return unproved(commit, "merge", "what it merges cannot be merged: " + error.message);
    }
    using Is = Replay::Merge::Is;
    const auto& authority = before(commit);
    if (merged.is == Is::Exact || (!had_keys(commit.parents[0]) && !had_keys(commit.parents[1]))) return;
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
  const Oid& m_known;
  const Later& m_later;
  Rights& m_rights;
  Replay m_replay;
  Judgement m_out;
  std::set<Oid> m_settled;
  bool m_begun = false;
};

} // namespace

std::shared_ptr<JudgeMemory> new_judge_memory(const store::Repository& repository) {
  return std::make_shared<JudgeMemory>(repository);
}

Judge::Judge(const store::Repository& repository, Progress progress, std::shared_ptr<JudgeMemory> memory)
    : m_repository(repository), m_memory(memory ? std::move(memory) : new_judge_memory(repository)),
      m_progress(std::move(progress)) {}

Authorities& Judge::authorities() {
  return m_memory->authorities;
}

Judgement Judge::judge(const Oid& tip, const Oid& known, const Oid& knowing) {
  const base::Span span("judging the history");
  // What is vouched for, or revoked, by commits that count themselves may change what counts: until it does
  // not.
  constexpr int most = 8;
  const auto commits = commits_to_judge(m_repository, tip, known, m_asides);
  Later before;
  if (!knowing.empty()) before.learn(authorities().at(knowing));
  // What the tip has of revocations is the first guess: whoever hears of a lost device and of what it wrote
  // at once must not believe that device until then. Whether a guess was right is seen by what then counts.
  Later later = before;
  const auto& guessed = authorities().at(tip).revoked;
  later.revoked.insert(guessed.begin(), guessed.end());
  Judgement out;
  Rights rights(m_repository, m_memory->authorities, *m_memory->files);
  for (int turn = 0; turn < most; ++turn) {
    Trial trial(m_repository, *m_memory, rights, commits, known, later);
    out = trial.run(tip, [&](std::size_t done) {
      if (m_progress) m_progress(done, commits.size());
    });
    auto next = before;
    next.learn(authorities().at(out.clean));
    if (turn > 0) next.revoked.insert(later.revoked.begin(), later.revoked.end()); // it comes to an end
    // With other revocations, what vouched for a key may not count any more.
    const bool same = next.revoked == later.revoked;
    if (same)
      next.keys.insert(later.keys.begin(), later.keys.end());
    else
      next.keys = before.keys;
    if (same && (out.unproved.empty() || next.keys.size() == later.keys.size())) break;
    later = std::move(next);
  }
  for (const auto& each : out.put_aside)
    m_asides.push_back(m_repository.commit(each));
  return out;
}

} // namespace crm::sync
