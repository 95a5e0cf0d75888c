#include "amount.hpp"
#include "catch.hpp"
#include "merge_schema.hpp"

#include "base/error.hpp"
#include "core/problem.hpp"

#include <random>

using namespace crm::core;
using namespace crm::core::testing;

namespace {

using Names = std::vector<std::string>;
const Schema schema = visit_schema();
const std::string t0 = "2026-01-01T00:00:00.000Z", t2 = "2026-01-01T00:00:00.002Z",
                  t3 = "2026-01-01T00:00:00.003Z";

/// Puts junk, a piece of the same block or nothing in place of a random node.
Value spoiled(const Value& node, const Value& whole, std::mt19937& random) {
  const auto below = [&](std::size_t n) { return random() % n; };
  if (below(4) == 0 || (node.if_map() == nullptr && node.if_list() == nullptr)) {
    const std::vector<Value> junk{
        {},     true,  -1,    "",   "x", "\x1b[2J", t2, t3 + " eve@tab", map({{"written", t3 + " eve@a"}}),
        List{}, Map{}, 1e300, whole};
    return junk[below(junk.size())];
  }
  if (const auto* list = node.if_list()) {
    List out = *list;
    if (out.empty()) return Value{};
    Value& item = out[below(out.size())];
    item = spoiled(item, whole, random);
    return out;
  }
  Map out = *node.if_map();
  if (out.empty()) return Value{};
  auto entry = out.begin() + static_cast<std::ptrdiff_t>(below(out.size()));
  const std::string key = entry->first;
  Value value = spoiled(entry->second, whole, random);
  const std::vector<std::string> names{key,  "stage", "when", "start", "tags",   "x-new",
                                       "by", "knew",  "seen", "also",  "deleted"};
  out.set(below(3) == 0 ? names[below(names.size())] : key, std::move(value));
  return out;
}

} // namespace

TEST_CASE("a record that nobody touched has one line of provenance", "[provenance]") {
  const Record record = made(schema, map({{"x-b", 1},
                                          {"tags", list({"vip", "a", "vip"})},
                                          {"x-a", 2},
                                          {"email", "x@y"},
                                          {"stage", Value{}},
                                          {"notes", List{}}}));
  CHECK(block(record) == "{created: " + t0 + " alice@desk}");
  CHECK(record.fields == map({{"email", "x@y"}, {"tags", list({"a", "vip"})}, {"x-a", 2}, {"x-b", 1}}));
  CHECK(check_provenance(record, schema).empty());
  CHECK(created(record) == at(0));
  CHECK(changed(record, "when") == at(0));
  CHECK(newest(record) == at(0));
}

