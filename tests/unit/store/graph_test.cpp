#include "store/scratch_store.hpp"

#include <algorithm>
#include <random>
#include <set>

namespace crm::store {

using base::Kind;
using std::chrono::milliseconds;

namespace {

/// Commits of one tree, with any parents and times, without a branch.
struct Graph : ScratchStore {
  Oid add(const std::vector<Oid>& parents, long time) {
    std::string command = "GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x ";
    command += "GIT_AUTHOR_DATE='" + std::to_string(time) + " +0000' GIT_COMMITTER_DATE='" +
               std::to_string(time) + " +0000' git -C " + repository.root() + " commit-tree -m " +
               std::to_string(++count);
    for (const auto& parent : parents)
      command += " -p " + parent;
    const auto ran = run(command + " HEAD^{tree}");
    REQUIRE(ran.code == 0);
    return ran.output.substr(0, 40);
  }
  std::vector<Oid> since(const Oid& from, const Oid& without) const {
    std::vector<Oid> out;
    repository.since(from, without, [&](const Commit& commit) {
      out.push_back(commit.id);
      return true;
    });
    return out;
  }
  int count = 0;
};

constexpr long day = 24 * 60 * 60, beginning = 1'700'000'000;

/// A commit beside `base` that changes files as git would by hand: no trailer of crm's.
Oid hand_commit(const ScratchStore& store, const std::string& shell) {
  const std::string side = store.folder.path + "/side";
  REQUIRE(run("rm -rf " + side + " && git clone -q " + store.repository.root() + " " + side).code == 0);
  const auto ran = run("cd " + side + " && " + shell +
                       " && git add -A && git -c user.name=x -c user.email=x commit -qm 'By hand' && git "
                       "push -q origin HEAD:refs/crm/side && git rev-parse HEAD");
  INFO(ran.output);
  REQUIRE(ran.code == 0);
  return ran.output.substr(ran.output.size() - 41, 40);
}

} // namespace

TEST_CASE("what came before what is found along all parents, whatever the clocks said", "[graph]") {
  Graph graph;
  std::mt19937 random(11);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::vector<Oid> ids;
  std::vector<std::set<std::size_t>> past; // each with itself
  for (std::size_t i = 0; i < 40; ++i) {
    std::set<std::size_t> parents;
    for (std::size_t n = i == 0 ? 0 : 1 + below(2); n > 0; --n)
      parents.insert(i - 1 - below(std::min<std::size_t>(i, 6)));
    std::vector<Oid> names;
    past.push_back({i});
    for (const auto parent : parents) {
      names.push_back(ids[parent]);
      past[i].insert(past[parent].begin(), past[parent].end());
    }
    const long skew = static_cast<long>(below(static_cast<std::size_t>(3 * day)));
    ids.push_back(graph.add(names, beginning + static_cast<long>(i) * 600 + skew));
  }
  for (std::size_t a = 0; a < ids.size(); ++a)
    for (std::size_t b = 0; b < ids.size(); ++b) {
      INFO(a << " and " << b);
      REQUIRE(graph.repository.descends(ids[a], ids[b]) == past[a].contains(b));
      const auto found = graph.since(ids[a], ids[b]);
      std::set<Oid> expected;
      for (const auto each : past[a])
        if (!past[b].contains(each)) expected.insert(ids[each]);
      REQUIRE(std::set<Oid>(found.begin(), found.end()) == expected);
      REQUIRE(found.size() == expected.size());
    }
  // Each before its parents.
  const auto all = graph.since(ids.back(), "");
  REQUIRE(all.size() == past.back().size());
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const auto& parent : graph.repository.commit(all[i]).parents)
      REQUIRE(std::find(all.begin(), all.end(), parent) > all.begin() + static_cast<std::ptrdiff_t>(i));
  // The walk that reads no more than it shows comes to the same commits.
  std::set<Oid> read;
  graph.repository.newest_first(ids.back(),
                                [&](const Commit& commit) { return read.insert(commit.id).second; });
  REQUIRE(read == std::set<Oid>(all.begin(), all.end()));
}

