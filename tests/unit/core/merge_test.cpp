#include "catch.hpp"
#include "merge_schema.hpp"

#include "base/error.hpp"
#include "core/registers.hpp"

#include <cmath>
#include <limits>

using namespace crm::core;
using namespace crm::core::testing;

namespace {

using Names = std::vector<std::string>;
const Schema schema = visit_schema();

/// Joins in both orders, which must agree to the byte.
Record join_both(const Record& a, const Record& b, const Schema& s = schema) {
  const Record out = joined(a, b, s);
  CHECK(out == joined(b, a, s));
  CHECK(out == joined(out, b, s));
  CHECK(out == joined(a, out, s));
  return out;
}

} // namespace

TEST_CASE("two writes to one field meet by the field's rule", "[merge]") {
  struct Row {
    const char *name, *field;
    Value before, mine, yours; // mine at 2 on a, yours at 3 on b
    Value shown;
    bool conflict;
    std::size_t also;
  };
  const Row row = GENERATE(values<Row>({
      {"latest: the newer", "email", "x@y", "a@y", "b@y", "b@y", false, 0},
      {"latest: an unset value is a value", "email", "x@y", "a@y", Value{}, Value{}, false, 0},
      {"review: both kept", "stage", "lead", "won", "lost", "lost", true, 1},
      {"review: equal values are one", "stage", "lead", "won", "won", "won", false, 1},
      {"review: unset against set", "stage", "lead", "won", Value{}, Value{}, true, 1},
      {"review: neither had it at creation", "stage", Value{}, "won", "lost", "lost", true, 1},
      {"text: both kept", "notes", "one", "one two", "zero one", "zero one", true, 1},
      {"states: one can still move on to the other", "status", "booked", "confirmed", "arrived", "arrived",
       false, 1},
      {"states: the older one is further", "status", "booked", "no-show", "confirmed", "no-show", false, 1},
      {"states: what can be taken back is disputed", "status", "booked", "cancelled", "confirmed",
       "cancelled", true, 1},
      {"states: arrived and cancelled exclude each other", "status", "booked", "arrived", "cancelled",
       "cancelled", true, 1},
      {"states: no-show and cancelled, by rank", "status", "booked", "cancelled", "no-show", "cancelled",
       true, 1},
      {"states: unset is no state", "status", "booked", "arrived", Value{}, "arrived", true, 1},
      {"states: unknown ones are disputed", "status", "booked", "lost in space", "arrived", "arrived", true,
       1},
      {"set: added and removed", "tags", list({"vip"}), list({"new", "vip"}), Value{}, list({"new"}), false,
       0},
      {"set: both add", "tags", Value{}, list({"b"}), list({"a"}), list({"a", "b"}), false, 0},
      {"max: the later date", "last_visit", "2026-01-02", "2026-03-01", "2026-02-01", "2026-03-01", false, 0},
      {"min: the earlier date", "first_visit", "2026-06-02", "2026-03-01", "2026-04-01", "2026-03-01", false,
       0},
      {"max: numbers by size, not by kind", "last_visit", 1, 7, 6.5, 7, false, 0},
      {"unknown: the newer shows, the other is kept", "x-shoe", 40, 41, 42, 42, false, 1},
  }));
  INFO(row.name);
  const Record base = made(schema, map({{row.field, row.before}}));
  const Record mine = with(base, schema, row.field, row.mine, at(2, "a"));
  const Record yours = with(base, schema, row.field, row.yours, at(3, "b"));
  const Record both = join_both(mine, yours);
  CHECK(both.get(row.field) == row.shown);
  CHECK(disputed(both, schema) == (row.conflict ? Names{row.field} : Names{}));
  const Value* also = both.crm.find("also");
  CHECK((also == nullptr ? 0 : also->if_map()->find(row.field)->if_list()->size()) == row.also);
  CHECK(check_provenance(both, schema).empty());
}

