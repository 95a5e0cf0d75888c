#include "store/scratch_store.hpp"

#include "base/error.hpp"
#include "codec/schema.hpp"
#include "sync/merge.hpp"

namespace crm::sync {
namespace {

using namespace std::chrono_literals;
using store::Change;
using store::Oid;
using store::Repository;

const std::string ada_path = "contacts/7f/7f3k2m9qxv0tbn4c.yaml",
                  grace_path = "contacts/9h/9hq2k2m9qxv0tbn4.yaml";

std::string schema_of(const std::string& type) {
  for (const auto& each : codec::embedded_schemas())
    if (each.type == type) return std::string(each.text);
  FAIL("no schema " << type);
  return "";
}

std::string contact(const std::string& path, const std::string& fields, const std::string& changed = "") {
  return "id: " + path.substr(12, 16) + "\n" + fields +
         "crm:\n  created: 2026-01-01T00:00:00.000Z alice@desk\n" +
         (changed.empty() ? "" : "  changed:\n" + changed);
}

store::Message batch(const std::string& summary) {
  return {summary, "", {{"Crm-Op", "set"}, {"Crm-Batch", "0123456789abcdef"}}};
}

/// Two clones of one store that know of each other's commits.
struct Two {
  Two()
      : ours(Repository::create(folder.path + "/ours",
                                {{"crm.yaml", "format: 1\n"},
                                 {"schemas/contact.yaml", schema_of("contact")},
                                 {ada_path, contact(ada_path, "name: Ada\n")}},
                                store::message("Make the store"), store::alice)),
        theirs(clone()) {}

  Repository clone() const {
    REQUIRE(store::run("git clone -q " + folder.path + "/ours " + folder.path + "/theirs").code == 0);
    return Repository::open(folder.path + "/theirs");
  }
  static Oid write(Repository& repository, const std::vector<Change>& changes,
                   std::chrono::sys_time<std::chrono::milliseconds> time = store::alice.time) {
    auto who = store::alice;
    who.time = time;
    return repository.begin(5s).commit(changes, batch("Write"), who);
  }
  void meet() const {
    for (const char* way : {"ours fetch -q ../theirs main", "theirs fetch -q ../ours main"})
      REQUIRE(store::run("git -C " + folder.path + "/" + way).code == 0);
  }
  /// Each merges the other one's head.
  std::pair<Oid, Oid> merge() {
    meet();
    const Oid a = ours.head(), b = theirs.head();
    auto here = ours.begin(5s), there = theirs.begin(5s);
    return {apply(here, plan_merge(ours, a, b)), apply(there, plan_merge(theirs, b, a))};
  }

