#include "store/scratch_store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace crm::store {

using base::Kind;
using std::chrono::milliseconds;

TEST_CASE("one batch is one commit, and files and git's index follow", "[transaction]") {
  ScratchStore store;
  auto transaction = store.repository.begin(milliseconds(100));
  const auto id = transaction.commit({{bob, "bob\n"}, {ada, "ada\n"}, {"crm.yaml", std::nullopt}},
                                     message("Three things", "b2"), alice);
  REQUIRE(transaction.warnings().empty());
  REQUIRE(store.git("rev-parse HEAD").output == id + "\n");
  REQUIRE(store.git("rev-list --count HEAD").output == "2\n");
  REQUIRE(slurp(store.file(bob)) == "bob\n");
  REQUIRE(slurp(store.file(ada)) == "ada\n");
  REQUIRE_FALSE(std::filesystem::exists(store.file("crm.yaml")));
  store.require_sound();
  store.require_clean();
  REQUIRE(store.git("reflog -1 --format=%gs").output == "commit (crm): Three things\n");
  REQUIRE(slurp(store.git_file("crm/settled")) == id + "\n");
}

TEST_CASE("a transaction holds any number of commits", "[transaction]") {
  ScratchStore store;
  {
    auto transaction = store.repository.begin(milliseconds(100));
    for (int i = 0; i < 5; ++i)
      transaction.commit({{ada, std::to_string(i) + "\n"}}, message("x"), alice);
  }
  REQUIRE(store.git("rev-list --count HEAD").output == "6\n");
  REQUIRE(slurp(store.file(ada)) == "4\n");
  REQUIRE(slurp(store.git_file("crm/lock")).empty());
  store.require_sound();
  store.require_clean();
}

TEST_CASE("a batch of many files is one commit too", "[transaction]") {
  ScratchStore store;
  std::vector<Change> changes;
  for (int i = 0; i < 200; ++i) {
    auto id = "0000000000000000" + std::to_string(i);
    changes.push_back({record_path("notes", id.substr(id.size() - 16)), "note " + std::to_string(i) + "\n"});
  }
  store.repository.begin(milliseconds(100)).commit(changes, message("Many"), alice);
  for (auto& change : changes)
    change.content.reset();
  changes.resize(100);
  store.require_sound();
  store.require_clean();
  store.repository.begin(milliseconds(100)).commit(changes, message("Fewer"), alice);
  REQUIRE(store.git("ls-files notes | wc -l").output == "100\n");
  store.require_sound();
  store.require_clean();
}

TEST_CASE("a batch of very many files is one pack, which plain git reads", "[transaction]") {
  ScratchStore store;
  std::vector<Change> changes;
  for (int i = 0; i < 300; ++i) {
    auto id = "0000000000000000" + std::to_string(i * 7);
    // Two files of one content are one object.
    changes.push_back(
        {record_path("notes", id.substr(id.size() - 16)), "note " + std::to_string(i / 2) + "\n"});
  }
  changes.push_back({"crm.yaml", std::nullopt});
  std::size_t told = 0;
  auto transaction = store.repository.begin(milliseconds(100));
  transaction.tell([&](std::size_t done, std::size_t total) {
    REQUIRE(done <= total);
    ++told;
  });
  const auto id = transaction.commit(changes, message("Very many"), alice);
  REQUIRE(told > 0);
  REQUIRE(store.git("ls-files notes | wc -l").output == "300\n");
  REQUIRE(store.git("count-objects -v | grep -E '^packs'").output == "packs: 1\n");
  REQUIRE(store.git("show HEAD:" + changes[299].path).output == "note 149\n");
  REQUIRE(store.repository.blob_id(id, changes[0].path) == Repository::id_of("note 0\n"));
  store.require_sound();
  store.require_clean();
  // What comes next finds all of it.
  changes.pop_back();
  changes[5].content = "changed\n";
  transaction.commit(changes, message("Once more"), alice);
  REQUIRE(store.git("show HEAD:" + changes[5].path).output == "changed\n");
  store.require_sound();
  store.require_clean();
}

TEST_CASE("a batch that changes nothing is a commit all the same", "[transaction]") {
  ScratchStore store;
  const auto tree = store.repository.head_tree();
  store.repository.begin(milliseconds(100)).commit({}, message("Nothing"), alice);
  REQUIRE(store.repository.head_tree() == tree);
  REQUIRE(store.git("rev-list --count HEAD").output == "2\n");
}

TEST_CASE("a file's executable bit outlives a write", "[transaction]") {
  ScratchStore store;
  REQUIRE(run("chmod +x " + store.file(ada)).code == 0);
  REQUIRE(store.git("-c user.name=x -c user.email=x commit -qnam x").code == 0);
  store.write(ada, "new\n");
  REQUIRE(store.git("ls-tree HEAD " + ada).output.starts_with("100755"));
  store.require_clean();
}