TEST_CASE("a write that saw the other replaces it without a trace", "[merge]") {
  const auto* const name = GENERATE("email", "stage", "start", "status", "notes", "x-shoe");
  const Record base = made(schema, map({{name, "booked"}}));
  const Record first = with(base, schema, name, "confirmed", at(2, "a"));
  const Record second = with(first, schema, name, "cancelled", at(3, "b"));
  CHECK(join_both(first, second) == second);
  CHECK(join_both(base, second) == second);
  CHECK(join(first, second, schema).decisions.empty());
}

TEST_CASE("a value decided by a person stays decided when the loser comes again", "[merge]") {
  const Record base = made(schema, {});
  const Record x = with(base, schema, "start", "2026-11-24T15:00", at(2, "a"));
  const Record y = with(base, schema, "start", "2026-11-24T16:00", at(3, "b"));
  const Record both = join_both(x, y);
  const auto found = conflicts(both, schema);
  REQUIRE(found.size() == 1);
  CHECK(found[0].unit == "when");
  REQUIRE(found[0].values.size() == 2);
  CHECK(found[0].values[0].values == map({{"start", "2026-11-24T16:00"}}));
  CHECK(found[0].values[0].stamp == at(3, "b"));
  CHECK(found[0].values[1].stamp == at(2, "a"));

  const auto* const choice = GENERATE("2026-11-24T15:00", "2026-11-24T16:00", "2026-11-24T17:00");
  const Record decided = with(both, schema, "start", choice, at(4, "a"));
  CHECK(disputed(decided, schema).empty());
  CHECK(!decided.crm.contains("also"));
  CHECK(join_both(decided, x) == decided);
  CHECK(join_both(decided, y) == decided);
  CHECK(join_both(join_both(decided, both), y).text("start") == choice);
}

TEST_CASE("a group merges as one, so that no mixture arises that nobody entered", "[merge]") {
  const Record base = made(schema, map({{"start", "2026-11-24T14:00"}, {"duration", "PT45M"}}));
  const Record longer = with(base, schema, "duration", "PT2H", at(2, "a"));
  const Record later = with(base, schema, "start", "2026-11-24T17:30", at(3, "b"));
  const Record both = join_both(longer, later);
  CHECK(both.text("start") == "2026-11-24T17:30");
  CHECK(both.text("duration") == "PT45M");
  CHECK(disputed(both, schema) == Names{"when"});
  CHECK(block(*both.crm.find("also")) ==
        "{when: [{start: 2026-11-24T14:00, duration: PT2H, written: 2026-01-01T00:00:00.002Z alice@a}]}");
}

TEST_CASE("different fields do not get in each other's way", "[merge]") {
  const Record base = made(schema, map({{"email", "x@y"}, {"stage", "lead"}}));
  const Record both = join_both(with(base, schema, "email", "a@y", at(5, "a")),
                                with(base, schema, "stage", "won", at(2, "b")));
  CHECK(both.text("email") == "a@y");
  CHECK(both.text("stage") == "won");
  CHECK(conflicts(both, schema).empty());
}

TEST_CASE("with `merge: record` two edits of one record are a conflict wherever they are", "[merge]") {
  Schema strict = schema;
  strict.strictness = Strictness::Record;
  const Record base = made(strict, map({{"email", "x@y"}, {"tags", list({"vip"})}}));
  const Record both = join_both(with(base, strict, "email", "a@y", at(2, "a")),
                                with(base, strict, "tags", list({"new"}), at(3, "b")), strict);
  CHECK(disputed(both, strict) == Names{"record"});
  CHECK(both.text("email") == "x@y");
  CHECK(both.get("tags") == Value(list({"new"})));
}

