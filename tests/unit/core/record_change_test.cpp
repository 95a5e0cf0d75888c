#include "amount.hpp"
#include "catch.hpp"
#include "random_writes.hpp"

#include "core/record_change.hpp"

#include <set>

using namespace crm::core;
using namespace crm::core::testing;

namespace {

const Schema schema = visit_schema();

/// "update email, stage; delete"
std::string words(const Record* before, const Record* after) {
  std::string out;
  for (const auto& change : changes_of(before, after, schema)) {
    out += (out.empty() ? "" : "; ") + std::string(to_text(change.operation));
    for (std::size_t i = 0; i < change.fields.size(); ++i)
      out += (i == 0 ? " " : ", ") + change.fields[i];
  }
  return out;
}

} // namespace

TEST_CASE("what a write did, as a policy asks for it", "[record_change]") {
  const Stamp bob = at(5, "tab", "bob"), carol = at(6, "phone", "carol");
  const Record fresh = made(schema, map({{"email", "a@x"}, {"tags", list({"a"})}}));
  const Record moved = with(fresh, schema, "start", "2026-01-05T09:00", bob);
  const Record gone = marked(fresh, schema, Mark::Delete, bob);
  const Record back = marked(gone, schema, Mark::Undelete, carol);
  const Record won = with(fresh, schema, "stage", "won", bob),
               lost = with(fresh, schema, "stage", "lost", carol);
  const Record disputed_stage = joined(won, lost, schema);
  const Record decided = with(disputed_stage, schema, "stage", disputed_stage.get("stage"), at(9));
  Record by_hand = fresh;
  by_hand.fields.set("email", "b@x");
  struct Case {
    const char* what;
    const Record *before, *after;
    std::string is;
  };
  const std::vector<Case> cases{
      {"a new record names the fields that it has", nullptr, &fresh, "create email, tags"},
      {"one that arrives deleted is both", nullptr, &gone, "create email, tags; delete"},
      {"nothing", &fresh, &fresh, ""},
      {"a field of a group", &fresh, &moved, "update start"},
      {"a file that is gone", &fresh, nullptr, "delete"},
      {"a mark", &fresh, &gone, "delete"},
      {"taking a mark back is the same right", &gone, &back, "delete"},
      {"a value with no stamp", &fresh, &by_hand, "update email"},
      {"a second value that does not show is a write", &lost, &disputed_stage, "update stage"},
      {"a decision that keeps what shows is a write", &disputed_stage, &decided, "update stage"},
      {"unmaking", nullptr, nullptr, ""},
  };
  for (const auto& each : cases) {
    INFO(each.what);
    CHECK(words(each.before, each.after) == each.is);
  }
}

TEST_CASE("no write goes unnoticed, and none that was not made is named", "[record_change]") {
  RandomWrites random(11);
  const int runs = crm::test::amount(150, 400);
  for (int run = 0; run < runs; ++run) {
    Record before = made(schema, map({{"email", "a@x"}}), at(0));
    for (auto n = random.below(5); n-- > 0;)
      before = random.write(before, random.now("desk", "alice"));
    const Record after = random.write(before, random.now("tab", "bob"));
    const auto changes = changes_of(&before, &after, schema);
    REQUIRE(changes.empty() == (before == after));
    std::set<std::string> named;
    for (const auto& change : changes)
      named.insert(change.fields.begin(), change.fields.end());
    for (const Record* side : {static_cast<const Record*>(&before), &after})
      for (const auto& [field, value] : side->fields)
        if (!(before.get(field) == after.get(field))) REQUIRE(named.contains(field));
    // One write writes one unit: no field of another one is named.
    std::set<std::string> units;
    for (const auto& field : named)
      units.insert(schema.unit(field));
    REQUIRE(units.size() <= 1);
  }
}
