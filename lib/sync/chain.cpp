#include "sync/chain.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace crm::sync {
namespace {

using How = Verdict::How;

struct SameKey {
  bool operator()(const store::AllowedKey& a, const store::AllowedKey& b) const {
    return std::tie(a.key, a.member, a.device) < std::tie(b.key, b.member, b.device);
  }
};
using KeyRing = std::set<store::AllowedKey, SameKey>;
using Had = std::shared_ptr<const KeyRing>;

std::string author_of(const store::Commit& commit) {
  return commit.author.name + " <" + commit.author.email + ">";
}

class ChainWalk {
 public:
  ChainWalk(const store::Repository& repository, const ChainRequest& request)
      : m_repository(repository), m_request(request) {}

  ChainReport run() {
    std::vector<store::Oid> order;
    m_repository.since(m_request.head, m_request.since, [&](const store::Commit& commit) {
      order.push_back(commit.id);
      return true;
    });
    std::reverse(order.begin(), order.end());
    m_inside.insert(order.begin(), order.end());
    m_out.commits = order.size();
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (m_request.progress) m_request.progress(i, order.size());
      m_at = i;
      look(m_repository.commit(order[i]));
    }
    settle();
    std::stable_sort(m_refused.begin(), m_refused.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [at, refusal] : m_refused)
      m_out.refusals.push_back(std::move(refusal));
    return std::move(m_out);
  }

 private:
  /// Waits until it is known whether its key was vouched for by somebody trusted.
  struct Waiting {
    std::size_t at;
    store::Commit commit;
    Verdict verdict;
  };

  void look(const store::Commit& commit) {
    if (commit.parents.empty()) begin(commit);
    Had had = std::make_shared<const KeyRing>();
    for (const auto& parent : commit.parents) {
      if (!m_inside.contains(parent)) trust_outside(parent);
      if (const auto known = m_had.find(parent); known != m_had.end()) had = both(had, known->second);
    }
    auto verdict = prove(m_repository, commit, m_request.keys, !had->empty());
    m_had[commit.id] = with(had, commit);
    if (!verdict.ok() && verdict.by && had->contains(*verdict.by)) {
      refuse(m_at, commit, "withdrawn-key",
             "it is signed with a key that was taken from " + verdict.by->member + "@" + verdict.by->device +
                 " before");
      return;
    }
    const bool may_wait = verdict.by && (verdict.how == How::Refused || !m_trusted.contains(*verdict.by));
    if (may_wait && verdict.how != How::First) {
      m_waiting.push_back({m_at, commit, std::move(verdict)});
      return;
    }
    take(m_at, commit, verdict);
  }

  void begin(const store::Commit& commit) {
    if (m_out.first.empty()) m_out.first = commit.id;
    if (!m_request.first.empty() && commit.id != m_request.first)
      refuse(m_at, commit, "other-store",
             "the history begins with it, and this store's begins with " + m_request.first.substr(0, 10));
  }

  /// What is not looked at is taken for good.
  void trust_outside(const store::Oid& commit) {
    if (m_had.contains(commit) || !m_repository.has_commit(commit)) return; // proving tells of a shallow end
    const auto& keys = m_request.keys(commit);
    m_trusted.insert(keys.begin(), keys.end());
    m_had[commit] = std::make_shared<const KeyRing>(keys.begin(), keys.end());
  }

  /// Few commits change keys: nearly all share one ring.
  static Had both(const Had& a, const Had& b) {
    const auto holds = [](const KeyRing& all, const KeyRing& some) {
      return std::includes(all.begin(), all.end(), some.begin(), some.end(), SameKey());
    };
    if (a == b || holds(*a, *b)) return a;
    if (holds(*b, *a)) return b;
    auto out = std::make_shared<KeyRing>(*a);
    out->insert(b->begin(), b->end());
    return out;
  }

  Had with(const Had& had, const store::Commit& commit) const {
    try {
      const auto& keys = m_request.keys(commit.id);
      const bool all =
          std::all_of(keys.begin(), keys.end(), [&](const auto& key) { return had->contains(key); });
      return all ? had : both(had, std::make_shared<const KeyRing>(keys.begin(), keys.end()));
    } catch (const base::Error&) { // it cannot be read, and is refused for that
      return had;
    }
  }

  void take(std::size_t at, const store::Commit& commit, const Verdict& verdict) {
    switch (verdict.how) {
    case How::Refused:
      refuse(at, commit, verdict.reason, verdict.detail);
      return;
    case How::Merge: // brings nothing that its parents had not
      ++m_out.merges;
      return;
    case How::BeforeKeys:
      ++m_out.before_keys;
      break;
    case How::First:
    case How::Signed:
    case How::Later:
      ++m_out.by_key;
      break;
    }
    trust_new_keys(commit);
    judge(at, commit, verdict);
  }

  void judge(std::size_t at, const store::Commit& commit, const Verdict& verdict) {
    if (!m_request.judge) return;
    if (const auto against = m_request.judge(commit, verdict)) refuse(at, commit, "forbidden", *against);
  }

  bool trust_new_keys(const store::Commit& commit) {
    if (commit.parents.size() > 1) return false;
    const auto& now = m_request.keys(commit.id);
    const auto* before = commit.parents.empty() ? nullptr : &m_request.keys(commit.parents.front());
    if (before == &now) return false;
    const KeyRing had = before != nullptr ? KeyRing(before->begin(), before->end()) : KeyRing();
    const auto size = m_trusted.size();
    for (const auto& key : now)
      if (!had.contains(key)) m_trusted.insert(key);
    return m_trusted.size() != size;
  }

  /// Each key that turns out to be trusted may make others so.
  void settle() {
    for (bool again = true; again;) {
      again = false;
      std::vector<Waiting> left;
      for (auto& each : m_waiting) {
        if (!m_trusted.contains(*each.verdict.by)) {
          left.push_back(std::move(each));
          continue;
        }
        if (!each.verdict.ok()) each.verdict.how = How::Later;
        ++(each.verdict.how == How::Later ? m_out.later : m_out.by_key);
        again = trust_new_keys(each.commit) || again;
        judge(each.at, each.commit, each.verdict);
      }
      m_waiting = std::move(left);
    }
    for (const auto& each : m_waiting) {
      const auto& by = *each.verdict.by;
      if (!each.verdict.ok())
        refuse(each.at, each.commit, each.verdict.reason, each.verdict.detail);
      else
        refuse(each.at, each.commit, store::to_text(store::NotProved::Why::UnknownKey),
               "the key that it is signed with, " + store::fingerprint(by.key) + " of " + by.member + "@" +
                   by.device + ", was vouched for by nobody but refused commits");
    }
  }

  void refuse(std::size_t at, const store::Commit& commit, std::string_view reason, std::string detail) {
    m_refused.push_back(
        {at, {commit.id, commit.summary, author_of(commit), std::string(reason), std::move(detail)}});
  }

  const store::Repository& m_repository;
  const ChainRequest& m_request;
  ChainReport m_out;
  std::size_t m_at = 0;
  std::unordered_set<store::Oid> m_inside;   ///< what is looked at
  std::unordered_map<store::Oid, Had> m_had; ///< the keys that somebody had at a commit or before it
  KeyRing m_trusted;
  std::vector<Waiting> m_waiting;
  std::vector<std::pair<std::size_t, Refusal>> m_refused;
};

} // namespace

ChainReport verify_chain(const store::Repository& repository, const ChainRequest& request) {
  return ChainWalk(repository, request).run();
}

} // namespace crm::sync