TEST_CASE("set elements are removed only by who has seen them", "[merge]") {
  const Record base = made(schema, map({{"tags", list({"vip"})}}));
  const Record removed = with(base, schema, "tags", List{}, at(2, "a"));
  SECTION("added again on the other side by somebody who saw the removal") {
    const Record again = with(removed, schema, "tags", list({"vip"}), at(3, "b"));
    CHECK(join_both(base, again).get("tags") == Value(list({"vip"})));
  }
  SECTION("an element that two devices added needs both to be seen") {
    const Record one = with(removed, schema, "tags", list({"new"}), at(3, "a"));
    const Record two = with(removed, schema, "tags", list({"new"}), at(4, "b"));
    const Record both = join_both(one, two);
    CHECK(block(*both.crm.find("added")) ==
          "{tags: {new: [2026-01-01T00:00:00.003Z alice@a, 2026-01-01T00:00:00.004Z alice@b]}}");
    const Record gone = with(two, schema, "tags", List{}, at(5, "b"));
    CHECK(join_both(both, gone).get("tags") == Value(list({"new"})));
    CHECK(join_both(both, with(both, schema, "tags", List{}, at(5, "b"))).get("tags").is_null());
  }
}

TEST_CASE("deleting is a mark, and a write that it had not seen brings the record back as a conflict",
          "[merge]") {
  const Record base = made(schema, map({{"email", "x@y"}, {"stage", "lead"}}));
  const Record deleted = marked(base, schema, Mark::Delete, at(2, "a"));
  CHECK(is_deleted(deleted, schema));
  CHECK(join_both(base, deleted) == deleted);

  struct Row {
    const char* field;
    Value value;
    bool back;
  };
  const Row row = GENERATE(values<Row>({{"email", "z@y", true},
                                        {"stage", "won", true},
                                        {"email", {}, true},
                                        {"tags", list({"new"}), true},
                                        {"x-shoe", 42, true},
                                        {"last_visit", "2026-12-01", false}}));
  INFO(row.field);
  const Record edited = with(base, schema, row.field, row.value, at(3, "b"));
  const Record both = join_both(deleted, edited);
  CHECK(is_deleted(both, schema) != row.back);
  CHECK(disputed(both, schema) == (row.back ? Names{"deleted"} : Names{}));
  if (!row.back) return;

  const auto found = conflicts(both, schema);
  REQUIRE(found[0].values.size() == 2);
  CHECK(found[0].values[0].values == map({{row.field, row.value}}));
  CHECK(found[0].values[0].stamp == at(3, "b"));
  CHECK(
      (found[0].values[0].shown && !found[0].values[0].deletes)); // though all that it did was clear a field
  CHECK((found[0].values[1].deletes && !found[0].values[1].shown));
  CHECK(found[0].values[1].stamp == at(2, "a"));

  const auto kind = GENERATE(Mark::Delete, Mark::Undelete);
  const Record decided = marked(both, schema, kind, at(4, "c"));
  CHECK(disputed(decided, schema).empty());
  CHECK(is_deleted(decided, schema) == (kind == Mark::Delete));
  CHECK(join_both(decided, deleted) == decided);
  CHECK(join_both(decided, edited) == decided);
}

TEST_CASE("deletion and restoration at once are a conflict", "[merge]") {
  const Record deleted = marked(made(schema, map({{"email", "x@y"}})), schema, Mark::Delete, at(2, "a"));
  const Record again = marked(deleted, schema, Mark::Delete, at(3, "b"));
  const Record restored = marked(deleted, schema, Mark::Undelete, at(4, "c"));
  CHECK(!is_deleted(restored, schema));
  const Record both = join_both(again, restored);
  CHECK(!is_deleted(both, schema));
  CHECK(disputed(both, schema) == Names{"deleted"});
  CHECK(conflicts(both, schema)[0].values[0].values == map({{"email", "x@y"}}));
  CHECK(block(*both.crm.find("deleted")) ==
        "{restored: 2026-01-01T00:00:00.004Z alice@c, seen: {a: 2026-01-01T00:00:00.002Z}, "
        "also: [{by: 2026-01-01T00:00:00.003Z alice@b}]}");
}