TEST_CASE("a write stamps the units whose value it changes", "[provenance]") {
  const Record base = made(schema, map({{"email", "x@y"},
                                        {"tags", list({"a", "b"})},
                                        {"start", "2026-11-24T14:00"},
                                        {"last_visit", "2026-05-01"},
                                        {"first_visit", "2026-05-01"}}));
  struct Row {
    const char* name;
    std::vector<Edit> edits;
    Names written;
    std::string crm;
  };
  const std::string by = " bob@tab";
  const Row row = GENERATE_COPY(values<Row>({
      {"one field", {{"email", "z@y"}}, {"email"}, "changed: {email: " + t2 + by + "}"},
      {"unset", {{"email", Value{}}}, {"email"}, "changed: {email: " + t2 + by + "}"},
      {"the same value", {{"email", "x@y"}}, {}, ""},
      {"empty for absent", {{"x-list", List{}}, {"notes", Value{}}}, {}, ""},
      {"a group once",
       {{"duration", "PT1H"}, {"start", "2026-11-24T15:00"}},
       {"when"},
       "changed: {when: " + t2 + by + "}"},
      {"a group back and forth", {{"start", "2026-11-24T15:00"}, {"start", "2026-11-24T14:00"}}, {}, ""},
      {"a set in another order", {{"tags", list({"b", "a", "a"})}}, {}, ""},
      {"an element more",
       {{"tags", list({"c", "b", "a"})}},
       {"tags"},
       "changed: {tags: " + t2 + by + "}, added: {tags: {c: " + t2 + by + "}}"},
      {"an element less", {{"tags", list({"b"})}}, {"tags"}, "changed: {tags: " + t2 + by + "}"},
      {"an earlier last visit", {{"last_visit", "2026-04-01"}}, {}, ""},
      {"a later last visit",
       {{"last_visit", "2026-06-01"}},
       {"last_visit"},
       "changed: {last_visit: " + t2 + by + "}"},
      {"an earlier first visit",
       {{"first_visit", "2026-04-01"}},
       {"first_visit"},
       "changed: {first_visit: " + t2 + by + "}"},
      {"`max` cannot be unset", {{"last_visit", Value{}}}, {}, ""},
      {"schema order, then unknown ones",
       {{"x-b", 1}, {"x-a", 1}, {"stage", "won"}, {"email", "z@y"}},
       {"email", "stage", "x-a", "x-b"},
       "changed: {email: " + t2 + by + ", stage: " + t2 + by + ", x-a: " + t2 + by + ", x-b: " + t2 + by +
           "}"},
  }));
  INFO(row.name);
  Record record = base;
  CHECK(write(record, schema, row.edits, at(2, "tab", "bob")) == row.written);
  CHECK(block(record) == "{created: " + t0 + " alice@desk" + (row.crm.empty() ? "" : ", ") + row.crm + "}");
  CHECK(check_provenance(record, schema).empty());
  for (const auto& unit : row.written)
    CHECK(changed(record, unit) == at(2, "tab"));
  CHECK(newest(record) == (row.written.empty() ? at(0) : at(2, "tab")));
  if (row.written.empty()) CHECK(record == base);
}

TEST_CASE("a write remembers whom it replaced, where the other stamps do not say it", "[provenance]") {
  Record record = made(schema, map({{"stage", "lead"}, {"email", "x@y"}}));
  record = with(record, schema, "stage", "won", at(2, "a"));
  CHECK(!record.crm.contains("seen"));
  record = with(record, schema, "stage", "lost", at(3, "b"));
  CHECK(block(*record.crm.find("seen")) == "{stage: {a: " + t2 + "}}");
  record = with(with(record, schema, "email", "a@y", at(4, "a")), schema, "email", "b@y", at(5, "b"));
  CHECK(block(*record.crm.find("seen")) == "{stage: {a: " + t2 + "}}"); // `latest` has no need of it
}

TEST_CASE("choosing the value that shows is a write when others stand beside it, and else none",
          "[provenance]") {
  const Record base = made(schema, map({{"status", "booked"}, {"stage", "lead"}}));
  const auto both = [&](const char* name, const char* a, const char* b) {
    return joined(with(base, schema, name, a, at(2, "a")), with(base, schema, name, b, at(3, "b")), schema);
  };
  CHECK(changed(with(both("stage", "won", "lost"), schema, "stage", "lost", at(4, "c")), "stage") ==
        at(4, "c"));
  CHECK(changed(with(both("stage", "won", "won"), schema, "stage", "won", at(4, "c")), "stage") ==
        at(3, "b"));
  CHECK(changed(with(both("status", "arrived", "cancelled"), schema, "status", "cancelled", at(4, "c")),
                "status") == at(4, "c"));
  CHECK(changed(with(both("status", "no-show", "confirmed"), schema, "status", "no-show", at(4, "c")),
                "status") == at(3, "b"));
}

TEST_CASE("`changed` in the file is the stamp of the value that shows, the function's that of the newest",
          "[provenance]") {
  const Record base = made(schema, map({{"status", "booked"}}));
  const Record both = joined(with(base, schema, "status", "no-show", at(2, "a")),
                             with(base, schema, "status", "confirmed", at(3, "b")), schema);
  CHECK(both.text("status") == "no-show");
  CHECK(block(both) == "{created: " + t0 + " alice@desk, changed: {status: " + t2 +
                           " alice@a}, also: {status: [{status: confirmed, "
                           "written: " +
                           t3 + " alice@b}]}}");
  CHECK(changed(both, "status") == at(3, "b"));
}

