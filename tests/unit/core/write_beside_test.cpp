#include "catch.hpp"
#include "merge_schema.hpp"

using namespace crm::core;
using namespace crm::core::testing;

namespace {

const Schema schema = visit_schema();

Record beside(Record record, std::vector<Edit> edits, const Stamp& stamp) {
  write_beside(record, schema, edits, stamp);
  return record;
}

} // namespace

TEST_CASE("a value that is written beside is what a join with the writer's own version would be",
          "[provenance]") {
  const Record base = made(schema, map({{"stage", "lead"},
                                        {"start", "2026-01-05T09:00"},
                                        {"duration", "PT30M"},
                                        {"status", "booked"},
                                        {"email", "a@b"},
                                        {"notes", "one"}}));
  struct Case {
    const char* field;
    const char *here, *there;
    bool disputed;
  };
  for (const auto& each : {Case{"stage", "won", "lost", true}, Case{"notes", "two", "three", true},
                           Case{"status", "confirmed", "arrived", false},
                           Case{"status", "done", "no-show", true}, Case{"email", "c@d", "e@f", false}}) {
    INFO(each.field);
    const Record ours = with(base, schema, each.field, each.here, at(5));
    const Record theirs = with(base, schema, each.field, each.there, at(7, "desk.calendar"));
    const Record both = beside(ours, {{each.field, each.there}}, at(7, "desk.calendar"));
    CHECK(both == joined(ours, theirs, schema));
    CHECK(disputed(both, schema).empty() == !each.disputed);
    CHECK(joined(both, ours, schema) == both);
    CHECK(check_provenance(both, schema).empty());
  }
}

TEST_CASE("of a group that is written beside, what is not named is as it shows", "[provenance]") {
  const Record base = made(schema, map({{"start", "2026-01-05T09:00"}, {"duration", "PT30M"}}));
  const Record ours = with(base, schema, "duration", "PT1H", at(5));
  const Record both = beside(ours, {{"start", "2026-01-06T09:00"}}, at(7, "desk.calendar"));
  REQUIRE(disputed(both, schema) == std::vector<std::string>{"when"});
  const auto values = conflicts(both, schema).front().values;
  CHECK(values[0].values == map({{"start", "2026-01-06T09:00"}, {"duration", "PT1H"}}));
  CHECK(values[1].values == map({{"start", "2026-01-05T09:00"}, {"duration", "PT1H"}}));
}