TEST_CASE("a path that a store cannot hold is refused before anything is written", "[transaction]") {
  ScratchStore store;
  const auto head = store.repository.head();
  for (const std::string path : {"../x", ".git/hooks/post-commit", "a b", "/tmp/x"}) {
    auto transaction = store.repository.begin(milliseconds(100));
    REQUIRE(error_of([&] {
              transaction.commit({{bob, "x"}, {path, "x"}}, message("x"), alice);
            }).kind == Kind::InvalidData);
  }
  auto transaction = store.repository.begin(milliseconds(100));
  REQUIRE(error_of([&] {
            transaction.commit({{ada + "/x", "x"}}, message("x"), alice);
          }).kind != Kind::Usage);
  REQUIRE(error_of([&] {
            transaction.commit({{bob, "x"}, {bob, "y"}}, message("x"), alice);
          }).kind == Kind::Failure);
  REQUIRE(store.repository.head() == head);
  store.require_clean();
}

TEST_CASE("nothing is written through a linked folder", "[transaction]") {
  ScratchStore store;
  std::filesystem::create_directory(store.folder.path + "/outside");
  std::filesystem::create_directory_symlink(store.folder.path + "/outside", store.file("notes"));
  const auto path = record_path("notes", "7f3k2m9qxv0tbn4c");
  auto transaction = store.repository.begin(milliseconds(100));
  const auto error = error_of([&] { transaction.commit({{path, "x"}}, message("x"), alice); });
  REQUIRE(error.message.find(path) != std::string::npos);
  REQUIRE(std::filesystem::is_empty(store.folder.path + "/outside"));
}

TEST_CASE("a hand edit is never overwritten", "[transaction]") {
  ScratchStore store;
  struct Case {
    std::string path, by_hand;
  };
  const auto c = GENERATE(values<Case>({{ada, "by hand\n"}, {bob, "new by hand\n"}, {ada, ""}}));
  spill(store.file(c.path), c.by_hand);
  const auto head = store.repository.head();
  auto transaction = store.repository.begin(milliseconds(100));
  const auto error = error_of([&] { transaction.commit({{c.path, "by crm\n"}}, message("x"), alice); });
  REQUIRE(error.kind == Kind::Failure);
  REQUIRE(error.message.find(c.path) != std::string::npos);
  REQUIRE(slurp(store.file(c.path)) == c.by_hand);
  REQUIRE(store.repository.head() == head);
}

TEST_CASE("a file removed by hand is a hand edit", "[transaction]") {
  ScratchStore store;
  std::filesystem::remove(store.file(ada));
  auto transaction = store.repository.begin(milliseconds(100));
  REQUIRE(error_of([&] {
            transaction.commit({{ada, "by crm\n"}}, message("x"), alice);
          }).message.find("by hand") != std::string::npos);
}

TEST_CASE("a hand edit elsewhere does not stop a write", "[transaction]") {
  ScratchStore store;
  spill(store.file(ada), "by hand\n");
  store.write(bob, "bob\n");
  REQUIRE(slurp(store.file(ada)) == "by hand\n");
  REQUIRE(store.git("status --porcelain").output == " M " + ada + "\n");
}

TEST_CASE("hand edits are adopted, as they are or with what crm adds", "[transaction]") {
  ScratchStore store;
  spill(store.file(ada), "by hand\n");
  spill(store.file(bob), "new by hand\n");
  std::filesystem::remove(store.file("crm.yaml"));
  auto transaction = store.repository.begin(milliseconds(100));
  transaction.adopt(
      {{ada, "by hand\nstamped\n", "by hand\n"}, {bob, "new by hand\n"}, {"crm.yaml", "back\n"}},
      message("x"), alice);
  REQUIRE(transaction.warnings().empty());
  REQUIRE(slurp(store.file(ada)) == "by hand\nstamped\n");
  REQUIRE(slurp(store.file("crm.yaml")) == "back\n");
  store.require_sound();
  store.require_clean();
}

TEST_CASE("what a person types while their edit is adopted stays in the file", "[transaction]") {
  ScratchStore store;
  spill(store.file(ada), "newer\n");
  run("touch -d 2001-01-01 " + store.file(ada)); // so that git cannot find it by its age alone
  auto transaction = store.repository.begin(milliseconds(100));
  transaction.adopt({{ada, "by hand\nstamped\n", "by hand\n"}}, message("x"), alice);
  REQUIRE(transaction.warnings().size() == 1);
  REQUIRE(slurp(store.file(ada)) == "newer\n");
  REQUIRE(store.repository.read(store.repository.head(), ada) == "by hand\nstamped\n");
  REQUIRE(store.git("status --porcelain").output == " M " + ada + "\n");
}

