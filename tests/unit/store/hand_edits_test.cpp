#include "store/scratch_store.hpp"

#include <sys/stat.h>

namespace crm::store {

using Kind = HandEdit::Kind;

namespace {

HandEdit only(const std::vector<HandEdit>& edits) {
  REQUIRE(edits.size() == 1);
  return edits[0];
}

} // namespace

TEST_CASE("a clean store has no hand edits", "[hand-edits]") {
  ScratchStore store;
  store.write(bob, "bob\n");
  REQUIRE(store.repository.hand_edits().empty());
  REQUIRE(store.repository.hand_edits({ada, bob, "nowhere.yaml"}).empty());
}

TEST_CASE("what a person changed, added and removed is found", "[hand-edits]") {
  ScratchStore store;
  spill(store.file(ada), "by hand\n");
  spill(store.file(bob), "new\n");
  std::filesystem::remove(store.file("crm.yaml"));
  const auto sweep = store.repository.hand_edits();
  const auto asked = store.repository.hand_edits({"crm.yaml", bob, ada});
  for (const auto& edits : {sweep, asked}) {
    REQUIRE(edits.size() == 3);
    REQUIRE(edits[0].path == ada);
    REQUIRE(edits[0].kind == Kind::Modified);
    REQUIRE(edits[0].content == "by hand\n");
    REQUIRE(edits[1].path == bob);
    REQUIRE(edits[1].kind == Kind::Added);
    REQUIRE(edits[2].path == "crm.yaml");
    REQUIRE(edits[2].kind == Kind::Removed);
  }
}

TEST_CASE("a folder that is gone is the removal of each of its files", "[hand-edits]") {
  const ScratchStore store;
  std::filesystem::remove_all(store.file("contacts"));
  const auto edit = only(store.repository.hand_edits());
  REQUIRE(edit.path == ada);
  REQUIRE(edit.kind == Kind::Removed);
}

TEST_CASE("an edit of the same size within the same instant is found", "[hand-edits]") {
  ScratchStore store;
  for (int i = 0; i < 20; ++i) {
    store.write(ada, "aaaa\n", std::to_string(i));
    spill(store.file(ada), "bbbb\n");
    REQUIRE(only(store.repository.hand_edits()).content == "bbbb\n");
    spill(store.file(ada), "aaaa\n");
    REQUIRE(store.repository.hand_edits().empty());
    store.write(ada, "cccc\n", std::to_string(i));
  }
}

TEST_CASE("staging by hand does not hide an edit", "[hand-edits]") {
  const ScratchStore store;
  spill(store.file(ada), "by hand\n");
  REQUIRE(store.git("add " + ada).code == 0);
  REQUIRE(only(store.repository.hand_edits()).path == ada);
}

TEST_CASE("a touched file is no edit", "[hand-edits]") {
  const ScratchStore store;
  REQUIRE(run("touch -d 2001-01-01 " + store.file(ada)).code == 0);
  REQUIRE(store.repository.hand_edits().empty());
}

TEST_CASE("ignored files and crm's temporary ones are passed over", "[hand-edits]") {
  const ScratchStore store;
  spill(store.git_file("info/exclude"), "*.bak\nbuild/\n.crm-tmp-*\n");
  spill(store.file("contacts/7f/x.bak"), "x");
  spill(store.file("build/deep/file"), "x");
  spill(store.file("contacts/7f/.crm-tmp-x"), "x");
  REQUIRE(store.repository.hand_edits().empty());
}

TEST_CASE("what is not a plain small file is reported, and neither followed, waited for nor read",
          "[hand-edits]") {
  const ScratchStore store;
  const auto& path = store.file(ada);
  std::filesystem::remove(path);
  struct Case {
    std::string shell, problem;
  };
  const auto c = GENERATE(values<Case>({{"ln -s /etc/passwd ", "a symbolic link"},
                                        {"mkfifo ", "a pipe"},
                                        {"mkdir ", "a folder"},
                                        {"truncate -s 4194305 ", "larger than 4 MiB"}}));
  REQUIRE(run(c.shell + path).code == 0);
  for (const auto& edits : {store.repository.hand_edits(), store.repository.hand_edits({ada})}) {
    const auto edit = only(edits);
    REQUIRE(edit.path == ada);
    REQUIRE(edit.kind == Kind::Modified);
    REQUIRE(edit.problem == c.problem);
    REQUIRE(edit.content.empty());
  }
}

TEST_CASE("a linked folder is one finding, and no file below it counts as removed", "[hand-edits]") {
  const ScratchStore store;
  std::filesystem::rename(store.file("contacts"), store.folder.path + "/elsewhere");
  std::filesystem::create_directory_symlink(store.folder.path + "/elsewhere", store.file("contacts"));
  const auto edit = only(store.repository.hand_edits());
  REQUIRE(edit.path == "contacts");
  REQUIRE_FALSE(edit.problem.empty());
}

TEST_CASE("a new file whose name a store cannot hold is named with the reason", "[hand-edits]") {
  const ScratchStore store;
  spill(store.file("contacts/Ada Lovelace.yaml"), "x");
  const auto edit = only(store.repository.hand_edits());
  REQUIRE(edit.path == "contacts/Ada Lovelace.yaml");
  REQUIRE_FALSE(edit.problem.empty());
}

TEST_CASE("another repository inside the store is left alone", "[hand-edits]") {
  const ScratchStore store;
  REQUIRE(run("git init -q " + store.file("inner")).code == 0);
  spill(store.file("inner/x"), "x");
  REQUIRE(store.repository.hand_edits().empty());
}

} // namespace crm::store
