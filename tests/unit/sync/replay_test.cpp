#include "store/scratch_store.hpp"

#include "codec/record.hpp"
#include "codec/schema.hpp"
#include "core/provenance.hpp"
#include "sync/merge.hpp"
#include "sync/replay.hpp"

#include <random>

namespace crm::sync {
namespace {

using namespace std::chrono_literals;
using store::Change;
using store::Oid;
using store::Repository;

const std::string ada_path = store::record_path("contacts", "7f3k2m9qxv0tbn4c"),
                  grace_path = store::record_path("contacts", "9hq2k2m9qxv0tbn4");

std::string contact_schema() {
  for (const auto& each : codec::embedded_schemas())
    if (each.type == "contact") return std::string(each.text);
  return "";
}

/// A store with one contact, and writes to contacts by anybody.
struct Shop {
  Shop()
      : schema(std::get<core::Schema>(codec::parse_schema(contact_schema(), "schemas/contact.yaml"))),
        repository(Repository::create(folder.path + "/store",
                                      {{"crm.yaml", "format: 1\n"},
                                       {"schemas/contact.yaml", contact_schema()},
                                       {ada_path, made("Ada")}},
                                      store::message("Make the store"), store::alice)),
        authorities(repository) {}

  std::string made(const std::string& name, const std::string& id = "7f3k2m9qxv0tbn4c") {
    core::Map fields;
    fields.set("name", name);
    return codec::emit_record(
        core::create(*base::Id::parse(id), schema, std::move(fields), stamp("alice", "desk")), schema);
  }
  core::Stamp stamp(const std::string& member, const std::string& device) {
    return {core::StampTime{} + std::chrono::hours{24 * 365 * 50} + std::chrono::seconds{++time}, device,
            member};
  }
  core::Record read(const Oid& tree, const std::string& path) {
    const auto text = repository.read(tree, path);
    REQUIRE(text.has_value());
    return std::get<core::Record>(codec::read_record(*text, path, schema));
  }
  /// A batch on top of HEAD that writes one field.
  store::Commit set(const std::string& field, core::Value value, const std::string& path = ada_path) {
    const Oid head = repository.head();
    auto record = read(head, path);
    const core::Edit edit{field, std::move(value)};
    core::write(record, schema, std::span(&edit, 1), stamp("bob", "tablet"));
    return commit({{path, codec::edit_record(*repository.read(head, path), record, schema)}});
  }
  store::Commit commit(const std::vector<Change>& changes) {
    return repository.commit(repository.begin(5s).commit(changes, store::message("Write"), store::alice));
  }