  store::ScratchFolder folder;
  Repository ours, theirs;
};

TEST_CASE("attachments of both sides are kept, and one that both have is one", "[merge]") {
  const std::string x = "attachments/2d/2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
                    y = "attachments/a1/a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa";
  Two two;
  Two::write(two.ours, {{x, "x"}});
  Two::write(two.theirs, {{y, std::nullopt, std::nullopt, two.theirs.write_blob("y")}, {x, "x"}});
  const auto [a, b] = two.merge();
  REQUIRE(a == b);
  CHECK(two.ours.read(a, x) == "x");
  CHECK(two.ours.read(a, y) == "y");
  CHECK(store::run("cat " + two.folder.path + "/ours/" + y).output == "y");
  // Taken away by hand on one side: it stays, as the other side has it.
  Two::write(two.ours, {{x, std::nullopt}});
  Two::write(two.theirs, {{grace_path, contact(grace_path, "name: Grace\n")}});
  const auto [c, d] = two.merge();
  REQUIRE(c == d);
  CHECK(two.ours.read(c, x) == "x");
}

TEST_CASE("two devices that merge the same heads make the same commit, which tells the rules that fired",
          "[merge]") {
  Two two;
  Two::write(two.ours, {{ada_path, contact(ada_path, "name: Ada King\nowner: alice\n",
                                           "    name: 2026-01-02T00:00:00.000Z alice@desk\n"
                                           "    owner: 2026-01-02T00:00:00.000Z alice@desk\n")}});
  Two::write(two.theirs, {{ada_path, contact(ada_path, "name: Countess\nowner: bob\n",
                                             "    name: 2026-01-03T00:00:00.000Z bob@tablet\n"
                                             "    owner: 2026-01-03T00:00:00.000Z bob@tablet\n")},
                          {grace_path, contact(grace_path, "name: Grace\n")}});
  const auto [here, there] = two.merge();
  CHECK(here == there);
  CHECK(two.ours.read(here, ada_path) == two.theirs.read(there, ada_path));
  CHECK(two.ours.read(here, grace_path).has_value());
  const auto told = store::run("git -C " + two.ours.root() + " log -1 --format=%B").output;
  CHECK(told == "Merge 2 records\n\ncontact 7f3k2m9qxv0tbn4c: name (latest) owner (review, in conflict)\n\n"
                "Crm-Merge: 1\n\n");
  CHECK(two.ours.commit(here).trailer("Crm-Merge") == "1");
}

TEST_CASE("merging what one side has already is a fast-forward, or nothing", "[merge]") {
  Two two;
  const Oid before = two.ours.head();
  const Oid after = Two::write(two.theirs, {{grace_path, contact(grace_path, "name: Grace\n")}});
  two.meet();
  const auto forward = plan_merge(two.ours, before, after);
  CHECK(forward.kind == MergePlan::Kind::FastForward);
  CHECK(forward.arrived == 1);
  CHECK(plan_merge(two.ours, after, before).kind == MergePlan::Kind::Nothing);
  auto transaction = two.ours.begin(5s);
  CHECK(apply(transaction, forward) == after);
}

TEST_CASE("of a file without stamps the newer change counts, whoever merges", "[merge]") {
  Two two;
  Two::write(two.ours, {{"crm.yaml", "format: 1\nname: Older\n"}}, store::alice.time + 1h);
  Two::write(two.theirs, {{"crm.yaml", "format: 1\nname: Newer\n"}}, store::alice.time + 2h);
  const auto [here, there] = two.merge();
  CHECK(here == there);
  CHECK(two.ours.read(here, "crm.yaml") == "format: 1\nname: Newer\n");
}

TEST_CASE("a merge that was planned is not carried out on another head", "[merge]") {
  Two two;
  Two::write(two.ours, {{grace_path, contact(grace_path, "name: Grace\n")}});
  Two::write(two.theirs,
             {{ada_path, contact(ada_path, "name: A\n", "    name: 2026-01-02T00:00:00.000Z bob@tablet\n")}});
  two.meet();
  const auto plan = plan_merge(two.ours, two.ours.head(), two.theirs.head());
  Two::write(two.ours, {{"crm.yaml", "format: 1\nname: New\n"}});
  auto transaction = two.ours.begin(5s);
  CHECK_THROWS_AS(apply(transaction, plan), base::Error);
}

TEST_CASE("another store is not merged", "[merge]") {
  Two two;
  auto other = Repository::create(two.folder.path + "/other", {{"crm.yaml", "format: 1\nname: Other\n"}},
                                  store::message("Make another store"), store::alice);
  REQUIRE(store::run("git -C " + two.folder.path + "/ours fetch -q ../other main").code == 0);
  try {
    plan_merge(two.ours, two.ours.head(), other.head());
    FAIL("it was");
  } catch (const base::Error& error) {
    CHECK(error.kind == base::Kind::VerificationFailed);
  }
}

TEST_CASE("two versions of a record merge to the same text in either order", "[merge]") {
  const auto parsed = codec::parse_schema(schema_of("contact"), "schemas/contact.yaml");
  const auto& schema = std::get<core::Schema>(parsed);
  const auto a = contact(ada_path, "# from the card\nname: Ada King # as she signs\n",
                         "    name: 2026-01-02T00:00:00.000Z alice@desk\n");
  const auto b = contact(ada_path, "name: Ada\nphones: [\"01\"]\n",
                         "    phones: 2026-01-03T00:00:00.000Z bob@tablet\n"
                         "  added: {phones: {\"01\": 2026-01-03T00:00:00.000Z bob@tablet}}\n");
  const auto merged = merge_texts(a, b, ada_path, schema);
  CHECK(merged == merge_texts(b, a, ada_path, schema));
  CHECK(merged == merge_texts(merged, b, ada_path, schema));
  INFO(merged);
  CHECK(merged.find("# from the card\nname: Ada King  # as she signs\n") != std::string::npos);
  CHECK(merged.find("phones: [\"01\"]") != std::string::npos);
  CHECK_THROWS_AS(merge_texts(a, "<<<<<<< HEAD\n" + b, ada_path, schema), base::Error);
}

} // namespace
} // namespace crm::sync
