#include "amount.hpp"
#include "catch.hpp"
#include "random_writes.hpp"

#include "base/error.hpp"
#include "core/carry.hpp"
#include "core/registers.hpp"

using namespace crm::core;
using namespace crm::core::testing;

namespace {

const Schema schema = visit_schema();

Record carried(const Record& before, const Record& after, const Record& onto) {
  return carry(before, after, onto, schema);
}

} // namespace

TEST_CASE("a write that is carried stands beside what was written meanwhile", "[carry]") {
  const Record before = made(schema, map({{"email", "a@x"}, {"stage", "new"}, {"tags", list({"a", "b"})}}));
  const Record after = with(before, schema, "stage", "won", at(5, "tab", "bob"));
  const Record onto = with(before, schema, "email", "b@x", at(3, "desk"));
  const Record both = carried(before, after, onto);
  CHECK(both.text("email") == "b@x");
  CHECK(both.text("stage") == "won");
  CHECK(changed(both, "stage") == at(5, "tab", "bob"));
  CHECK(changed(both, "email") == at(3, "desk"));
}

TEST_CASE("a write to a record that was made twice is carried to one of the two", "[carry]") {
  const Record first = made(schema, map({{"email", "a@x"}}), at(1)), second = made(schema, {}, at(2, "tab"));
  const Record before = joined(first, second, schema);
  const Record after = with(before, schema, "stage", "won", at(5, "tab", "bob"));
  const Record onto = carried(before, after, second);
  CHECK(onto.text("stage") == "won");
  CHECK(created(onto) == at(2, "tab"));
  CHECK_FALSE(onto.fields.contains("email"));
}

TEST_CASE("of a set only what the write added and took away is carried", "[carry]") {
  const Record before = made(schema, map({{"tags", list({"a", "b"})}}));
  const Record after =
      with(before, schema, "tags", list({"b", "c"}), at(5, "tab", "bob")); // without a, with c
  const Record onto = with(before, schema, "tags", list({"a", "b", "d"}), at(3));
  CHECK(carried(before, after, onto).get("tags") == Value(list({"b", "c", "d"})));
}

TEST_CASE("a group is carried whole, as one write made it", "[carry]") {
  const Record before = made(schema, map({{"start", "2026-01-05T09:00"}, {"duration", "PT45M"}}));
  const Record after = with(before, schema, "start", "2026-01-06T09:00", at(5, "tab", "bob"));
  const Record onto = with(before, schema, "duration", "PT30M", at(3));
  const Record both = carried(before, after, onto);
  CHECK(both.text("start") == "2026-01-06T09:00");
  CHECK(both.text("duration") == "PT45M");
}

TEST_CASE("deleting and restoring are carried", "[carry]") {
  const Record before = made(schema, map({{"email", "a@x"}}));
  const Record gone = marked(before, schema, Mark::Delete, at(5, "tab", "bob"));
  const Record onto = with(before, schema, "email", "b@x", at(3));
  const auto fate = [](const Record& record) { return presence(read_state(record, schema)); };
  CHECK(fate(carried(before, gone, before)) == Presence::Gone);
  // It knew nothing of what is written there: somebody decides, as after a merge.
  CHECK(fate(carried(before, gone, onto)) == Presence::Disputed);
  const Record back = marked(gone, schema, Mark::Undelete, at(6, "tab", "bob"));
  CHECK(fate(carried(gone, back, carried(before, gone, onto))) == Presence::Here);
}

TEST_CASE("a write does not change when a record was made", "[carry]") {
  const Record here = made(schema, map({{"email", "a@x"}})), there = made(schema, {}, at(1, "tab", "bob"));
  REQUIRE_THROWS_AS(carried(here, there, here), crm::base::Error);
}

TEST_CASE("carrying is what the write did and nothing else, of random writes", "[carry]") {
  RandomWrites random(7);
  const int runs = crm::test::amount(100, 400);
  for (int run = 0; run < runs; ++run) {
    Record before = made(schema, map({{"email", "a@x"}, {"tags", list({"a", "vip"})}}), at(0));
    for (auto n = random.below(4); n-- > 0;)
      before = random.write(before, random.now("desk", "alice"));
    Record onto = before;
    for (auto n = random.below(4); n-- > 0;)
      onto = random.write(onto, random.now("desk", "alice"));
    const Record after = random.write(before, random.now("tab", "bob"));
    REQUIRE(carried(before, after, before) == after);
    REQUIRE(carried(before, before, onto) == onto);
    const Record both = carried(before, after, onto);
    REQUIRE(check_provenance(both, schema).empty());
    const auto was = read_state(before, schema), became = read_state(after, schema),
               is = read_state(onto, schema), out = read_state(both, schema);
    for (const auto& unit : out.units) {
      auto old = was, now = became, on = is;
      const bool written = !(old.at(unit.unit, schema) == now.at(unit.unit, schema));
      INFO(unit.unit);
      if (!written)
        REQUIRE(unit == on.at(unit.unit, schema));
      else if (unit.joining != Joining::Set)
        REQUIRE(unit == now.at(unit.unit, schema));
    }
    REQUIRE(out.deletion == (was.deletion == became.deletion ? is.deletion : became.deletion));
  }
}
