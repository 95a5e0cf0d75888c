#include "amount.hpp"
#include "catch.hpp"
#include "random_writes.hpp"

#include "core/foreign.hpp"

using namespace crm::core;
using namespace crm::core::testing;

namespace {

const Schema schema = visit_schema();
const Writer bob{"bob", "tab"};

std::string foreign(const Record* before, const Record& after, const Writer& by = bob) {
  std::vector<const Record*> known;
  if (before != nullptr) known.push_back(before);
  const auto found = foreign_stamp(known, after, schema, by);
  return found ? found->member + "@" + found->device : "";
}

} // namespace

TEST_CASE("who writes may use their own stamps, and keep those of others with what they say", "[foreign]") {
  const Record fresh = made(schema, map({{"email", "a@x"}, {"stage", "new"}, {"tags", list({"a"})}}));
  CHECK(foreign(nullptr, fresh) == "alice@desk");
  CHECK(foreign(nullptr, fresh, {"alice", "desk"}).empty());
  CHECK(foreign(nullptr, fresh, {"alice", "tab"}) == "alice@desk");
  CHECK(foreign(nullptr, fresh, {"bob", "desk"}) == "alice@desk");
  CHECK(foreign(&fresh, fresh).empty());
  const Stamp his = at(5, "tab", "bob"), hers = at(5, "desk", "alice"), other = at(5, "tab", "alice");
  for (const char* field : {"email", "stage", "status", "start", "notes", "last_visit", "x-shoe"}) {
    INFO(field);
    CHECK(foreign(&fresh, with(fresh, schema, field, "2026-01-05", his)).empty());
    CHECK(foreign(&fresh, with(fresh, schema, field, "2026-01-05", hers)) == "alice@desk");
    CHECK(foreign(&fresh, with(fresh, schema, field, "2026-01-05", other)) == "alice@tab");
  }
  CHECK(foreign(&fresh, with(fresh, schema, "tags", list({"a", "b"}), his)).empty());
  CHECK(foreign(&fresh, with(fresh, schema, "tags", list({"a", "b"}), hers)) == "alice@desk");
  CHECK(foreign(&fresh, with(fresh, schema, "tags", List{}, hers)) == "alice@desk");
  CHECK(foreign(&fresh, marked(fresh, schema, Mark::Delete, his)).empty());
  CHECK(foreign(&fresh, marked(fresh, schema, Mark::Delete, hers)) == "alice@desk");
}

TEST_CASE("a value that changes below a stamp is written in that stamp's name", "[foreign]") {
  const Record before = with(made(schema, map({{"email", "a@x"}, {"tags", list({"a", "b"})}})), schema,
                             "stage", "won", at(3, "phone", "carol"));
  for (const char* field : {"email", "stage", "notes", "x-shoe"}) {
    Record after = before;
    after.fields.set(field, "other");
    INFO(field);
    CHECK_FALSE(foreign(&before, after).empty());
  }
  Record fewer = before, none = before;
  fewer.fields.set("tags", list({"a"}));
  none.fields.erase("email");
  CHECK_FALSE(foreign(&before, fewer).empty());
  CHECK_FALSE(foreign(&before, none).empty());
}

TEST_CASE("nobody can say that they have seen what was not there to see", "[foreign]") {
  const Record before = made(schema, map({{"stage", "new"}}));
  Record after = with(before, schema, "stage", "won", at(5, "tab", "bob"));
  Map seen;
  seen.set("phone", "2026-01-01T00:00:00.004Z");
  after.crm.set("seen", map({{"stage", Value(std::move(seen))}}));
  for (const auto& problem : check_provenance(after, schema))
    FAIL(to_text(problem));
  CHECK(foreign(&before, after) == "@phone");
}

TEST_CASE("when a record was made does not change, whoever says so", "[foreign]") {
  const Record before = made(schema, map({{"stage", "new"}}));
  Record after = before;
  after.crm.set("created", to_text(at(5, "tab", "bob")));
  CHECK(foreign(&before, after) == "bob@tab");
}

TEST_CASE("a comment is its writer's", "[foreign]") {
  const auto noted = [](const Record& record, const std::string& stamp) {
    Record out = record;
    out.crm.set("comments", map({{"changed", map({{"stage", stamp}})},
                                 {"added", map({{"stage", map({{"0a1b", stamp}})}})}}));
    return out;
  };
  const Record before = made(schema, map({{"stage", "new"}}));
  const Record his = noted(before, "2026-01-01T00:00:00.005Z bob@tab");
  CHECK(foreign(&before, his).empty());
  CHECK(foreign(&before, his, {"alice", "desk"}) == "bob@tab");
  CHECK(foreign(&his, noted(before, "2026-01-01T00:00:00.006Z carol@phone")) == "carol@phone");
  CHECK_FALSE(foreign(&his, before).empty()); // its stamp is gone, and so would be what replaced others
  Record seen = noted(before, "2026-01-01T00:00:00.006Z bob@tab");
  seen.crm.find("comments")
      ->if_map()
      ->set("seen", map({{"stage", map({{"phone", "2026-01-01T00:00:00.005Z"}})}}));
  CHECK(foreign(&his, seen) == "@phone");
}

TEST_CASE("a decision between two values is its writer's", "[foreign]") {
  const Record fresh = made(schema, map({{"stage", "new"}}));
  const Record both = joined(with(fresh, schema, "stage", "won", at(5, "phone", "carol")),
                             with(fresh, schema, "stage", "lost", at(6)), schema);
  REQUIRE(disputed(both, schema) == std::vector<std::string>{"stage"});
  CHECK(foreign(&both, with(both, schema, "stage", "won", at(7, "tab", "bob"))).empty());
  Record dropped = both;
  dropped.crm.erase("also"); // one side is gone, and nobody has decided
  CHECK_FALSE(foreign(&both, dropped).empty());
}

TEST_CASE("random writes are their writers', and nobody else's", "[foreign]") {
  RandomWrites random(3);
  const std::vector<Writer> writers{{"alice", "desk"}, {"bob", "tab"}, {"carol", "phone"}, {"bob", "phone"}};
  const int runs = crm::test::amount(60, 300);
  for (int run = 0; run < runs; ++run) {
    std::vector<Record> sides(2, made(schema, map({{"email", "a@x"}, {"tags", list({"a"})}}), at(0)));
    for (int step = 0; step < 8; ++step) {
      auto& side = sides[random.below(2)];
      const auto& by = writers[random.below(writers.size())];
      const Record before = side;
      side = random.write(before, random.now(by.device, by.member));
      for (const auto& each : writers) {
        const bool himself = each.member == by.member && each.device == by.device;
        INFO(each.member << "@" << each.device << " for " << by.member << "@" << by.device);
        REQUIRE(foreign(&before, side, each).empty() == (himself || before == side));
      }
      if (random.below(4) == 0) { // what both sides have is known to whoever merges them by hand
        const Record merged = joined(sides[0], sides[1], schema);
        const auto found = foreign_stamp({&sides[0], &sides[1]}, merged, schema, bob);
        INFO((found ? to_text(*found) : "") << " " << block(merged) << "\n"
                                            << block(sides[0]) << "\n"
                                            << block(sides[1]));
        REQUIRE_FALSE(found);
        side = merged;
      }
    }
  }
}
