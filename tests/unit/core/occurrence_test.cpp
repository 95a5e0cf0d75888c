#include "catch.hpp"
#include "core/merge.hpp"
#include "core/occurrence.hpp"
#include "core/problem.hpp"
#include "core/provenance.hpp"

#include <set>
#include <string>

using namespace crm;
using namespace crm::core;

namespace {

Schema appointment() {
  Schema schema;
  schema.type = "appointment";
  schema.time_field = "start";
  schema.duration_field = "duration";
  const auto field = [&](const char* name, Rule rule, const char* group = "") {
    Field out;
    out.name = name;
    out.rule = rule;
    out.group = group;
    if (rule == Rule::Set) out.shape = Shape::Texts;
    schema.fields.push_back(std::move(out));
  };
  for (const char* name : {"start", "zone", "duration", "rrule"})
    field(name, Rule::Review, "when");
  field("except", Rule::Set);
  field("assignee", Rule::Review);
  field("tags", Rule::Set);
  field("series", Rule::Latest);
  field("original", Rule::Latest);
  return schema;
}

Stamp stamp(int minute, const char* device) {
  return {*parse_stamp_time("2026-11-23T09:00:00.000Z") + std::chrono::minutes{minute}, device, "alice"};
}

Record series(const Schema& schema) {
  Map fields;
  fields.set("start", "2026-11-24T14:00");
  fields.set("zone", "Europe/London");
  fields.set("duration", "PT30M");
  fields.set("rrule", "FREQ=WEEKLY;BYDAY=TU,TH");
  fields.set("except", List{Value{"2026-12-03"}});
  fields.set("tags", List{Value{"vip"}});
  return create(*base::Id::parse("7f3k2m9qxv0tbn4c"), schema, std::move(fields), stamp(0, "desk"));
}

LocalDate day(const char* text) {
  return *parse_date(text);
}

} // namespace

TEST_CASE("each day of a series has an id of its own, and the id tells the day") {
  const auto root = *base::Id::parse("7f3k2m9qxv0tbn4c");
  std::set<std::string> ids{root.str()}, folders;
  for (int i = 0; i < 20'000; ++i) {
    const LocalDate each = day("2000-01-01") + std::chrono::days{i};
    const auto id = occurrence_id(root, each);
    CHECK(ids.insert(id.str()).second);
    folders.insert(id.str().substr(0, 2));
    REQUIRE(day_of_occurrence(id.str(), root) == each);
  }
  CHECK(folders.size() > 900); // neighbours do not crowd one folder
  CHECK_FALSE(day_of_occurrence(root.str(), root));
  CHECK_FALSE(day_of_occurrence("7f3k2m9qxv0tbn4d", root));
  CHECK_FALSE(day_of_occurrence("not an id", root));
  CHECK(continuation_id(root, day("2026-12-08"), "") == continuation_id(root, day("2026-12-08"), ""));
  CHECK_FALSE(continuation_id(root, day("2026-12-08"), "") == continuation_id(root, day("2026-12-09"), ""));
}

TEST_CASE("an occurrence is what its series says, with its provenance, on its day") {
  const Schema schema = appointment();
  const Record record = series(schema);
  const Record one = occurrence(record, schema, day("2026-12-01"));
  CHECK(one.text("start") == "2026-12-01T14:00");
  CHECK(one.text("series") == record.id.str());
  CHECK(one.text("original") == "2026-12-01");
  CHECK(one.get("rrule").is_null());
  CHECK(one.get("except").is_null());
  CHECK(created(one) == created(record));
  CHECK(check_provenance(one, schema).empty());
  CHECK(is_override(one));
  CHECK_FALSE(is_series(one));
  CHECK(root_of(one) == record.id);
  CHECK(read_series(record, schema)->holds(day("2026-12-01")));
  CHECK_FALSE(read_series(record, schema)->holds(day("2026-12-03")));
  CHECK_FALSE(read_series(record, schema)->holds(day("2026-12-02")));
}

TEST_CASE("an occurrence at a time that the clock skips or shows twice is at one that it shows") {
  const WallTime early{LocalTime{day("2026-01-01")} + std::chrono::minutes{90}, {}};
  CHECK(to_text(on_day(early, day("2027-03-28"), "Europe/London")) == "2027-03-28T02:00");
  CHECK(to_text(on_day(early, day("2027-10-31"), "Europe/London")) == "2027-10-31T01:30+01:00");
  CHECK(to_text(on_day(early, day("2027-10-30"), "Europe/London")) == "2027-10-30T01:30");
}

TEST_CASE("two devices that change one occurrence make versions of one record, which merge by field") {
  const Schema schema = appointment();
  Record record = series(schema);
  Record moved = occurrence(record, schema, day("2026-12-01"));
  write(moved, schema, std::vector<Edit>{{"start", "2026-12-01T16:00"}}, stamp(5, "desk"));
  // The other device has seen a later change of the series.
  write(record, schema, std::vector<Edit>{{"assignee", "bob"}}, stamp(2, "tablet"));
  Record assigned = occurrence(record, schema, day("2026-12-01"));
  CHECK(assigned.text("assignee") == "bob");
  write(assigned, schema, std::vector<Edit>{{"tags", List{Value{"recall"}, Value{"vip"}}}},
        stamp(6, "tablet"));
  REQUIRE(moved.id == assigned.id);
  const Record one = join(moved, assigned, schema).record, other = join(assigned, moved, schema).record;
  CHECK(one.fields == other.fields);
  CHECK(one.crm == other.crm);
  CHECK(conflicts(one, schema).empty());
  CHECK(one.text("start") == "2026-12-01T16:00");
  CHECK(one.text("assignee") == "bob");
  CHECK(one.get("tags") == Value{List{Value{"recall"}, Value{"vip"}}});
}