TEST_CASE("one batch may write a record several times with its one stamp", "[provenance]") {
  Record record = made(schema, map({{"stage", "lead"}, {"tags", list({"a"})}}));
  record = with(record, schema, "tags", list({"a", "b"}), at(0));
  record = with(record, schema, "stage", "won", at(0));
  CHECK(block(record) == "{created: " + t0 + " alice@desk}");
  record = with(with(record, schema, "stage", "lost", at(2)), schema, "stage", "open", at(2));
  CHECK(record.text("stage") == "open");
  CHECK(!record.crm.contains("seen"));
  record = marked(record, schema, Mark::Delete, at(2));
  CHECK(is_deleted(record, schema));
}

TEST_CASE("a stamp older than the record is refused, as a join would forget the write", "[provenance]") {
  Record record = with(made(schema, {}), schema, "email", "x@y", at(5, "b"));
  const Edit edit{"stage", "won"};
  CHECK_THROWS_AS(write(record, schema, std::span(&edit, 1), at(4, "a")), crm::base::Error);
  CHECK_THROWS_AS(mark(record, schema, Mark::Delete, at(4, "a")), crm::base::Error);
  const Edit reserved{GENERATE("id", "crm"), "x"};
  CHECK_THROWS_AS(write(record, schema, std::span(&reserved, 1), at(6, "a")), crm::base::Error);
}

TEST_CASE("a mark is one line, and knows what creation does not say", "[provenance]") {
  const Record base = made(schema, map({{"email", "x@y"}}));
  const Record plain = marked(base, schema, Mark::Delete, at(2, "tab", "bob"));
  CHECK(block(plain) == "{created: " + t0 + " alice@desk, deleted: {by: " + t2 + " bob@tab}}");
  CHECK(is_deleted(plain, schema));
  CHECK(plain.fields == base.fields);
  const Record edited =
      marked(with(base, schema, "email", "z@y", at(2, "a")), schema, Mark::Delete, at(3, "tab", "bob"));
  CHECK(block(*edited.crm.find("deleted")) == "{by: " + t3 + " bob@tab, knew: {a: " + t2 + "}}");
  const Record restored = marked(edited, schema, Mark::Undelete, at(4, "tab"));
  CHECK(block(*restored.crm.find("deleted")) == "{restored: 2026-01-01T00:00:00.004Z alice@tab}");
  CHECK(!is_deleted(restored, schema));
  CHECK(!is_deleted(with(edited, schema, "email", "again@y", at(4, "a")), schema));
  CHECK(newest(restored) == at(4, "tab"));
  for (const auto& record : {plain, edited, restored})
    CHECK(check_provenance(record, schema).empty());
}

TEST_CASE("fields with awkward names keep their place beside the block's own words", "[provenance]") {
  const auto* const name = GENERATE("written", "_written", "deleted", "when", "created");
  INFO(name);
  const Record base = made(schema, {});
  const Record both = joined(with(base, schema, name, "one", at(2, "a")),
                             with(base, schema, name, "two", at(3, "b")), schema);
  CHECK(both.text(name) == "two");
  CHECK(joined(both, both, schema) == both);
  CHECK(check_provenance(both, schema).empty());
  const Value* also = both.crm.find("also");
  REQUIRE(also != nullptr);
  CHECK(block(*also).find("one, written: " + t2) != std::string::npos);
}

