// A copied device: what it wrote under the name that it shared must meet what the other copy wrote as if it
// had had a name of its own from the beginning.
#include "amount.hpp"
#include "catch.hpp"
#include "merge_schema.hpp"
#include "random_writes.hpp"

#include "core/foreign.hpp"
#include "core/renaming.hpp"

using namespace crm::core;
using namespace crm::core::testing;

namespace {

Record written(RandomWrites& writes, Record record, const std::string& device, std::size_t count) {
  for (std::size_t n = 0; n < count; ++n)
    record = writes.write(record, writes.now(device, "alice"));
  return record;
}

} // namespace

TEST_CASE("a copy that is given a name meets the other as if it had had it all along", "[renaming]") {
  for (int seed = 0; seed < crm::test::amount(300, 5000); ++seed) {
    INFO("seed " << seed);
    RandomWrites writes(static_cast<unsigned>(seed));
    const auto& schema = writes.schema();
    Record base = made(schema, map({{"email", "a@b"}}), writes.now("desk", "alice"));
    base = written(writes, base, "desk", writes.below(4));
    base = written(writes, base, "tablet", writes.below(3));
    const auto since = writes.now("desk", "alice").time;
    auto same = writes;
    Record copy = written(writes, base, "desk", 3);
    const Record meant = written(same, base, "desk-2", 3);
    const Record other = written(writes, base, "desk", 3);

    const Renaming renaming{"desk", "desk-2", since};
    const Record before = copy;
    if (before == base) continue; // writes that changed nothing leave no stamp
    CHECK(rename_writer(copy, schema, renaming));
    CHECK(check_provenance(copy, schema).empty());
    CHECK(copy.fields == before.fields);
    CHECK(is_renamed(before, copy, schema, renaming));
    CHECK_FALSE(rename_writer(copy, schema, renaming));

    const Record both = joined(copy, other, schema), expected = joined(meant, other, schema);
    CHECK(both.fields == expected.fields);
    CHECK(disputed(both, schema) == disputed(expected, schema));
    CHECK(is_deleted(both, schema) == is_deleted(expected, schema));
    CHECK(joined(other, copy, schema) == both);
  }
}

TEST_CASE("a record that one copy alone has made stays as it is", "[renaming]") {
  const auto schema = visit_schema();
  Record record = with(made(schema, {}, at(5)), schema, "email", "a@b", at(6));
  CHECK_FALSE(rename_writer(record, schema, {"desk", "desk-2", at(4).time}));
  CHECK(rename_writer(record, schema, {"desk", "desk-2", at(5).time}));
  CHECK(created(record) == at(5));
  CHECK(changed(record, "email") == at(6, "desk-2"));
}

TEST_CASE("comments are renamed with the rest, and what a calendar wrote", "[renaming]") {
  const auto schema = visit_schema();
  Record record = with(made(schema, {}), schema, "email", "a@b", at(6, calendar_of("desk")));
  Map said;
  said.set("changed", map({{"email", to_text(at(7))}}));
  set_comments(record, said);
  REQUIRE(rename_writer(record, schema, {"desk", "desk-2", at(1).time}));
  CHECK(changed(record, "email") == at(6, calendar_of("desk-2")));
  CHECK(changed(comments_record(record), "email") == at(7, "desk-2"));
}

TEST_CASE("whoever changes something on the way has not only renamed", "[renaming]") {
  const auto schema = visit_schema();
  const Record before = with(made(schema, {}), schema, "email", "a@b", at(6));
  const Renaming renaming{"desk", "desk-2", at(1).time};
  Record after = before;
  REQUIRE(rename_writer(after, schema, renaming));
  CHECK(is_renamed(before, after, schema, renaming));
  CHECK_FALSE(is_renamed(before, before, schema, renaming));
  CHECK_FALSE(is_renamed(before, with(after, schema, "email", "c@d", at(8, "desk-2")), schema, renaming));
  CHECK_FALSE(is_renamed(before, after, schema, {"desk", "desk-3", renaming.since}));
  CHECK_FALSE(is_renamed(before, after, schema, {"desk", "desk-2", at(6).time}));
}
