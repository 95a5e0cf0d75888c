#include "store/scratch_store.hpp"

#include <fmt/format.h>
#include <map>
#include <random>
#include <sys/stat.h>

namespace crm::store {

using base::Kind;

TEST_CASE("a new store is a sound and clean git repository with its files, hook and settings", "[store]") {
  const ScratchStore store;
  store.require_sound();
  store.require_clean();
  REQUIRE(slurp(store.file("crm.yaml")) == "format: 1\n");
  REQUIRE(store.git("log --format=%an/%ae/%s/%at").output ==
          "Alice/alice@front-desk/Make the store/1700000000\n");
  REQUIRE(store.git("config core.autocrlf").output == "false\n");
  REQUIRE(store.repository.branch() == "main");
  REQUIRE(std::filesystem::is_directory(store.git_file("objects/00")));
  REQUIRE(std::filesystem::is_directory(store.git_file("objects/ff")));
  struct stat hook {};
  REQUIRE(::stat(store.git_file("hooks/pre-commit").c_str(), &hook) == 0);
  REQUIRE((hook.st_mode & 0100) != 0);
  spill(store.file("contacts/7f/.crm-tmp-x"), "left behind");
  store.require_clean();
}

TEST_CASE("a store is not made over somebody's repository or files", "[store]") {
  const ScratchStore store;
  REQUIRE(error_of([&] { Repository::create(store.repository.root(), {}, message("x"), alice); }).kind ==
          Kind::Failure);

  const ScratchFolder folder;
  spill(folder.path + "/crm.yaml", "mine\n");
  const auto error = error_of([&] {
    Repository::create(folder.path, {{"crm.yaml", "format: 1\n"}}, message("x"), alice);
  });
  REQUIRE(error.message.find("crm.yaml already exists") != std::string::npos);
  REQUIRE(slurp(folder.path + "/crm.yaml") == "mine\n");
}

TEST_CASE("what is no repository is not found", "[store]") {
  const ScratchFolder folder;
  REQUIRE(error_of([&] { Repository::open(folder.path); }).kind == Kind::NotFound);
}

TEST_CASE("a user's git configuration has no say in a store", "[store]") {
  const ScratchStore store;
  REQUIRE(store.repository.config("user.name").empty());
  REQUIRE(store.repository.config("core.autocrlf") == "false");
}

TEST_CASE("settings are kept in the repository", "[store]") {
  ScratchStore store;
  REQUIRE(store.repository.config("crm.device").empty());
  store.repository.set_config("crm.device", "tablet-2");
  REQUIRE(Repository::open(store.repository.root()).config("crm.device") == "tablet-2");
}

TEST_CASE("files are read at any commit or tree", "[store]") {
  ScratchStore store;
  const auto first = store.repository.head();
  const auto second = store.write(ada, "new\n");
  REQUIRE(store.repository.head() == second);
  REQUIRE(store.repository.read(first, ada) == "id: 7f3k2m9qxv0tbn4c\nname: Ada\n");
  REQUIRE(store.repository.read(store.repository.head_tree(), ada) == "new\n");
  REQUIRE(store.repository.blob(*store.repository.blob_id(second, ada)) == "new\n");
  REQUIRE_FALSE(store.repository.read(second, bob));
  REQUIRE_FALSE(store.repository.read(second, "contacts"));
  REQUIRE(error_of([&] { store.repository.read("not an id", ada); }).kind == Kind::NotFound);
}

TEST_CASE("trees differ in what was added, changed and removed", "[store]") {
  ScratchStore store;
  const auto first = store.repository.head();
  auto transaction = store.repository.begin(std::chrono::seconds(1));
  const auto second = transaction.commit({{bob, "bob\n"}, {ada, std::nullopt}, {"crm.yaml", "format: 2\n"}},
                                         message("x"), alice);
  const auto differences = store.repository.diff(first, second);
  REQUIRE(differences.size() == 3);
  REQUIRE(differences[0].path == ada);
  REQUIRE(differences[0].after.empty());
  REQUIRE(differences[1].path == bob);
  REQUIRE(differences[1].before.empty());
  REQUIRE(differences[2].path == "crm.yaml");
  REQUIRE(store.repository.diff(second, second).empty());
  REQUIRE(store.repository.diff("", second).size() == 2);
}

TEST_CASE("of any two trees just that differs which does", "[store]") {
  ScratchStore store;
  std::mt19937 random(7);
  const auto below = [&](unsigned end) {
    return std::uniform_int_distribution<unsigned>(0, end - 1)(random);
  };
  using Files = std::map<std::string, std::string>;
  std::vector<std::pair<Oid, Files>> states{{store.repository.head(), {}}};
  for (int round = 0; round < 25; ++round) {
    Files files = states.back().second;
    std::map<std::string, std::optional<std::string>> changes;
    for (unsigned n = 1 + below(round == 0 ? 60 : 6); n > 0; --n) {
      const auto path = record_path("contacts", fmt::format("7{}{:014}", "fh"[below(2)], below(50)));
      const auto content =
          below(3) == 0 ? std::nullopt : std::optional(fmt::format("content {}\n", below(1000)));
      if (!content && !files.contains(path)) continue;
      changes[path] = content;
      content ? void(files[path] = *content) : void(files.erase(path));
    }
    if (changes.empty()) continue;
    std::vector<Change> list;
    for (const auto& [path, content] : changes)
      list.push_back({path, content});
    auto transaction = store.repository.begin(std::chrono::seconds(1));
    states.emplace_back(transaction.commit(list, message("x"), alice), files);
  }
  for (const auto& [before, old_files] : states)
    for (const auto& [after, new_files] : states) {
      std::vector<std::string> expected, found;
      Files all = old_files;
      all.insert(new_files.begin(), new_files.end());
      for (const auto& [path, content] : all) {
        const auto a = old_files.find(path), b = new_files.find(path);
        if (a == old_files.end() || b == new_files.end() || a->second != b->second) expected.push_back(path);
      }
      for (const auto& each : store.repository.diff(before, after)) {
        found.push_back(each.path);
        CHECK(each.before.empty() == !old_files.contains(each.path));
        CHECK(each.after.empty() == !new_files.contains(each.path));
      }
      CHECK(found == expected);
    }
}

TEST_CASE("a folder that becomes a file, and back, is a difference of each file", "[store]") {
  ScratchStore store;
  const auto first = store.repository.head();
  REQUIRE(store.git("rm -rq contacts").code == 0);
  spill(store.file("contacts"), "a file");
  REQUIRE(store.git("add contacts").code == 0);
  REQUIRE(store.git("-c user.name=x -c user.email=x commit -qnm x").code == 0);
  const auto differences = store.repository.diff(first, store.repository.head());
  REQUIRE(differences.size() == 2);
  REQUIRE(differences[0].path == "contacts");
  REQUIRE(differences[0].before.empty());
  REQUIRE(differences[1].path == ada);
  REQUIRE(differences[1].after.empty());
}

TEST_CASE("each file is visited in path order, links are not", "[store]") {
  ScratchStore store;
  store.write(bob, "bob\n");
  std::filesystem::create_symlink("/etc/passwd", store.file("contacts/link.yaml"));
  REQUIRE(store.git("add contacts/link.yaml").code == 0);
  REQUIRE(store.git("-c user.name=x -c user.email=x commit -qnm x").code == 0);
  std::vector<std::string> paths;
  const auto collect = [&](std::string_view path, const Oid&) { paths.emplace_back(path); };
  store.repository.each(store.repository.head(), "", collect);
  REQUIRE(paths == std::vector<std::string>{ada, bob, "crm.yaml"});
  paths.clear();
  store.repository.each(store.repository.head_tree(), "contacts/7f", collect);
  REQUIRE(paths == std::vector<std::string>{ada});
  paths.clear();
  store.repository.each(store.repository.head(), "nowhere", collect);
  REQUIRE(paths.empty());
  REQUIRE(store.repository.check().size() == 1);
}

TEST_CASE("commits are found by a prefix and read with their trailers", "[store]") {
  ScratchStore store;
  const auto id = store.write(ada, "new\n", "b7");
  const auto commit = store.repository.commit(id.substr(0, 12));
  REQUIRE(commit.id == id);
  REQUIRE(commit.parents.size() == 1);
  REQUIRE(commit.summary == "Change " + ada);
  REQUIRE(commit.trailer("Crm-Batch") == "b7");
  REQUIRE(commit.trailer("Nothing").empty());
  REQUIRE(commit.author.email == "alice@front-desk");
  REQUIRE(commit.author.time == alice.time);
  for (const std::string bad : {"", "abc", "zzzz", "00000000", "0000000000000000000000000000000000000000"})
    REQUIRE(error_of([&] { store.repository.commit(bad); }).kind == Kind::NotFound);
}

TEST_CASE("history runs along first parents until it is told to stop", "[store]") {
  ScratchStore store;
  const auto first = store.repository.head();
  const auto second = store.write(ada, "2\n"), third = store.write(ada, "3\n");
  std::vector<Oid> seen;
  store.repository.history(third, [&](const Commit& commit) {
    seen.push_back(commit.id);
    return true;
  });
  REQUIRE(seen == std::vector<Oid>{third, second, first});
  int count = 0;
  store.repository.history(third, [&](const Commit&) { return ++count < 2; });
  REQUIRE(count == 2);
}

TEST_CASE("a sound store passes its check", "[store]") {
  const ScratchStore store;
  REQUIRE(store.repository.check().empty());
}

} // namespace crm::store
