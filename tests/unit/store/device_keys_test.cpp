#include "store/device_keys.hpp"

#include "catch.hpp"
#include "store/key_environment.hpp"
#include "store/scratch_store.hpp"

#include <algorithm>
#include <atomic>
#include <sys/stat.h>
#include <thread>

namespace crm::store {
namespace {

struct Kept {
  Kept() : keys(folder.path) {}
  /// The two halves, which belong together, and nothing else.
  void require_only(const PublicKey& key) const {
    REQUIRE(keys.load("bob").value().public_key() == key);
    REQUIRE(keys.list() == std::vector{std::pair{std::string("bob"), key}});
    std::vector<std::string> names;
    for (const auto& each : std::filesystem::directory_iterator(folder.path + "/keys"))
      names.push_back(each.path().filename().string());
    std::sort(names.begin(), names.end());
    REQUIRE(names == std::vector<std::string>{"bob", "bob.pub"});
  }
  ScratchFolder folder;
  KeyEnvironment env{7};
  DeviceKeys keys;
};

} // namespace

TEST_CASE("A member's key stays where another one is to be kept, and so does its public half", "[keys]") {
  Kept kept;
  const auto first = SecretKey::random(kept.env);
  REQUIRE(kept.keys.keep("bob", "desk", first, kept.env));
  kept.require_only(first.public_key());
  REQUIRE_FALSE(kept.keys.keep("bob", "desk", SecretKey::random(kept.env), kept.env));
  kept.require_only(first.public_key());
  struct stat info {};
  REQUIRE(::stat(kept.keys.path("bob").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("Of keys that are kept at the same time one is there in the end, whole", "[keys]") {
  const Kept kept;
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      KeyEnvironment env(i);
      if (kept.keys.keep("bob", "desk", SecretKey::random(env), env)) ++made;
    });
  for (auto& each : threads)
    each.join();
  REQUIRE(made == 1);
  kept.require_only(kept.keys.load("bob").value().public_key());
}

TEST_CASE("A key for another device stands beside the old one until that takes its place", "[keys]") {
  Kept kept;
  const auto old = SecretKey::random(kept.env);
  kept.keys.keep("bob", "desk", old, kept.env);
  const auto fresh = kept.keys.prepare("bob", "desk-2", kept.env).public_key();
  CHECK(fresh != old.public_key());
  CHECK(kept.keys.load("bob").value().public_key() == old.public_key());
  CHECK(kept.keys.list() == std::vector{std::pair{std::string("bob"), old.public_key()}});
  // The one that somebody may have vouched for already.
  CHECK(kept.keys.prepare("bob", "desk-2", kept.env).public_key() == fresh);
  kept.keys.put_in_place("desk");
  CHECK(kept.keys.load("bob").value().public_key() == old.public_key());
  kept.keys.put_in_place("desk-2");
  kept.require_only(fresh);
}

TEST_CASE("What was killed while it put a key in place is made whole, or taken away", "[keys]") {
  Kept kept;
  const auto old = SecretKey::random(kept.env);
  kept.keys.keep("bob", "desk", old, kept.env);
  const auto fresh = kept.keys.prepare("bob", "desk-2", kept.env).public_key();
  SECTION("between the two halves") {
    spill(kept.keys.path("bob") + ".pub", to_line(fresh, "bob@desk-2") + "\n");
    kept.keys.put_in_place("desk-2");
    kept.require_only(fresh);
  }
  SECTION("while the secret half was written") {
    const auto beside = kept.keys.path("bob") + "@desk-2";
    spill(beside, slurp(beside).substr(0, 100));
    kept.keys.put_in_place("desk-2");
    kept.require_only(old.public_key());
  }
}

} // namespace crm::store