TEST_CASE("the decisions name what differed, in schema order, and the rule", "[merge]") {
  const Record base = made(schema, map({{"stage", "lead"}, {"email", "x@y"}}));
  const Record a = with(with(base, schema, "stage", "won", at(2, "a")), schema, "x-shoe", 42, at(3, "a"));
  const Record b = with(with(base, schema, "stage", "lost", at(2, "b")), schema, "email", "b@y", at(3, "b"));
  const auto merged = join(a, b, schema);
  REQUIRE(merged.decisions.size() == 3);
  CHECK((merged.decisions[0].unit == "email" && merged.decisions[0].rule == Rule::Latest &&
         !merged.decisions[0].conflict));
  CHECK((merged.decisions[1].unit == "stage" && merged.decisions[1].rule == Rule::Review &&
         merged.decisions[1].conflict));
  CHECK((merged.decisions[2].unit == "x-shoe" && merged.decisions[2].rule == Rule::Latest));
}

TEST_CASE("only versions of one record merge", "[merge]") {
  const Record a = made(schema, {}, at(0, "a"));
  Record b = a;
  SECTION("another type") {
    b.type = "contact";
  }
  SECTION("another id") {
    b.id = *crm::base::Id::parse("0000000000000000");
  }
  SECTION("no provenance") {
    b.crm = {};
  }
  CHECK_THROWS_AS(join(a, b, schema), crm::base::Error);
}

TEST_CASE("a record that was made twice has the older creation, and loses nothing of the other", "[merge]") {
  const Record a =
      made(schema, map({{"email", "a@x"}, {"stage", "lead"}, {"tags", list({"vip"})}}), at(1, "a"));
  const Record b = made(schema, map({{"stage", "won"}, {"notes", "by phone"}, {"tags", list({"new"})}}),
                        at(2, "b", "bob"));
  const Record both = join_both(a, b);
  CHECK(created(both) == at(1, "a"));
  CHECK(both.text("email") == "a@x"); // that it was not there at the other creation says nothing
  CHECK(both.text("notes") == "by phone");
  CHECK(changed(both, "notes") == at(2, "b"));
  CHECK(both.get("tags") == Value(list({"new", "vip"})));
  CHECK(disputed(both, schema) == Names{"stage"});
  CHECK(join_both(both, a) == both);
  CHECK(join_both(both, b) == both);
  const Record decided = with(both, schema, "stage", "lead", at(3, "c"));
  CHECK(join_both(decided, a) == decided);
  CHECK(join_both(decided, b) == decided);
  const Record later = with(b, schema, "stage", "lost", at(4, "b")); // who wrote it has never seen a
  CHECK(join_both(join_both(a, later), both).text("stage") == "lost");
  CHECK(disputed(join_both(later, both), schema) == Names{"stage"});
}

TEST_CASE("a device with an older schema loses nothing of what it does not understand", "[merge]") {
  Schema old = schema; // knows neither the group, nor the set, nor the states
  std::erase_if(old.fields, [](const Field& f) { return f.name != "email"; });
  old.states.reset();
  const Record base = made(schema, map({{"email", "x@y"}, {"stage", "lead"}, {"tags", list({"vip"})}}));
  Record a = with(base, schema, "stage", "won", at(2, "a"));
  a = with(a, schema, "tags", list({"new", "vip"}), at(3, "a"));
  Record b = with(base, schema, "stage", "lost", at(4, "b"));
  b = with(b, schema, "tags", list({"big", "vip"}), at(5, "b"));
  b = with(b, schema, "start", "2026-11-24T15:00", at(6, "b"));
  const Record c = with(base, schema, "start", "2026-11-24T16:00", at(7, "c"));
  const Record bc = joined(b, c, schema), all = joined(a, bc, schema);

  const Record there = join_both(a, bc, old);
  CHECK(disputed(there, old).empty());
  CHECK(check_provenance(there, old).empty());
  CHECK(join_both(there, base) == all); // back on a device that knows
  CHECK(joined(there, there, schema) == all);

  const Record typed = with(there, old, "tags", list({"big", "huge", "vip"}), at(8, "d"));
  CHECK(join_both(typed, all).get("tags") == Value(list({"big", "huge", "vip"})));
}