TEST_CASE("the check names what is wrong with a hostile block", "[provenance]") {
  const std::string by = t2 + " bob@tab";
  const auto also = [&](Map version) {
    return Map(map({{"also", map({{"stage", List{Value(std::move(version))}}})}}));
  };
  List crowd(1024, Value(map({{"stage", "won"}, {"written", by}})));
  Map devices;
  for (int i = 0; i < 1025; ++i)
    devices.set("d" + std::to_string(i), t0);
  struct Row {
    Map crm;
    std::string field;
  };
  const Row row = GENERATE_COPY(values<Row>({
      {map({{"created", 1}}), "crm.created"},
      {map({{"created", t0}}), "crm.created"},
      {map({{"created", t0 + " Bob@tab"}}), "crm.created"},
      {map({{"created", "2201-01-01T00:00:00.000Z bob@tab"}}), "crm.created"},
      {map({{"created", "1969-01-01T00:00:00.000Z bob@tab"}}), "crm.created"},
      {map({{"createt", by}}), "crm.createt"},
      {map({{"changed", by}}), "crm.changed"},
      {map({{"changed", map({{"stage", List{by}}})}}), "crm.changed.stage"},
      {map({{"changed", map({{"st\x1b[1mage", by}})}}), "crm.changed.st\\x1b[1mage"},
      {map({{"changed", map({{"", by}})}}), "crm.changed."},
      {map({{"seen", map({{"stage", t0}})}}), "crm.seen.stage"},
      {map({{"seen", map({{"stage", map({{"tab", by}})}})}}), "crm.seen.stage.tab"},
      {map({{"seen", map({{"stage", map({{"Tab", t0}})}})}}), "crm.seen.stage.Tab"},
      {map({{"seen", map({{"stage", map({{"tab", t2}})}})}}), "crm.seen.stage.tab"},
      {map({{"seen", map({{"stage", std::move(devices)}})}}), "crm"},
      {map({{"also", map({{"stage", by}})}}), "crm.also.stage"},
      {map({{"also", map({{"stage", List{}}})}}), "crm.also.stage"},
      {map({{"also", map({{"stage", List{by}}})}}), "crm.also.stage"},
      {map({{"also", map({{"stage", crowd}})}}), "crm.also.stage"},
      {also(map({{"stage", "won"}})), "crm.also.stage"},
      {also(map({{"stage", "won"}, {"written", "soon"}})), "crm.also.stage.written"},
      {also(map({{"crm", "x"}, {"written", by}})), "crm.also.stage.crm"},
      {also(map({{"stage", std::numeric_limits<double>::quiet_NaN()}, {"written", by}})),
       "crm.also.stage.stage"},
      {map({{"added", List{}}}), "crm.added"},
      {map({{"added", map({{"tags", by}})}}), "crm.added.tags"},
      {map({{"added", map({{"tags", map({{"vip", t0}})}})}}), "crm.added.tags.vip"},
      {map({{"added", map({{"tags", map({{"vip", List{}}})}})}}), "crm.added.tags.vip"},
      {map({{"deleted", true}}), "crm.deleted"},
      {map({{"deleted", Map{}}}), "crm.deleted"},
      {map({{"deleted", map({{"by", by}, {"restored", by}})}}), "crm.deleted"},
      {map({{"deleted", map({{"by", by}, {"why", "x"}})}}), "crm.deleted.why"},
      {map({{"deleted", map({{"by", by}, {"knew", map({{"tab", t3}})}})}}), "crm.deleted.knew.tab"},
      {map({{"deleted", map({{"by", by}, {"seen", map({{"tab", t3}})}})}}), "crm.deleted.seen.tab"},
      {map({{"deleted", map({{"restored", by}, {"knew", map({{"tab", t0}})}})}}), "crm.deleted.knew"},
      {map({{"deleted", map({{"by", by}, {"also", List{Value(map({{"by", by}, {"seen", Map{}}}))}}})}}),
       "crm.deleted.also.seen"},
      {map({{"comments", by}}), "crm.comments"},
      {map({{"comments", map({{"also", Map{}}})}}), "crm.comments.also"},
      {map({{"comments", map({{"changed", map({{"name", t2}})}})}}), "crm.comments.changed.name"},
      {map({{"comments", map({{"seen", map({{"name", map({{"tab", t2}})}})}})}}),
       "crm.comments.seen.name.tab"},
  }));
  INFO(block(Value(row.crm)));
  Record record = made(schema, {});
  for (const auto& [key, value] : row.crm)
    record.crm.set(key, value);
  const auto problems = check_provenance(record, schema);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].field == row.field);
  CHECK(!problems[0].message.empty());
}

TEST_CASE("stamps of comments outlast other writes, and count for the newest", "[provenance]") {
  Record record = made(schema, {});
  record.crm.set("comments", map({{"changed", map({{"stage", t3 + " bob@tab"}})}}));
  CHECK(check_provenance(record, schema).empty());
  CHECK(newest(record) == at(3, "tab"));
  const Record later = with(record, schema, "stage", "won", at(4, "a"));
  CHECK(block(Value(comments_record(later).crm)) == block(Value(comments_record(record).crm)));
}

