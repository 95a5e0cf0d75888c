// States that a kill or a power loss leaves are made here by hand; tests/fault makes them by killing.
#include "store/scratch_store.hpp"

#include <unistd.h>

namespace crm::store {

using base::Kind;
using std::chrono::milliseconds;

namespace {

const std::string identity = "pid 999999\nhost x\ncommand crm book\nstarted 1\n";

/// Killed right after the branch moved: files, git's index and `settled` are still at the commit before.
struct KilledAfterCommit : ScratchStore {
  KilledAfterCommit() {
    run("cp -a " + git_file("index") + " " + folder.path + "/index");
    run("cp -a " + git_file("crm/settled") + " " + folder.path + "/settled");
    run("cp -a " + file(ada) + " " + folder.path + "/ada");
    head = repository.begin(milliseconds(100))
               .commit({{ada, "new\n"}, {bob, "bob\n"}, {"crm.yaml", std::nullopt}}, message("x"), alice);
    run("cp -a " + folder.path + "/index " + git_file("index"));
    run("cp -a " + folder.path + "/settled " + git_file("crm/settled"));
    run("cp -a " + folder.path + "/ada " + file(ada));
    run("rm -r " + file("contacts/9h"));
    spill(file("crm.yaml"), "format: 1\n");
    spill(git_file("crm/lock"), identity);
  }
  std::string head;
};

std::string loose(const ScratchStore& store, const std::string& id) {
  return store.git_file("objects/" + id.substr(0, 2) + "/" + id.substr(2));
}

void blank(const ScratchStore& store, const std::string& id) {
  REQUIRE(std::filesystem::exists(loose(store, id)));
  run("chmod u+w " + loose(store, id));
  REQUIRE(::truncate(loose(store, id).c_str(), 0) == 0);
}

} // namespace

TEST_CASE("files that a killed write did not reach are not hand edits", "[recovery]") {
  const KilledAfterCommit store;
  REQUIRE(store.repository.hand_edits().empty());
  REQUIRE(store.repository.hand_edits({ada, bob, "crm.yaml"}).empty());
  REQUIRE_FALSE(store.repository.check().empty());
}

TEST_CASE("the next write brings files and git's index forward", "[recovery]") {
  KilledAfterCommit store;
  spill(store.file("contacts/7f/.crm-tmp-7f3k2m9qxv0tbn4c.yaml"), "half");
  spill(store.git_file("objects/tmp_object_git2_abcdef"), "half");
  const auto transaction = store.repository.begin(milliseconds(100));
  REQUIRE(transaction.warnings().empty());
  REQUIRE(slurp(store.file(ada)) == "new\n");
  REQUIRE(slurp(store.file(bob)) == "bob\n");
  REQUIRE_FALSE(std::filesystem::exists(store.file("crm.yaml")));
  REQUIRE_FALSE(std::filesystem::exists(store.file("contacts/7f/.crm-tmp-7f3k2m9qxv0tbn4c.yaml")));
  REQUIRE_FALSE(std::filesystem::exists(store.git_file("objects/tmp_object_git2_abcdef")));
  REQUIRE(slurp(store.git_file("crm/settled")) == store.head + "\n");
  store.require_clean();
  store.require_sound();
  REQUIRE(store.repository.check().empty());
}

TEST_CASE("a hand edit made after the kill is kept", "[recovery]") {
  KilledAfterCommit store;
  spill(store.file(ada), "by hand\n");
  run("touch -d 2001-01-01 " + store.file(ada)); // so that git cannot find it by its age alone
  { const auto transaction = store.repository.begin(milliseconds(100)); }
  REQUIRE(slurp(store.file(ada)) == "by hand\n");
  REQUIRE(slurp(store.file(bob)) == "bob\n");
  REQUIRE(store.git("status --porcelain").output == " M " + ada + "\n");
  const auto edits = store.repository.hand_edits();
  REQUIRE(edits.size() == 1);
  REQUIRE(edits[0].path == ada);
  REQUIRE(edits[0].content == "by hand\n");
}

TEST_CASE("several unsettled batches are brought forward at once", "[recovery]") {
  ScratchStore store;
  const auto settled = slurp(store.git_file("crm/settled"));
  store.write(ada, "1\n");
  store.write(ada, "2\n");
  store.write(bob, "bob\n");
  spill(store.git_file("crm/settled"), settled);
  const auto old = GENERATE(as<std::string>{}, "id: 7f3k2m9qxv0tbn4c\nname: Ada\n", "1\n", "");
  spill(store.file(ada), old);
  { const auto transaction = store.repository.begin(milliseconds(100)); }
  REQUIRE(slurp(store.file(ada)) == "2\n");
  store.require_clean();
}

TEST_CASE("a branch that was moved by hand is settled where it is", "[recovery]") {
  ScratchStore store;
  store.write(ada, "1\n");
  store.write(ada, "2\n");
  REQUIRE(store.git("reset -q --soft HEAD~1").code == 0);
  REQUIRE(slurp(store.file(ada)) == "2\n");
  { const auto transaction = store.repository.begin(milliseconds(100)); }
  REQUIRE(slurp(store.file(ada)) == "2\n");
  REQUIRE(store.repository.hand_edits().size() == 1);
  REQUIRE(slurp(store.git_file("crm/settled")) == store.repository.head() + "\n");
}

TEST_CASE("a commit by hand is settled, and what it committed stays", "[recovery]") {
  ScratchStore store;
  spill(store.file(ada), "by hand\n");
  REQUIRE(store.git("-c user.name=x -c user.email=x commit -qnam x").code == 0);
  store.write(bob, "bob\n");
  REQUIRE(slurp(store.file(ada)) == "by hand\n");
  store.require_clean();
}

TEST_CASE("a clone made by hand needs no recovery", "[recovery]") {
  const ScratchStore store;
  const std::string path = store.folder.path + "/clone";
  REQUIRE(run("git clone -q " + store.repository.root() + " " + path).code == 0);
  auto clone = Repository::open(path);
  REQUIRE(clone.hand_edits().empty());
  clone.begin(milliseconds(100)).commit({{ada, "clone\n"}}, message("x"), alice);
  REQUIRE(run("git -C " + path + " status --porcelain").output.empty());
}

TEST_CASE("lock files of a killed write are removed", "[recovery]") {
  ScratchStore store;
  const auto lock =
      GENERATE(as<std::string>{}, "refs/heads/main.lock", "HEAD.lock", "packed-refs.lock", "index.lock");
  spill(store.git_file("crm/lock"), identity);
  spill(store.git_file(lock), "");
  store.write(ada, "after\n");
  REQUIRE_FALSE(std::filesystem::exists(store.git_file(lock)));
  store.require_clean();
}

TEST_CASE("a lock file that is older than the killed write is git's own", "[recovery]") {
  ScratchStore store;
  spill(store.git_file("refs/heads/main.lock"), "");
  run("touch -d '-1 minute' " +
      store.git_file("refs/heads/main.lock")); // after the machine's start all the same
  spill(store.git_file("crm/lock"), identity);
  REQUIRE(error_of([&] { store.repository.begin(milliseconds(20)); }).kind == Kind::Busy);
}

TEST_CASE("a lock file that is older than the machine's start is nobody's", "[recovery]") {
  ScratchStore store;
  spill(store.git_file("refs/heads/main.lock"), "");
  run("touch -d 2001-01-01 " + store.git_file("refs/heads/main.lock"));
  store.write(ada, "after\n");
  store.require_clean();
}

TEST_CASE("deaths in a row still count as one", "[recovery]") {
  ScratchStore store;
  spill(store.git_file("crm/lock"), identity + "since 1000 5\n");
  spill(store.git_file("HEAD.lock"), "");
  run("touch -d '-1 minute' " + store.git_file("HEAD.lock"));
  store.write(ada, "after\n");
  REQUIRE_FALSE(std::filesystem::exists(store.git_file("HEAD.lock")));
}

TEST_CASE("an object that a power loss emptied is written anew", "[recovery]") {
  ScratchStore store;
  store.write(ada, "lost\n");
  const auto blob = *store.repository.blob_id(store.repository.head(), ada);
  store.write(ada, "other\n");
  blank(store, blob);
  REQUIRE(store.repository.check().size() == 1);
  auto reopened = Repository::open(store.repository.root());
  reopened.begin(milliseconds(100)).commit({{ada, "lost\n"}}, message("x"), alice);
  store.require_sound();
  REQUIRE(Repository::open(store.repository.root()).read(store.repository.head(), ada) == "lost\n");
}

TEST_CASE("a newest commit that a power loss emptied gives way to the one before", "[recovery]") {
  ScratchStore store;
  const auto good = store.write(ada, "good\n");
  const auto lost = store.write(ada, "lost\n");
  const bool tree = GENERATE(false, true);
  blank(store, tree ? store.repository.commit(lost).tree : lost);
  auto reopened = Repository::open(store.repository.root());
  {
    const auto transaction = reopened.begin(milliseconds(100));
    REQUIRE(transaction.warnings().size() == 2);
    REQUIRE(transaction.warnings()[0].find(good) != std::string::npos);
  }
  REQUIRE(reopened.head() == good);
  const auto edits = reopened.hand_edits();
  REQUIRE(edits.size() == 1);
  REQUIRE(edits[0].content == "lost\n");
  auto transaction = reopened.begin(milliseconds(100));
  transaction.adopt({{ada, "lost\n", "lost\n"}}, message("x"), alice);
  REQUIRE(store.git("fsck --strict --no-reflogs --no-dangling").code == 0);
}

TEST_CASE("a newest file that a power loss emptied is made again from the working file", "[recovery]") {
  ScratchStore store;
  const auto head = store.write(ada, "kept\n");
  blank(store, *store.repository.blob_id(head, ada));
  spill(store.git_file("crm/lock"), identity);
  auto reopened = Repository::open(store.repository.root());
  { const auto transaction = reopened.begin(milliseconds(100)); }
  REQUIRE(reopened.head() == head);
  REQUIRE(reopened.read(head, ada) == "kept\n");
  store.require_sound();
}

TEST_CASE("an object that cannot be read, but is there, never takes the branch back", "[recovery]") {
  ScratchStore store;
  const auto head = store.write(ada, "new\n");
  run("mv " + loose(store, head) + " " + store.folder.path + "/away");
  auto reopened = Repository::open(store.repository.root());
  REQUIRE_THROWS_AS(reopened.begin(milliseconds(100)), base::Error);
  run("mv " + store.folder.path + "/away " + loose(store, head));
  REQUIRE(Repository::open(store.repository.root()).head() == head);
  store.require_sound();
}

} // namespace crm::store
