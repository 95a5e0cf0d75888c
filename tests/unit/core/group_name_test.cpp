// A schema takes a group apart, and a field gets its name.
#include "catch.hpp"
#include "merge_schema.hpp"

using namespace crm::core;
using namespace crm::core::testing;

TEST_CASE("concurrent values of a group stay sound when a field takes its name", "[provenance][merge]") {
  const auto [rule, shape, group] = GENERATE(table<Rule, Shape, std::string>({
      {Rule::Review, Shape::Text, ""},
      {Rule::Latest, Shape::Text, ""},
      {Rule::Max, Shape::Text, ""},
      {Rule::Set, Shape::Texts, ""},
      {Rule::Review, Shape::Text, "place"}, // and begins another group
  }));
  const Schema schema = visit_schema();
  Schema later = schema;
  for (auto& field : later.fields)
    field.group = field.name == "stage" ? group : "";
  later.fields.push_back(field("when", rule, shape, group));
  const Value room = shape == Shape::Texts ? Value(list({"room-1"})) : Value("room-1");
  const Record first =
      made(schema, map({{"stage", "lead"}, {"start", "2026-11-24T14:00"}, {"duration", "PT45M"}}));
  const Record disputed = joined(with(first, schema, "start", "2026-11-24T15:00", at(1, "a")),
                                 with(with(first, schema, "start", "2026-11-24T16:00", at(2, "b")), schema,
                                      "duration", "PT30M", at(3, "b")),
                                 schema);
  REQUIRE(disputed.crm.contains("also"));
  CHECK(check_provenance(disputed, later).empty());

  // Written by the new schema on three devices, one of which still decides by the old one.
  const std::vector<Record> all{with(disputed, later, "when", room, at(14, "a")),
                                with(with(disputed, later, "start", "2026-11-25T09:00", at(11, "b")), later,
                                     "stage", "won", at(12, "b")),
                                with(disputed, schema, "start", "2026-11-26T09:00", at(13, "c")), disputed};
  std::vector<std::size_t> order{0, 1, 2, 3};
  std::optional<Record> met;
  do {
    Record record = all[order[0]];
    for (std::size_t i = 1; i < order.size(); ++i) {
      const Record& other = all[order[i]];
      const Record both = joined(record, other, later);
      REQUIRE(both == joined(other, record, later));
      REQUIRE(both == joined(both, other, later));
      record = both;
    }
    CHECK(check_provenance(record, later).empty());
    if (met) REQUIRE(record == *met);
    met = record;
  } while (std::next_permutation(order.begin(), order.end()));
  CHECK(met->get("when") == room);

  // Somebody decides what is open, and nothing of it comes back.
  Record decided = *met;
  long now = 20;
  for (const auto& conflict : conflicts(*met, later))
    for (const auto& name : fields_of(conflict.unit, later)) {
      const Value* value = conflict.values.front().values.find(name);
      decided = with(decided, later, name.c_str(), value != nullptr ? *value : Value{}, at(++now, "a"));
    }
  CHECK(conflicts(decided, later).empty());
  for (const auto& each : all)
    CHECK(joined(decided, each, later) == decided);
  CHECK(check_provenance(decided, later).empty());
}