TEST_CASE("a commit by git that is dated long before the one it follows hides nothing", "[graph]") {
  Graph graph;
  // A device whose clock was 25 days ahead; on its commit another one follows, by git on a device with the
  // right date, or with a date of long ago. What the third wrote leads past it to the beginning.
  const long ahead = 25 * day, by_hand = GENERATE(60L, -2000 * day);
  const auto first = graph.add({}, beginning - 100 * day), base = graph.add({first}, beginning);
  const auto early = graph.add({base}, beginning + ahead),
             offline = graph.add({early}, beginning + ahead + 1);
  const auto hand = graph.add({early}, beginning + by_hand),
             hand_2 = graph.add({hand}, beginning + by_hand + 1);
  const auto third = graph.add({base}, beginning + 120), met = graph.add({third, hand_2}, beginning + 120);
  CHECK(graph.since(offline, met) == std::vector<Oid>{offline});
  CHECK(graph.since(met, offline).size() == 4);
}

TEST_CASE("a walk ends where the visitor or a shallow history does", "[graph]") {
  Graph graph;
  const auto a = graph.write(ada, "1\n"), b = graph.write(ada, "2\n");
  int seen = 0;
  graph.repository.since(b, "", [&](const Commit&) { return ++seen < 2; });
  REQUIRE(seen == 2);
  Oid newest;
  graph.repository.newest_first(b, [&](const Commit& commit) { return newest = commit.id, false; });
  REQUIRE(newest == b);
  const std::string path = graph.folder.path + "/shallow";
  REQUIRE(run("git clone -q --depth 2 file://" + graph.repository.root() + " " + path).code == 0);
  const auto shallow = Repository::open(path);
  REQUIRE(shallow.descends(b, a));
  REQUIRE_FALSE(shallow.descends(a, b));
  seen = 0;
  shallow.since(b, "", [&](const Commit&) { return ++seen > 0; });
  REQUIRE(seen == 2);
  REQUIRE(error_of([&] { (void)shallow.descends(b, std::string(40, '1')); }).kind == Kind::NotFound);
}

TEST_CASE("crm's own refs are set, moved and removed, and no others", "[graph]") {
  ScratchStore store;
  const auto first = store.repository.head(), second = store.write(ada, "x\n");
  REQUIRE(store.repository.ref("refs/crm/seen/a").empty());
  store.repository.set_ref("refs/crm/seen/a", first);
  store.repository.set_ref("refs/crm/seen/a", second);
  REQUIRE(store.repository.ref("refs/crm/seen/a") == second);
  store.repository.set_ref("refs/crm/seen/a", "");
  store.repository.set_ref("refs/crm/seen/a", "");
  REQUIRE(store.repository.ref("refs/crm/seen/a").empty());
  for (const auto* name : {"refs/heads/main", "refs/crm/../heads/main", "refs/crm/a b", "refs/crm/", "HEAD"})
    REQUIRE(error_of([&] { store.repository.set_ref(name, first); }).kind == Kind::Failure);
  REQUIRE(store.repository.head() == second);
}

TEST_CASE("the lock file of a dead process does not keep a ref for ever", "[graph]") {
  ScratchStore store;
  const auto head = store.repository.head();
  store.repository.set_ref("refs/crm/seen/a", head);
  spill(store.git_file("refs/crm/seen/a.lock"), "");
  run("touch -d '-5 minutes' " + store.git_file("refs/crm/seen/a.lock"));
  const auto next = store.write(ada, "x\n");
  store.repository.set_ref("refs/crm/seen/a", next);
  REQUIRE(store.repository.ref("refs/crm/seen/a") == next);
}

TEST_CASE("files are counted by how deep they lie", "[graph]") {
  ScratchStore store;
  store.write(bob, "x\n");
  REQUIRE(store.repository.count(store.repository.head(), 2) == 2);
  REQUIRE(store.repository.count(store.repository.head(), 0) == 1);
  REQUIRE(store.repository.count(store.repository.head(), 1) == 0);
}