  store::ScratchFolder folder;
  core::Schema schema;
  long time = 0;
  Repository repository;
  Authorities authorities;
  Replay::Merges merges;
  ReadFiles files;
};

TEST_CASE("without a batch that is left out stays what the others wrote", "[replay]") {
  Shop shop;
  const auto first = shop.repository.head();
  const auto bad = shop.set("name", "Malory");
  const auto later = shop.set("about", "likes the mornings");
  const auto other = shop.commit({{grace_path, shop.made("Grace", "9hq2k2m9qxv0tbn4")}});
  Replay replay(shop.repository, shop.authorities, shop.merges, shop.files);
  replay.leave_out(bad);
  REQUIRE(replay.keep(later));
  REQUIRE(replay.keep(other));
  const auto clean = replay.clean(other);
  CHECK(shop.read(clean, ada_path).text("name") == "Ada");
  CHECK(shop.read(clean, ada_path).text("about") == "likes the mornings");
  CHECK(shop.read(clean, grace_path).text("name") == "Grace");
  CHECK(replay.clean(bad) == shop.repository.commit(first).tree);
  CHECK_FALSE(replay.is_clean(other.id));
  CHECK(replay.is_clean(first));
}

TEST_CASE("a batch that builds on what is left out cannot stay", "[replay]") {
  Shop shop;
  const auto bad = shop.commit({{grace_path, shop.made("Grace", "9hq2k2m9qxv0tbn4")}});
  const auto on_it = shop.set("name", "Grace Hopper", grace_path);
  Replay replay(shop.repository, shop.authorities, shop.merges, shop.files);
  replay.leave_out(bad);
  CHECK_FALSE(replay.keep(on_it));
}

TEST_CASE("a record cannot stay without its type, unless it brings it along", "[replay]") {
  Shop shop;
  const std::string type = "schemas/box.yaml",
                    text = "title: Box\ntype: object\nproperties: {label: {type: string}}\n"
                           "x-crm: {type: box, folder: boxes}\n";
  const Change box{store::record_path("boxes", "7f3k2m9qxv0tbn4c"), "id: 7f3k2m9qxv0tbn4c\nlabel: Nails\n"};
  const auto other = shop.set("name", "Malory");
  const auto both = shop.commit({{"schemas/tin.yaml", "title: Tin\ntype: object\nproperties: {}\n"
                                                      "x-crm: {type: tin, folder: tins}\n"},
                                 {store::record_path("tins", "9hq2k2m9qxv0tbn4"), "id: 9hq2k2m9qxv0tbn4\n"}});
  const auto bad = shop.commit({{type, text}});
  const auto on_it = shop.commit({box});
  const auto another =
      shop.commit({{"schemas/can.yaml", "title: Can\ntype: object\nproperties: {}\n"
                                        "x-crm: {type: can, folder: cans}\n"},
                   {store::record_path("boxes", "9hq2k2m9qxv0tbn4"), "id: 9hq2k2m9qxv0tbn4\n"}});
  Replay replay(shop.repository, shop.authorities, shop.merges, shop.files);
  replay.leave_out(other);
  CHECK(replay.keep(both));
  replay.leave_out(bad);
  CHECK_FALSE(replay.keep(on_it));
  replay.leave_out(on_it);
  // That it brings another type along does not help.
  CHECK_FALSE(replay.keep(another));
  Replay whole(shop.repository, shop.authorities, shop.merges, shop.files);
  whole.leave_out(other);
  CHECK(whole.keep(both));
  CHECK(whole.keep(bad));
  CHECK(whole.keep(on_it));
}

TEST_CASE("a commit that puts aside what is left out is clean itself, and one that takes out more is not",
          "[replay]") {
  Shop shop;
  const auto before = *shop.repository.read(shop.repository.head(), ada_path);
  const auto bad = shop.set("name", "Malory");
  const auto aside = shop.commit({{ada_path, before}});
  Replay replay(shop.repository, shop.authorities, shop.merges, shop.files);
  replay.leave_out(bad);
  CHECK(replay.settles(aside));
  CHECK(replay.is_clean(aside.id));
  Replay other(shop.repository, shop.authorities, shop.merges, shop.files);
  other.leave_out(bad);
  const auto more = shop.commit({{"crm.yaml", "format: 1\nname: X\n"}});
  CHECK_FALSE(other.settles(more));
}

TEST_CASE("a history whose last word on a field is undone was never written", "[replay]") {
  // Random batches, each of one field of one of two contacts; some are left out. What is clean then has each
  // field as the last batch left it that was kept.
  std::mt19937 random(5);
  for (int run = 0; run < 12; ++run) {
    Shop shop;
    shop.commit({{grace_path, shop.made("Grace", "9hq2k2m9qxv0tbn4")}});
    Replay replay(shop.repository, shop.authorities, shop.merges, shop.files);
    std::map<std::pair<std::string, std::string>, std::string> expected{{{ada_path, "name"}, "Ada"},
                                                                        {{grace_path, "name"}, "Grace"}};
    Oid last;
    for (int step = 0; step < 12; ++step) {
      const auto& path = random() % 2 == 0 ? ada_path : grace_path;
      const std::string field = random() % 2 == 0 ? "name" : "about";
      const auto value = "text " + std::to_string(step);
      const auto written = shop.set(field, value, path);
      last = written.id;
      if (random() % 3 == 0) {
        replay.leave_out(written);
      } else {
        REQUIRE(replay.keep(written));
        expected[{path, field}] = value;
      }
    }
    for (const auto* path : {&ada_path, &grace_path})
      for (const char* field : {"name", "about"})
        REQUIRE(shop.read(replay.clean(last), *path).text(field) == expected[{*path, field}]);
  }
}

TEST_CASE("merging is known again, and what somebody added to a merge is seen", "[replay]") {
  Shop shop;
  const Oid base = shop.repository.head();
  const auto here = shop.set("about", "here");
  REQUIRE(store::run("git clone -q " + shop.repository.root() + " " + shop.folder.path + "/other").code == 0);
  auto other = Repository::open(shop.folder.path + "/other");
  REQUIRE(store::run("git -C " + other.root() + " reset -q --hard " + base).code == 0);
  other = Repository::open(shop.folder.path + "/other");
  const Oid there = other.begin(5s).commit({{grace_path, shop.made("Grace", "9hq2k2m9qxv0tbn4")}},
                                           store::message("Write"), store::alice);
  REQUIRE(store::run("git -C " + shop.repository.root() + " fetch -q ../other main").code == 0);
  auto transaction = shop.repository.begin(5s);
  const auto plan = plan_merge(shop.repository, here.id, there);
  const auto merged = shop.repository.commit(apply(transaction, plan));
  Replay replay(shop.repository, shop.authorities, shop.merges, shop.files);
  CHECK(replay.merge(merged).is == Replay::Merge::Is::Exact);
  CHECK(replay.is_clean(merged.id));
  const auto by_hand =
      shop.repository.write_commit(merged.tree, merged.parents, {"Merge by hand", "", {}}, store::alice);
  CHECK(replay.merge(shop.repository.commit(by_hand)).is == Replay::Merge::Is::SameTree);
  const auto tree =
      shop.repository.write_tree(merged.tree, {{"crm.yaml", std::string("format: 1\nname: X\n")}});
  const auto more =
      shop.repository.write_commit(tree, merged.parents, {"Merge by hand", "", {}}, store::alice);
  const auto seen = replay.merge(shop.repository.commit(more));
  CHECK(seen.is == Replay::Merge::Is::Other);
  CHECK(seen.expected == merged.tree);
  // Without one side's batch it is the other side alone.
  Replay without(shop.repository, shop.authorities, shop.merges, shop.files);
  without.leave_out(here);
  without.merge(merged);
  CHECK(shop.read(without.clean(merged), ada_path).text("about").empty());
  CHECK(shop.read(without.clean(merged), grace_path).text("name") == "Grace");
}

} // namespace
} // namespace crm::sync
