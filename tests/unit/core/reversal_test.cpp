#include "catch.hpp"
#include "core/foreign.hpp"
#include "core/reversal.hpp"
#include "merge_schema.hpp"

using namespace crm::core;
using namespace crm::core::testing;

namespace {

const Schema schema = visit_schema();

/// What `by` makes of `now` by taking back the batch that made `after` of `before`. Sound, in nobody else's
/// name, and no merge with what it came from changes it.
Record undone(const Record& now, const Record& before, const Record& after, const Stamp& stamp,
              std::vector<Record> past, const std::vector<std::string>& left = {},
              Reversal::Later later = Reversal::Later::Leave) {
  for (const auto* each : {&now, &before, &after})
    past.push_back(*each);
  Reversal reversal(now, schema, [&] { return past; });
  CHECK(reversal.take_back(before, after, later) == left);
  Record out = now;
  reversal.write(out, stamp);
  if (reversal.fate() != Reversal::Fate::AsItIs)
    mark(out, schema, reversal.fate() == Reversal::Fate::Deleted ? Mark::Delete : Mark::Undelete, stamp);
  CHECK(check_provenance(out, schema).empty());
  CHECK(!foreign_stamp({&now}, out, schema, {stamp.member, stamp.device}));
  for (const auto& each : past)
    CHECK(joined(out, each, schema) == out);
  return out;
}

std::vector<std::string> values(const Record& record, const char* field) {
  std::vector<std::string> out;
  for (const auto& conflict : conflicts(record, schema))
    for (const auto& each : conflict.values)
      if (const auto* value = each.values.find(field)) out.push_back(to_text(*value));
  return out;
}

const Record origin = made(schema, map({{"stage", "lead"}, {"status", "booked"}, {"tags", list({"old"})}}));

} // namespace

TEST_CASE("of concurrent values only one's own is taken back", "[reversal]") {
  const Record theirs = with(origin, schema, "stage", "lost", at(5, "tablet"));
  const Record ours = with(origin, schema, "stage", "won", at(7));
  const Record both = joined(ours, theirs, schema);
  const Record out = undone(both, origin, ours, at(20), {theirs});
  CHECK(out.text("stage") == "lost");
  CHECK(disputed(out, schema).empty());
  // Who knew of one alone goes on from it, and what was taken back does not come back by that.
  CHECK(joined(out, with(theirs, schema, "stage", "qualified", at(21, "tablet")), schema).text("stage") ==
        "qualified");
  SECTION("by the other device too") {
    CHECK(undone(both, origin, ours, at(20, "tablet", "bob"), {theirs}).text("stage") == "lost");
  }
  SECTION("of three, the others are a conflict still") {
    const Record third = with(origin, schema, "stage", "proposal", at(6, "laptop"));
    const Record all = undone(joined(both, third, schema), origin, ours, at(20), {theirs, third});
    CHECK(values(all, "stage") == std::vector<std::string>{"proposal", "lost"});
  }
  SECTION("and the taking back can be taken back") {
    const Record again = undone(out, both, out, at(30), {origin, ours, theirs});
    CHECK(values(again, "stage") == std::vector<std::string>{"won", "lost"});
  }
}

TEST_CASE("what was replaced comes back unless the other value replaced it as well", "[reversal]") {
  const Record first = with(origin, schema, "stage", "qualified", at(3));
  const Record ours = with(first, schema, "stage", "won", at(7));
  SECTION("the other had not seen it") {
    const Record theirs = with(origin, schema, "stage", "lost", at(5, "tablet"));
    const Record out = undone(joined(ours, theirs, schema), first, ours, at(20), {origin, theirs});
    CHECK(values(out, "stage") == std::vector<std::string>{"qualified", "lost"});
  }
  SECTION("the other had") {
    const Record theirs = with(first, schema, "stage", "lost", at(5, "tablet"));
    const Record out = undone(joined(ours, theirs, schema), first, ours, at(20), {origin, theirs});
    CHECK(out.text("stage") == "lost");
    CHECK(disputed(out, schema).empty());
  }
}

TEST_CASE("a decision that is taken back is a conflict again", "[reversal]") {
  const Record theirs = with(origin, schema, "stage", "lost", at(5, "tablet"));
  const Record ours = with(origin, schema, "stage", "won", at(7));
  const Record both = joined(ours, theirs, schema);
  for (const auto* pick : {"won", "lost", "proposal"}) {
    INFO(pick);
    const Record decided = with(both, schema, "stage", pick, at(9));
    const Record out = undone(decided, both, decided, at(20), {origin, ours, theirs});
    CHECK(values(out, "stage") == std::vector<std::string>{"won", "lost"});
    // Two devices that take it back at once have both values, each once.
    const Record other = undone(decided, both, decided, at(25, "tablet", "bob"), {origin, ours, theirs});
    CHECK(values(joined(out, other, schema), "stage") == std::vector<std::string>{"won", "lost"});
    // Decided anew, it is decided everywhere.
    const Record anew = with(out, schema, "stage", "lost", at(40, "tablet", "bob"));
    CHECK(joined(anew, out, schema) == anew);
    CHECK(disputed(anew, schema).empty());
  }
}

TEST_CASE("what was written later is left alone", "[reversal]") {
  const Record ours = with(origin, schema, "stage", "won", at(7));
  const Record later = with(ours, schema, "stage", "lost", at(9, "tablet"));
  CHECK(undone(later, origin, ours, at(20), {}, {"stage"}) == later);
  CHECK(undone(later, origin, ours, at(20), {}, {}, Reversal::Later::Overwrite).text("stage") == "lead");
  CHECK(
      undone(with(ours, schema, "stage", "lead", at(9, "tablet")), origin, ours, at(20), {}).text("stage") ==
      "lead");
}

TEST_CASE("of a set, what another device added as well stays", "[reversal]") {
  const Record ours = with(origin, schema, "tags", list({"mine", "vip"}), at(7));
  const Record theirs = with(origin, schema, "tags", list({"old", "vip"}), at(5, "tablet"));
  const Record out = undone(joined(ours, theirs, schema), origin, ours, at(20), {theirs});
  CHECK(out.get("tags") == Value(list({"old", "vip"})));
}

TEST_CASE("marks are taken back as values are", "[reversal]") {
  const Record deleted = marked(origin, schema, Mark::Delete, at(7));
  const Record written = with(origin, schema, "stage", "lost", at(5, "tablet"));
  const Record both = joined(deleted, written, schema);
  REQUIRE(disputed(both, schema) == std::vector<std::string>{"deleted"});
  SECTION("a deletion beside a write") {
    const Record out = undone(both, origin, deleted, at(20), {written});
    CHECK(disputed(out, schema).empty());
    CHECK(!is_deleted(out, schema));
  }
  SECTION("the decision between them") {
    for (const auto kind : {Mark::Delete, Mark::Undelete}) {
      const Record decided = marked(both, schema, kind, at(9));
      const Record out = undone(decided, both, decided, at(20), {origin, deleted, written});
      CHECK(disputed(out, schema) == std::vector<std::string>{"deleted"});
    }
  }
  SECTION("two deletions") {
    const Record twice = joined(deleted, marked(origin, schema, Mark::Delete, at(8, "tablet")), schema);
    const Record out = undone(twice, origin, deleted, at(20), {}, {"deleted"});
    CHECK(is_deleted(out, schema));
  }
}