TEST_CASE("a field that moves into a group brings its stamp along", "[merge]") {
  Schema before = schema;
  for (auto& f : before.fields)
    f.group.clear();
  const Record base = made(before, map({{"start", "2026-11-24T14:00"}, {"duration", "PT45M"}}));
  const Record written = with(base, before, "start", "2026-11-24T15:00", at(2, "a"));
  CHECK(join_both(base, written).text("start") == "2026-11-24T15:00");
  CHECK(conflicts(join_both(base, written), schema).empty());
  CHECK(block(join_both(base, written)) ==
        "{created: 2026-01-01T00:00:00.000Z alice@desk, changed: {when: 2026-01-01T00:00:00.002Z alice@a}}");

  const Record rival = with(base, before, "start", "2026-11-24T16:00", at(3, "b"));
  const Record both = joined(joined(written, rival, before), base, schema);
  CHECK(disputed(both, schema) == Names{"when"});
  CHECK(conflicts(both, schema)[0].values[1].values ==
        map({{"start", "2026-11-24T15:00"}, {"duration", "PT45M"}}));
}

TEST_CASE("one stamp on two contents keeps both", "[merge]") {
  const Record base = made(schema, map({{"stage", "lead"}}));
  const Record a = with(base, schema, "stage", "won", at(2, "a")),
               b = with(base, schema, "stage", "lost", at(2, "a"));
  CHECK(disputed(join_both(a, b), schema) == Names{"stage"});
}

TEST_CASE("a forged `seen` wipes no value", "[merge]") {
  const Record base = made(schema, map({{"stage", "lead"}}));
  Record a = with(base, schema, "stage", "won", at(2, "a")),
         b = with(base, schema, "stage", "lost", at(2, "b"));
  a.crm.set("seen", map({{"stage", map({{"b", "2190-01-01T00:00:00.000Z"}})}}));
  b.crm.set("seen", map({{"stage", map({{"a", "2190-01-01T00:00:00.000Z"}})}}));
  CHECK(joined(a, b, schema).text("stage") == "lost");
  CHECK(joined(a, b, schema) == joined(b, a, schema));
  CHECK(check_provenance(a, schema).size() == 1);
}

TEST_CASE("of equal numbers the same one stays, whoever is asked first", "[merge]") {
  constexpr auto exact = std::int64_t{1} << 53; // from here on not every whole number is a double
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  // In the order in which `max` has them.
  const std::vector<Value> ordered{-std::numeric_limits<double>::max(),
                                   std::numeric_limits<std::int64_t>::min(),
                                   -9223372036854775808.0,
                                   -1.5,
                                   -1,
                                   -1.0,
                                   -0.5,
                                   0,
                                   0.0,
                                   0.5,
                                   1,
                                   1.0,
                                   exact,
                                   static_cast<double>(exact),
                                   exact + 1,
                                   largest,
                                   9223372036854775808.0,
                                   "2026-01-01"};
  for (std::size_t i = 0; i < ordered.size(); ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      INFO(to_text(ordered[i]) << " and " << to_text(ordered[j]));
      REQUIRE(better(Joining::Greatest, ordered[i], ordered[j]) == ordered[i]);
      REQUIRE(better(Joining::Greatest, ordered[j], ordered[i]) == ordered[i]);
      REQUIRE(better(Joining::Least, ordered[i], ordered[j]) == ordered[j]);
      REQUIRE(better(Joining::Least, ordered[j], ordered[i]) == ordered[j]);
    }
  REQUIRE_FALSE(std::signbit(*Value(-0.0).if_double()));
}