TEST_CASE("a fast-forward brings files and git's index along", "[graph]") {
  ScratchStore store;
  const auto tip = hand_commit(store, "echo new > " + ada +
                                          " && git rm -q crm.yaml && mkdir -p contacts/9h "
                                          "&& echo bob > " +
                                          bob);
  auto transaction = store.repository.begin(milliseconds(100));
  transaction.fast_forward(tip);
  REQUIRE(transaction.warnings().empty());
  REQUIRE(transaction.head() == tip);
  REQUIRE(store.repository.head() == tip);
  REQUIRE(slurp(store.file(ada)) == "new\n");
  REQUIRE(slurp(store.file(bob)) == "bob\n");
  REQUIRE_FALSE(std::filesystem::exists(store.file("crm.yaml")));
  REQUIRE(slurp(store.git_file("crm/settled")) == tip + "\n");
  REQUIRE_FALSE(std::filesystem::exists(store.git_file("crm/moves")));
  transaction.commit({{ada, "newer\n"}}, message("x"), alice);
  store.require_clean();
  store.require_sound();
}

TEST_CASE("a fast-forward goes forward only", "[graph]") {
  ScratchStore store;
  const auto tip = hand_commit(store, "echo new > " + ada);
  const auto head = store.write(bob, "bob\n");
  auto transaction = store.repository.begin(milliseconds(100));
  REQUIRE(error_of([&] { transaction.fast_forward(tip); }).kind == Kind::Failure);
  REQUIRE(store.repository.head() == head);
  REQUIRE(store.repository.hand_edits().empty());
}

TEST_CASE("a hand edit stands in the way of a fast-forward only where the file changes", "[graph]") {
  ScratchStore store;
  const auto tip = hand_commit(store, "echo new > " + ada);
  const auto head = store.repository.head();
  spill(store.file("crm.yaml"), "mine\n");
  spill(store.file(ada), "mine\n");
  {
    auto transaction = store.repository.begin(milliseconds(100));
    const auto error = error_of([&] { transaction.fast_forward(tip); });
    REQUIRE(error.kind == Kind::Failure);
    REQUIRE(error.message.find(ada) != std::string::npos);
    REQUIRE(store.repository.head() == head);
    REQUIRE(slurp(store.file(ada)) == "mine\n");
  }
  spill(store.file(ada), "new\n"); // what it is to become is not in the way
  store.repository.begin(milliseconds(100)).fast_forward(tip);
  REQUIRE(slurp(store.file("crm.yaml")) == "mine\n");
  REQUIRE(store.repository.hand_edits().size() == 1);
}

namespace {

/// Killed right after the branch moved to `tip`, by a fast-forward or a merge.
template <typename Work>
void kill_after(ScratchStore& store, Work work) {
  const auto saved = store.folder.path + "/saved";
  const auto before = store.repository.head();
  REQUIRE(
      run("rm -rf " + saved + " && mkdir " + saved + " && cp -a " + store.repository.root() + "/. " + saved)
          .code == 0);
  work();
  const auto after = store.repository.head();
  // Objects and refs are as they are now, all else as it was.
  REQUIRE(run("cd " + store.repository.root() +
              " && find . -mindepth 1 -maxdepth 1 ! -name .git -exec rm "
              "-r {} + && cp -a " +
              saved + "/contacts " + saved + "/crm.yaml . && cp -a " + saved +
              "/.git/index .git/index && cp -a " + saved + "/.git/crm/settled .git/crm/settled")
              .code == 0);
  spill(store.git_file("crm/moves"), before + " " + after + "\n");
  spill(store.git_file("crm/lock"), "pid 999999\nhost x\ncommand crm sync\nstarted 1\n");
}

} // namespace