TEST_CASE("a record without a created stamp is a problem, and cannot be written or merged", "[provenance]") {
  Record record = made(schema, {});
  record.crm = {};
  const auto problems = check_provenance(record, schema);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].field == "crm.created");
  CHECK_THROWS_AS(created(record), crm::base::Error);
  CHECK_THROWS_AS(mark(record, schema, Mark::Delete, at(1)), crm::base::Error);
}

TEST_CASE("concurrent values of a group stay sound when the schema takes the group apart", "[provenance]") {
  Schema whole = schema, apart = schema;
  whole.strictness = Strictness::Record;
  for (auto& field : apart.fields)
    field.group.clear();
  const Record first = made(schema, map({{"stage", "lead"}, {"start", "2026-11-24T14:00"}}));
  for (const Schema* before : std::vector<const Schema*>{&schema, &whole}) {
    const Record disputed = joined(with(first, *before, "start", "2026-11-24T15:00", at(1, "a")),
                                   with(first, *before, "start", "2026-11-24T16:00", at(2, "b")), *before);
    REQUIRE(disputed.crm.contains("also"));
    CHECK(check_provenance(disputed, apart).empty());
    const Record written = with(disputed, apart, "email", "x@y", at(3));
    CHECK(*written.crm.find("also") == *disputed.crm.find("also"));
    CHECK(check_provenance(written, apart).empty());
  }
}

TEST_CASE("a flood of problems is cut short", "[provenance]") {
  Record record = made(schema, {});
  Map changed_by;
  for (int i = 0; i < 4000; ++i)
    changed_by.set("f" + std::to_string(i), "x");
  record.crm.set("changed", std::move(changed_by));
  CHECK(check_provenance(record, schema).size() == 100);
}

TEST_CASE("what the check lets through can be read, written and merged", "[provenance]") {
  Record rich = made(
      schema,
      map({{"stage", "lead"}, {"status", "booked"}, {"start", "2026-11-24T14:00"}, {"tags", list({"vip"})}}));
  long now = 0;
  for (const auto* field : {"stage", "status", "start", "x-new", "tags"}) {
    const Value one = field == std::string("tags") ? Value(list({"a"})) : Value("arrived");
    const Value two = field == std::string("tags") ? Value(list({"a", "b"})) : Value("cancelled");
    rich =
        joined(with(with(rich, schema, field, two, at(now + 1, "c")), schema, field, one, at(now + 2, "a")),
               with(rich, schema, field, two, at(now + 3, "b")), schema);
    now += 3;
  }
  rich = joined(
      marked(marked(rich, schema, Mark::Delete, at(now + 1, "a")), schema, Mark::Delete, at(now + 2, "b")),
      marked(rich, schema, Mark::Undelete, at(now + 3, "c")), schema);
  REQUIRE(check_provenance(rich, schema).empty());

  std::mt19937 random(1);
  int sound = 0;
  const int blocks = crm::test::amount(300, 1500);
  for (int i = 0; i < blocks; ++i) {
    Record spoilt = rich;
    for (unsigned n = 0; n <= random() % 3; ++n)
      if (const Value block_of = spoiled(Value(spoilt.crm), Value(rich.crm), random);
          block_of.if_map() != nullptr)
        spoilt.crm = *block_of.if_map();
    if (!check_provenance(spoilt, schema).empty()) continue;
    INFO(block(spoilt));
    ++sound;
    (void)conflicts(spoilt, schema);
    (void)is_deleted(spoilt, schema);
    const Record again = with(spoilt, schema, "stage", "won",
                              Stamp{newest(spoilt).time + std::chrono::milliseconds{1}, "z", "z"});
    CHECK(again.text("stage") == "won");
    if (created(spoilt) == created(rich)) CHECK(joined(spoilt, rich, schema) == joined(rich, spoilt, schema));
  }
  CHECK(sound > blocks / 15);
}
