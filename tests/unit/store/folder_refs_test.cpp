#include "store/folder_refs.hpp"
#include "store/scratch_store.hpp"
#include "store/transport.hpp"

namespace crm::store {
namespace {

constexpr std::chrono::seconds patience{10};

/// A folder that has the branch and one device's sign of life.
struct Office {
  Office() : folder(store.folder.path + "/office.git"), remote{"office", folder} {
    REQUIRE(run("git init -q --bare -b main " + folder).code == 0);
    REQUIRE(push(store.repository, remote, store.repository.head(), patience,
                 {{std::string(device_refs) + "desk", store.repository.head()}})
                .ok());
    REQUIRE(fetch(store.repository, remote, patience).ok());
  }
  Ran git(const std::string& words) const { return run("git -C " + folder + " " + words); }

  ScratchStore store;
  std::string folder;
  Remote remote;
};

} // namespace

TEST_CASE("A folder's branch and signs of life are read, loose or packed") {
  const Office office;
  const auto head = office.store.repository.head();
  const std::map<std::string, Oid> expected{{"refs/heads/main", head}, {"refs/crm/devices/desk", head}};
  CHECK(folder_refs(office.folder, "main") == expected);
  REQUIRE(office.git("pack-refs --all").code == 0);
  CHECK(folder_refs(office.folder, "main") == expected);
  SECTION("what is loose counts more") {
    spill(office.folder + "/refs/crm/devices/desk", std::string(40, '1') + "\n");
    CHECK(folder_refs(office.folder, "main")->at("refs/crm/devices/desk") == std::string(40, '1'));
  }
  SECTION("and in a repository with files beside it") {
    const auto clone = office.store.folder.path + "/clone";
    REQUIRE(run("git clone -q " + office.folder + " " + clone).code == 0);
    CHECK(folder_refs(clone, "main")->at("refs/heads/main") == head);
  }
}

TEST_CASE("Git is asked where a folder's refs cannot be told") {
  const Office office;
  const auto spoil = GENERATE(
      "rm FOLDER/refs/heads/main", "rm FOLDER/HEAD", "rm -r FOLDER/objects",
      "echo 'ref: refs/heads/other' > FOLDER/refs/heads/main", ": > FOLDER/refs/heads/main",
      "rm FOLDER/refs/heads/main; mkfifo FOLDER/refs/heads/main",
      "rm FOLDER/refs/heads/main; ln -s /etc/passwd FOLDER/refs/heads/main", "mkdir FOLDER/packed-refs",
      "echo x > FOLDER/refs/crm/devices/tablet", "mkdir FOLDER/refs/crm/devices/more");
  INFO(spoil);
  std::string command = spoil;
  for (auto at = command.find("FOLDER"); at != command.npos; at = command.find("FOLDER"))
    command.replace(at, 6, office.folder);
  REQUIRE(run(command).code == 0);
  CHECK_FALSE(folder_refs(office.folder, "main"));
  CHECK_FALSE(folder_refs(office.folder, "other"));
}

TEST_CASE("Fetching from a folder without news says what fetching by git says, and news are fetched") {
  Office office;
  auto& here = office.store.repository;
  const auto head = here.head();
  const auto again = fetch(here, office.remote, patience);
  CHECK(again.ok());
  CHECK(again.tip == head);
  CHECK(again.before == head);

  SECTION("a sign of life is news") {
    const auto other = here.write_loose(message("A sign of life"), alice);
    REQUIRE(
        run("git -C " + here.root() + " push -q " + office.folder + " " + other + ":refs/crm/devices/tablet")
            .code == 0);
    CHECK(fetch(here, office.remote, patience).ok());
    CHECK(here.ref("refs/crm/devices/office/tablet") == other);
  }
  SECTION("a batch is news") {
    const auto next = office.store.write(ada, "id: 7f3k2m9qxv0tbn4c\nname: Ada L\n");
    REQUIRE(
        run("git -C " + here.root() + " push -q " + office.folder + " " + next + ":refs/heads/main").code ==
        0);
    CHECK(fetch(here, office.remote, patience).tip == next);
  }
  SECTION("a branch that went back is seen") {
    const auto next = office.store.write(ada, "id: 7f3k2m9qxv0tbn4c\nname: Ada L\n");
    REQUIRE(push(here, office.remote, next, patience).ok());
    REQUIRE(office.git("update-ref refs/heads/main " + head).code == 0);
    CHECK(fetch(here, office.remote, patience).rewound());
  }
}

} // namespace crm::store