TEST_CASE("files that a killed fast-forward did not reach are not hand edits and are mended", "[graph]") {
  ScratchStore store;
  const auto tip = hand_commit(store, "echo new > " + ada +
                                          " && git rm -q crm.yaml && mkdir -p contacts/9h "
                                          "&& echo bob > " +
                                          bob);
  kill_after(store, [&] { store.repository.begin(milliseconds(100)).fast_forward(tip); });
  REQUIRE(slurp(store.file(ada)) != "new\n");
  REQUIRE(store.repository.hand_edits().empty());
  REQUIRE_FALSE(store.repository.check().empty());
  const bool edited = GENERATE(false, true);
  if (edited) spill(store.file(ada), "mine\n");
  { const auto transaction = store.repository.begin(milliseconds(100)); }
  REQUIRE(slurp(store.file(ada)) == (edited ? "mine\n" : "new\n"));
  REQUIRE(slurp(store.file(bob)) == "bob\n");
  REQUIRE_FALSE(std::filesystem::exists(store.file("crm.yaml")));
  REQUIRE(store.repository.hand_edits().size() == (edited ? 1 : 0));
  REQUIRE_FALSE(std::filesystem::exists(store.git_file("crm/moves")));
  if (!edited) store.require_clean();
  store.require_sound();
}

TEST_CASE("a note of a move that was not made means nothing", "[graph]") {
  ScratchStore store;
  const auto tip = hand_commit(store, "echo new > " + ada);
  const auto next = store.write(bob, "bob\n");
  spill(store.git_file("crm/moves"), store.repository.commit(next).parents[0] + " " + tip + "\ngarbage");
  spill(store.git_file("crm/settled"), store.repository.commit(next).parents[0] + "\n");
  spill(store.file(ada), "id: 7f3k2m9qxv0tbn4c\nname: Bea\n");
  REQUIRE(store.repository.hand_edits().size() == 1);
  { const auto transaction = store.repository.begin(milliseconds(100)); }
  REQUIRE(slurp(store.file(ada)) == "id: 7f3k2m9qxv0tbn4c\nname: Bea\n");
  REQUIRE_FALSE(std::filesystem::exists(store.git_file("crm/moves")));
}

TEST_CASE("a merge is one commit with sorted parents, and files follow", "[graph]") {
  ScratchStore store;
  const auto theirs = hand_commit(store, "mkdir -p contacts/9h && echo bob > " + bob);
  const auto ours = store.write(ada, "ours\n");
  const Message merged{"Merge 1 record", "", {{"Crm-Merge", "1"}}};
  Oid id;
  const auto merge = [&] {
    id = store.repository.begin(milliseconds(100)).merge(theirs, {{bob, "bob\n"}}, merged, alice);
  };
  const bool killed = GENERATE(false, true);
  if (killed) {
    kill_after(store, merge);
    REQUIRE(store.repository.hand_edits().empty());
    { const auto transaction = store.repository.begin(milliseconds(100)); }
  } else {
    merge();
  }
  const auto commit = store.repository.commit(id);
  REQUIRE(commit.parents == std::vector<Oid>{std::min(ours, theirs), std::max(ours, theirs)});
  REQUIRE(commit.committer.time == alice.time);
  REQUIRE(slurp(store.file(bob)) == "bob\n");
  REQUIRE(slurp(store.file(ada)) == "ours\n");
  REQUIRE(slurp(store.git_file("crm/settled")) == id + "\n");
  store.require_clean();
  store.require_sound();
}

TEST_CASE("a store without a commit takes any history", "[graph]") {
  ScratchStore store;
  const auto tip = store.write(bob, "bob\n");
  const std::string path = store.folder.path + "/empty";
  REQUIRE(run("git init -q -b main " + path + " && git -C " + path + " fetch -q " + store.repository.root() +
              " main")
              .code == 0);
  auto empty = Repository::open(path);
  empty.begin(milliseconds(100)).fast_forward(tip);
  REQUIRE(slurp(path + "/" + bob) == "bob\n");
  REQUIRE(run("git -C " + path + " status --porcelain").output.empty());
}

} // namespace crm::store
