#include "store/graph.hpp"

#include "store/git_error.hpp"
#include "store/lock.hpp"
#include "store/objects.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <queue>

namespace crm::store {
namespace {

/// How much earlier than a commit those may be dated that follow it and that both sides have. Among
/// crm's own none are; a commit by git may be. More days would be more to read in each sync.
constexpr std::int64_t clock_slop = 4 * 24 * 60 * 60;

struct ById {
  bool operator()(const git_oid& a, const git_oid& b) const { return git_oid_cmp(&a, &b) < 0; }
};

struct Node {
  std::int64_t time = 0;
  std::vector<Node*> parents;
  git_oid id{};
  unsigned sides = 0;
  bool loaded = false, queued = false, listed = false;
  int children = 0; ///< among those listed, that have not been given out yet
};

struct Later {
  bool operator()(const Node* a, const Node* b) const {
    if (a->time != b->time) return a->time < b->time;
    return git_oid_cmp(&a->id, &b->id) < 0; // the order must not hang on addresses
  }
};

/// Walks back from two commits at once, the newest first, and marks on each commit who can reach it.
class Walk {
 public:
  static constexpr unsigned from = 1, without = 2;

  explicit Walk(const Repository::Impl& repository)
      : m_repository(repository), m_shallow(repository.is_shallow()) {}

  Node* start(const Oid& id, unsigned side) {
    Node* node = at(from_oid(id));
    if (!load(*node)) throw base::Error(base::Kind::NotFound, "the store has no commit " + id);
    reach(*node, side);
    return node;
  }

  /// Some commit waits that only `from` is known to reach.
  bool undecided() const { return m_waiting[from] > 0; }
  /// Or that only one of the two sides is known to reach.
  bool apart() const { return m_waiting[from] + m_waiting[without] > 0; }
  const Node* next() const { return m_queue.empty() ? nullptr : m_queue.top(); }

  Node* step() {
    Node* node = m_queue.top();
    m_queue.pop();
    node->queued = false;
    --m_waiting[node->sides];
    for (Node* parent : node->parents)
      if (load(*parent)) reach(*parent, node->sides);
    return node;
  }

 private:
  Node* at(const git_oid& id) {
    Node& node = m_nodes[id];
    node.id = id;
    return &node;
  }

  /// False for what lies beyond the end of a shallow history.
  bool load(Node& node) {
    if (node.loaded) return true;
    const Descent* descent = descent_of(node.id);
    if (descent == nullptr) return false;
    node.time = descent->time;
    for (const auto& parent : descent->parents)
      node.parents.push_back(at(parent));
    node.loaded = true;
    return true;
  }

  const Descent* descent_of(const git_oid& id) {
    const auto known = m_repository.descents.find(id);
    if (known != m_repository.descents.end()) return &known->second;
    git::CommitHandle commit;
    const int code = git::take(commit, git_commit_lookup, m_repository.get(), &id);
    if (code == GIT_ENOTFOUND && m_shallow) return nullptr;
    check_git(code, "read the commit", to_oid(id));
    Descent descent{git_commit_time(commit.get()), {}};
    for (unsigned i = 0; i < git_commit_parentcount(commit.get()); ++i)
      descent.parents.push_back(*git_commit_parent_id(commit.get(), i));
    return &m_repository.descents.emplace(id, std::move(descent)).first->second;
  }

  void reach(Node& node, unsigned sides) {
    const unsigned before = node.sides;
    node.sides |= sides;
    if (node.sides == before) return;
    if (node.queued) --m_waiting[before];
    ++m_waiting[node.sides];
    if (!node.queued) m_queue.push(&node);
    node.queued = true;
  }