TEST_CASE("a second writer is told who holds the store", "[transaction]") {
  ScratchStore store;
  const auto transaction = store.repository.begin(milliseconds(100));
  auto second = Repository::open(store.repository.root());
  const auto error = error_of([&] { second.begin(milliseconds(30)); });
  REQUIRE(error.kind == Kind::Busy);
  REQUIRE(error.message.find("process " + std::to_string(::getpid())) != std::string::npos);
}

TEST_CASE("the lock is given back at the end, also when the commit failed", "[transaction]") {
  ScratchStore store;
  {
    auto transaction = store.repository.begin(milliseconds(100));
    REQUIRE_THROWS_AS(transaction.commit({{"a b", "x"}}, message("x"), alice), base::Error);
  }
  store.write(ada, "next\n");
}

TEST_CASE("a commit by hand during a transaction makes it start over", "[transaction]") {
  ScratchStore store;
  auto transaction = store.repository.begin(milliseconds(100));
  REQUIRE(store.git("-c user.name=x -c user.email=x commit -qnm x --allow-empty").code == 0);
  REQUIRE(error_of([&] { transaction.commit({{ada, "x"}}, message("x"), alice); }).kind == Kind::Busy);
  store.require_clean();
}

TEST_CASE("a live git's lock is waited for and then named", "[transaction]") {
  ScratchStore store;
  spill(store.git_file("refs/heads/main.lock"), "");
  auto error = error_of([&] { store.repository.begin(milliseconds(20)); });
  REQUIRE(error.kind == Kind::Busy);
  REQUIRE(error.message.find("main.lock") != std::string::npos);
  std::filesystem::remove(store.git_file("refs/heads/main.lock"));

  auto transaction = store.repository.begin(milliseconds(20));
  spill(store.git_file("refs/heads/main.lock"), "");
  error = error_of([&] { transaction.commit({{ada, "x"}}, message("x"), alice); });
  REQUIRE(error.kind == Kind::Busy);
  REQUIRE(store.git("rev-list --count HEAD").output == "1\n");
  std::filesystem::remove(store.git_file("refs/heads/main.lock"));
  transaction.commit({{ada, "x"}}, message("x"), alice);
  store.require_clean();
}

TEST_CASE("while git holds its index the batch is committed, and the next write brings the index along",
          "[transaction]") {
  ScratchStore store;
  spill(store.git_file("index.lock"), "");
  {
    auto transaction = store.repository.begin(milliseconds(100));
    transaction.commit({{ada, "x\n"}}, message("x"), alice);
    REQUIRE(transaction.warnings().size() == 1);
  }
  REQUIRE(slurp(store.file(ada)) == "x\n");
  REQUIRE(store.repository.hand_edits().empty());
  std::filesystem::remove(store.git_file("index.lock"));
  store.write(bob, "bob\n");
  store.require_clean();
  store.require_sound();
}

TEST_CASE("a store on no branch is not written", "[transaction]") {
  ScratchStore store;
  REQUIRE(store.git("checkout -q --detach").code == 0);
  auto transaction = store.repository.begin(milliseconds(100));
  REQUIRE(error_of([&] {
            transaction.commit({{ada, "x"}}, message("x"), alice);
          }).hint.find("switch") != std::string::npos);
}

TEST_CASE("git's logs of the branch and of HEAD tell each batch, where the store keeps logs",
          "[transaction]") {
  ScratchStore store;
  const auto before = store.repository.head();
  const auto id = store.write(ada, "ada\n");
  for (const char* log : {"logs/HEAD", "logs/refs/heads/main"}) {
    INFO(log);
    const auto text = slurp(store.git_file(log));
    REQUIRE(text.find(before + " " + id + " Alice <alice@front-desk> ") != std::string::npos);
    REQUIRE(text.ends_with(" +0000\tcommit (crm): Change " + ada + "\n"));
  }
  REQUIRE(store.git("rev-parse HEAD@{1}").output == before + "\n");
  std::filesystem::remove_all(store.git_file("logs"));
  REQUIRE(store.git("config core.logAllRefUpdates false").code == 0);
  auto again = Repository::open(store.repository.root());
  again.begin(milliseconds(100)).commit({{ada, "more\n"}}, message("x"), alice);
  REQUIRE_FALSE(std::filesystem::exists(store.git_file("logs")));
  store.require_sound();
}

TEST_CASE("a branch of any name is written, and a packed one too", "[transaction]") {
  ScratchStore store;
  REQUIRE(store.git("switch -qc team/north").code == 0);
  REQUIRE(store.git("pack-refs --all").code == 0);
  const auto id = store.write(ada, "north\n");
  REQUIRE(store.git("rev-parse team/north").output == id + "\n");
  REQUIRE(store.git("gc -q").code == 0);
  store.write(ada, "again\n");
  store.require_sound();
  store.require_clean();
}

} // namespace crm::store
