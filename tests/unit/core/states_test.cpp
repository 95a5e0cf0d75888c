#include "catch.hpp"

#include "core/schema.hpp"

namespace crm::core {
namespace {

Schema cases() {
  Schema out;
  States states;
  states.field = "status";
  states.initial = "open";
  states.moves = {{"open", {"done"}}, {"done", {}}};
  states.rank = {"open", "done"};
  states.open = {"open"};
  out.states = states;
  return out;
}

TEST_CASE("a state moves along its arrows, and one that the schema has no more to any of its states") {
  const auto [from, to, allowed] = GENERATE(table<std::string, std::string, bool>({
      {"open", "done", true},
      {"done", "open", false},
      {"waiting", "open", true},
      {"waiting", "done", true},
      {"waiting", "paused", false},
      {"open", "waiting", false},
  }));
  CAPTURE(from, to);
  CHECK(cases().states->allows(from, to) == allowed);
}

TEST_CASE("a record in a state that the schema has no more wants to be looked at") {
  const auto schema = cases();
  CHECK(schema.is_open("open"));
  CHECK(schema.is_open("waiting"));
  CHECK_FALSE(schema.is_open("done"));
  CHECK_FALSE(schema.is_open(""));
  CHECK_FALSE(Schema{}.is_open("open"));
}

} // namespace
} // namespace crm::core
