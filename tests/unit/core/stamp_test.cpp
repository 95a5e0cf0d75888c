#include "catch.hpp"
#include "core/stamp.hpp"

using namespace crm::core;

TEST_CASE("a stamp is read as it is written") {
  const std::string text = "2026-11-23T16:40:02.007Z bob@tablet-2";
  const auto stamp = parse_stamp(text);
  REQUIRE(stamp);
  CHECK(stamp->member == "bob");
  CHECK(stamp->device == "tablet-2");
  CHECK(to_text(*stamp) == text);
}

TEST_CASE("what is no stamp is refused") {
  for (const char* text : {"", "2026-11-23T16:40:02Z bob@tablet", "2026-11-23T16:40:02.007Z bob",
                           "2026-02-30T16:40:02.007Z bob@tablet", "2026-11-23T24:40:02.007Z bob@tablet",
                           "2026-11-23T16:40:02.007Z Bob@tablet", "2026-11-23T16:40:02.007Z bob@-x",
                           "2026-11-23T16:40:02.007Z bob@a@b", "2026-11-23 16:40:02.007Z bob@tablet",
                           "+026-11-23T16:40:02.007Z bob@tablet"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_stamp(text));
  }
}

TEST_CASE("stamps are ordered by time, then by device, never by member") {
  const Stamp early{StampTime{std::chrono::milliseconds{1}}, "b", "zoe"},
      late{StampTime{std::chrono::milliseconds{2}}, "a", "ada"};
  CHECK(early < late);
  CHECK(Stamp{early.time, "a", "x"} < early);
  CHECK(Stamp{early.time, "b", "other"} == early);
}

TEST_CASE("a device's stamps only grow, whatever its clock does") {
  const StampTime newest{std::chrono::milliseconds{1000}};
  CHECK(next_stamp_time(StampTime{std::chrono::milliseconds{500}}, newest) ==
        newest + std::chrono::milliseconds{1});
  CHECK(next_stamp_time(StampTime{std::chrono::milliseconds{5000}}, newest) ==
        StampTime{std::chrono::milliseconds{5000}});
}
