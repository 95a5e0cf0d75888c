#include "catch.hpp"
#include "core/clash.hpp"

#include <random>

using namespace crm::core;
using namespace std::chrono_literals;

namespace {

/// Minutes after 2026-11-23T00:00Z, a Monday.
Instant at(int minutes) {
  return std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::minutes{minutes};
}
Interval span(int from, int to) {
  return {at(from), at(to)};
}

Hours nine_to_five() {
  Hours hours;
  for (std::size_t day = 1; day <= 5; ++day)
    hours[day] = {{9h, 17h}};
  return hours;
}

} // namespace

TEST_CASE("touching appointments do not clash, overlapping ones do") {
  const std::vector<Hold> holds{{"a", span(60, 120)}};
  CHECK(obstacles(holds, span(0, 60), 1).empty());
  CHECK(obstacles(holds, span(120, 180), 1).empty());
  CHECK(obstacles(holds, span(119, 180), 1).size() == 1);
  CHECK(obstacles(holds, span(70, 80), 1).size() == 1);
}

TEST_CASE("capacity is what may coincide at one moment, not in sum") {
  const std::vector<Hold> holds{{"a", span(0, 60)}, {"b", span(60, 120)}, {"c", span(100, 160)}};
  CHECK(obstacles(holds, span(0, 90), 2).empty()); // a and b never coincide
  CHECK(obstacles(holds, span(90, 130), 2).size() == 2);
  CHECK(obstacles(holds, span(0, 160), 3).empty());
}

TEST_CASE("who is there at another moment than the crowded one is not in the way") {
  const std::vector<Hold> holds{{"a", span(0, 60)}, {"b", span(60, 120)}, {"c", span(100, 160)}};
  const auto found = obstacles(holds, span(0, 160), 2);
  REQUIRE(found.size() == 2);
  CHECK(found[0].record == "b");
  CHECK(found[1].record == "c");
}

TEST_CASE("a crowd is told once, with all who are in it and how many they are at the worst moment") {
  const std::vector<Hold> holds{{"a", span(0, 60)},
                                {"b", span(0, 60)},
                                {"c", span(30, 90)},
                                {"d", span(200, 260)},
                                {"e", span(80, 100)}};
  const auto found = crowds(holds, span(0, 300), 3);
  REQUIRE(found.size() == 1);
  CHECK(found[0].time == span(30, 60));
  CHECK(found[0].at_once == 3);
  CHECK(found[0].holds.size() == 3);
  CHECK(crowds(holds, span(0, 300), 4).empty());
  CHECK(crowds(holds, span(0, 300), 0).empty());
}

TEST_CASE("obstacles agree with counting minute by minute") {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<Hold> holds;
    for (int i = 0; i < 6; ++i) {
      const int from = static_cast<int>(random() % 100);
      holds.push_back({std::to_string(i), span(from, from + 1 + static_cast<int>(random() % 40))});
    }
    const int from = static_cast<int>(random() % 100), to = from + 1 + static_cast<int>(random() % 40),
              capacity = 1 + static_cast<int>(random() % 3);
    int most = 0;
    for (int minute = from; minute < to; ++minute) {
      int now = 0;
      for (const auto& hold : holds)
        now += hold.time.from <= at(minute) && at(minute) < hold.time.to;
      most = std::max(most, now);
    }
    CHECK(obstacles(holds, span(from, to), capacity).empty() == (most < capacity));
  }
}

TEST_CASE("the nearest free slots are within hours, clear of buffers, and nearest first") {
  const SlotSearch search{at(10 * 60), 45min, 0min, 10min, at(0), at(5 * 24 * 60), "UTC"};
  const std::vector<Want> wants{{{{"a", span(10 * 60, 11 * 60)}}, 1}};
  const auto slots = free_slots(search, wants, nine_to_five(), 3);
  REQUIRE(slots.size() == 3);
  CHECK(slots[0] == at(9 * 60 + 5)); // 45 minutes and a buffer of ten before ten
  CHECK(slots[1] == at(11 * 60));
  CHECK(slots[2] == at(11 * 60 + 45)); // not 9:00: too near the first to be another choice
}

TEST_CASE("no slot is proposed on a closed day or beyond closing time") {
  const SlotSearch search{at(4 * 24 * 60 + 16 * 60 + 30),
                          60min,
                          0min,
                          0min,
                          at(4 * 24 * 60),
                          at(8 * 24 * 60),
                          "UTC"}; // Friday 16:30
  const auto slots = free_slots(search, {}, nine_to_five(), 10);
  REQUIRE_FALSE(slots.empty());
  CHECK(slots.front() == at(4 * 24 * 60 + 16 * 60));
  for (const auto slot : slots) {
    const std::chrono::weekday day{std::chrono::floor<std::chrono::days>(slot)};
    CHECK(day != std::chrono::Saturday);
    CHECK(day != std::chrono::Sunday);
  }
}

TEST_CASE("gaps are what is left of the day") {
  CHECK(gaps({span(60, 120), span(90, 150), span(200, 220)}, span(0, 240)) ==
        std::vector<Interval>{span(0, 60), span(150, 200), span(220, 240)});
  CHECK(gaps({}, span(0, 10)) == std::vector<Interval>{span(0, 10)});
  CHECK(gaps({span(0, 10)}, span(0, 10)).empty());
}