  const Repository::Impl& m_repository;
  bool m_shallow;
  std::map<git_oid, Node, ById> m_nodes; ///< a map's nodes stay where they are
  std::priority_queue<Node*, std::vector<Node*>, Later> m_queue;
  std::array<std::size_t, (from | without) + 1> m_waiting{}; ///< in the queue, by who is known to reach them
};

/// Children before their parents, else by time.
std::vector<Oid> in_order(const std::vector<Node*>& nodes) {
  for (Node* node : nodes)
    for (Node* parent : node->parents)
      ++parent->children;
  std::priority_queue<Node*, std::vector<Node*>, Later> ready;
  for (Node* node : nodes)
    if (node->children == 0) ready.push(node);
  std::vector<Oid> out;
  while (!ready.empty()) {
    Node* node = ready.top();
    ready.pop();
    out.push_back(to_oid(node->id));
    for (Node* parent : node->parents)
      if (--parent->children == 0 && parent->listed) ready.push(parent);
  }
  return out;
}

} // namespace

bool descends(const Repository::Impl& repository, const Oid& commit, const Oid& ancestor) {
  Walk walk(repository);
  const Node* sought = walk.start(ancestor, Walk::without);
  walk.start(commit, Walk::from);
  // What lies between the two can be reached from `commit` alone: once no such commit waits, there is no way.
  while ((sought->sides & Walk::from) == 0 && walk.undecided())
    walk.step();
  return (sought->sides & Walk::from) != 0;
}

std::vector<Oid> commits_between(const Repository::Impl& repository, const Oid& from, const Oid& without,
                                 std::size_t most) {
  Walk walk(repository);
  if (!without.empty()) walk.start(without, Walk::without);
  walk.start(from, Walk::from);
  std::vector<Node*> found;
  std::int64_t oldest = INT64_MAX;
  // A first commit that one side alone reaches: a clock was far off, or it is another store. To know which,
  // all is looked at.
  bool to_the_end = false;
  std::size_t batches = 0;
  while ((most == 0 || batches < most) &&
         (walk.undecided() || (walk.next() != nullptr && !found.empty() && !without.empty() &&
                               (to_the_end || walk.apart() || walk.next()->time >= oldest - clock_slop)))) {
    Node* node = walk.step();
    if (node->sides != Walk::from || node->listed) continue;
    to_the_end = to_the_end || node->parents.empty();
    node->listed = true;
    found.push_back(node);
    batches += node->parents.size() < 2 ? 1 : 0;
    oldest = std::min(oldest, node->time);
  }
  // Some were reached from the other side only later.
  std::erase_if(found, [](Node* node) {
    node->listed = node->sides == Walk::from;
    return !node->listed;
  });
  return in_order(found);
}

bool Repository::descends(const Oid& commit, const Oid& ancestor) const {
  return store::descends(*m_impl, commit, ancestor);
}

void Repository::since(const Oid& from, const Oid& without, const std::function<bool(const Commit&)>& visit,
                       std::size_t most) const {
  for (const auto& id : commits_between(*m_impl, from, without, most))
    if (!visit(commit(id))) return;
}

std::size_t Repository::count_since(const Oid& from, const Oid& without, std::size_t most) const {
  const auto ids = commits_between(*m_impl, from, without, most);
  return static_cast<std::size_t>(std::count_if(ids.begin(), ids.end(), [&](const Oid& id) {
    return m_impl->descents.at(from_oid(id)).parents.size() < 2;
  }));
}

void Repository::newest_first(const Oid& from, const std::function<bool(const Commit&)>& visit) const {
  Walk walk(*m_impl);
  walk.start(from, Walk::from);
  while (walk.next() != nullptr) {
    std::vector<Node*> moment; // all of one second
    for (const auto time = walk.next()->time; walk.next() != nullptr && walk.next()->time == time;) {
      moment.push_back(walk.step());
      moment.back()->listed = true;
    }
    for (const auto& id : in_order(moment))
      if (!visit(commit(id))) return;
    for (Node* node : moment)
      node->listed = false;
  }
}

Oid Repository::ref(std::string_view name) const {
  git::ReferenceHandle reference;
  const int code = git::take(reference, git_reference_lookup, m_impl->get(), std::string(name).c_str());
  if (code == GIT_ENOTFOUND || (code < 0 && name.starts_with("refs/crm/")))
    return ""; // or its file is broken
  check_git(code, "read the ref", name);
  git::ObjectHandle commit;
  if (git::take(commit, git_reference_peel, reference.get(), GIT_OBJECT_COMMIT) != 0) return "";
  return to_oid(*git_object_id(commit.get()));
}

void Repository::set_ref(std::string_view name, const Oid& to) {
  const std::string ref(name);
  int valid = 0;
  if (!name.starts_with("refs/crm/") || git_reference_name_is_valid(&valid, ref.c_str()) < 0 || valid == 0)
    throw base::Error(base::Kind::Failure, "\"" + ref + "\" is not a ref of crm's own");
  const auto set = [&] {
    if (to.empty()) {
      const int code = git_reference_remove(m_impl->get(), ref.c_str());
      return code == GIT_ENOTFOUND ? 0 : code;
    }
    const git_oid id = from_oid(to);
    git::ReferenceHandle made;
    return git::take(made, git_reference_create, m_impl->get(), ref.c_str(), &id, 1, "crm");
  };
  const std::string lock = m_impl->common_dir + "/" + ref + ".lock";
  int code = set();
  constexpr int most = 3;
  for (int tries = 0; code == GIT_ELOCKED && tries < most; ++tries) {
    outwait({lock}, {m_impl->root, m_impl->common_dir});
    code = set();
  }
  check_git(code, to.empty() ? "remove the ref" : "set the ref", name);
}

} // namespace crm::store
