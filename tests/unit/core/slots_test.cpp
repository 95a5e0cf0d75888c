#include "catch.hpp"
#include "core/slots.hpp"

#include <algorithm>
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

Candidate whoever(std::string key, Spans open, std::vector<Hold> holds = {}, int capacity = 1) {
  return {std::move(key), std::move(open), std::move(holds), capacity};
}

SlotQuery query(int from, int to, int length, int step = 15) {
  SlotQuery out;
  out.within = span(from, to);
  out.length = std::chrono::minutes{length};
  out.step = std::chrono::minutes{step};
  out.zone = "UTC";
  out.most = 1000;
  out.overlap = SlotQuery::Overlap::Shown;
  return out;
}

std::vector<int> minutes(const std::vector<Slot>& slots) {
  std::vector<int> out;
  for (const auto& slot : slots)
    out.push_back(static_cast<int>((slot.start - at(0)).count() / 60));
  return out;
}

std::vector<std::string> wall(const std::vector<Slot>& slots, const std::string& zone) {
  std::vector<std::string> out;
  for (const auto& slot : slots)
    out.push_back(to_text(WallTime{to_local(slot.start, zone), offset_at(slot.start, zone)}).substr(11));
  return out;
}

} // namespace

TEST_CASE("a slot lies within hours, between what is booked, on the grid") {
  const Need bob{whoever("bob", {span(540, 720)}, {{"a", span(570, 610)}})};
  CHECK(minutes(find_slots(query(0, 1440, 30), {bob})) ==
        std::vector<int>{540, 615, 630, 645, 660, 675, 690});
}

TEST_CASE("a slot that overlaps one before it is left out unless it is asked for") {
  auto wanted = query(0, 1440, 30);
  wanted.overlap = SlotQuery::Overlap::LeftOut;
  const Need bob{whoever("bob", {span(540, 660)})};
  CHECK(minutes(find_slots(wanted, {bob})) == std::vector<int>{540, 570, 600, 630});
}

TEST_CASE("buffers keep their distance from others but not from the end of the day") {
  auto wanted = query(0, 1440, 30);
  wanted.before = 5min;
  wanted.after = 10min;
  const Need bob{whoever("bob", {span(540, 660)}, {{"a", span(580, 585)}})};
  CHECK(minutes(find_slots(wanted, {bob})) == std::vector<int>{540, 600, 615, 630});
}

TEST_CASE("a room takes as many as its capacity, and any number with none") {
  const std::vector<Hold> two{{"a", span(540, 600)}, {"b", span(570, 630)}};
  const auto starts = [&](int capacity) {
    return minutes(find_slots(query(540, 660, 30, 30), {{whoever("room", {span(540, 660)}, two, capacity)}}));
  };
  CHECK(starts(1) == std::vector<int>{630});
  CHECK(starts(2) == std::vector<int>{540, 600, 630});
  CHECK(starts(3) == std::vector<int>{540, 570, 600, 630});
  CHECK(starts(0) == std::vector<int>{540, 570, 600, 630});
}

TEST_CASE("of those who could do it, the one with the fewest scraps left is chosen") {
  // Ada's morning would be broken in two by a quarter of an hour; Bob's fits exactly.
  const Need any{whoever("ada", {span(540, 600)}, {}), whoever("bob", {span(555, 585)}, {})};
  const auto slots = find_slots(query(555, 600, 30), {any});
  REQUIRE(!slots.empty());
  CHECK(slots.front().chosen == std::vector<std::size_t>{1});
  CHECK(slots.front().scraps == 0);
  CHECK(slots.front().free.front() == std::vector<std::size_t>{1, 0});
}

TEST_CASE("two rooms of a kind are two rooms") {
  const Spans open{span(540, 600)};
  const Need kind{whoever("room-1", open), whoever("room-2", open, {{"a", span(540, 570)}})};
  const auto slots = find_slots(query(540, 600, 30, 30), {kind, kind});
  REQUIRE(minutes(slots) == std::vector<int>{570});
  CHECK(slots.front().chosen.front() != slots.front().chosen.back());
}

TEST_CASE("a named room is not lost to a need that could have had another") {
  const Spans open{span(540, 570)};
  const Need kind{whoever("room-1", open), whoever("room-2", open)}, named{whoever("room-1", open)};
  const auto slots = find_slots(query(540, 570, 30, 30), {kind, named});
  REQUIRE(slots.size() == 1);
  CHECK(slots.front().chosen == std::vector<std::size_t>{1, 0});
}

TEST_CASE("on the day on which the clock goes forward no slot begins in the hour that is not there") {
  auto wanted = query(0, 0, 30, 30);
  wanted.zone = "Europe/London";
  const std::chrono::sys_days day{std::chrono::year{2027} / 3 / 28};
  wanted.within = {day, day + 3h};
  CHECK(wall(find_slots(wanted, {{whoever("bob", {wanted.within})}}), wanted.zone) ==
        std::vector<std::string>{"00:00+00:00", "00:30+00:00", "02:00+01:00", "02:30+01:00", "03:00+01:00",
                                 "03:30+01:00"});
}

TEST_CASE("on the day on which the clock goes back both hours of the name can be had") {
  auto wanted = query(0, 0, 60, 60);
  wanted.zone = "Europe/London";
  const std::chrono::sys_days day{std::chrono::year{2026} / 10 / 25};
  wanted.within = {day - 1h, day + 3h};
  CHECK(wall(find_slots(wanted, {{whoever("bob", {wanted.within})}}), wanted.zone) ==
        std::vector<std::string>{"00:00+01:00", "01:00+01:00", "01:00+00:00", "02:00+00:00"});
}

TEST_CASE("hours of people in different zones meet where both work") {
  const LocalDate day{std::chrono::year{2026} / 11 / 24};
  Hours nine_to_five;
  nine_to_five[2] = {{9h, 17h}};
  const Need london{whoever("bob", to_spans(open_on(day, nine_to_five, "Europe/London")))},
      york{whoever("zoe", to_spans(open_on(day, nine_to_five, "America/New_York")))};
  auto wanted = query(0, 2880, 60, 60);
  wanted.zone = "Europe/London";
  CHECK(wall(find_slots(wanted, {london, york}), wanted.zone) ==
        std::vector<std::string>{"14:00+00:00", "15:00+00:00", "16:00+00:00"});
}

TEST_CASE("slots agree with trying every minute") {
  std::mt19937 random(11);
  const auto number = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  for (int round = 0; round < 300; ++round) {
    std::vector<Need> needs(1 + static_cast<std::size_t>(number(2)));
    for (auto& need : needs)
      for (int i = 0, count = 1 + number(3); i < count; ++i) {
        Candidate candidate;
        candidate.key = std::to_string(number(4));
        std::vector<Interval> open;
        for (int j = 0; j < 2; ++j) {
          const int from = number(300);
          open.push_back(span(from, from + number(200)));
        }
        candidate.open = to_spans(open);
        for (int j = 0, holds = number(6); j < holds; ++j) {
          const int from = number(400);
          candidate.holds.push_back({"", span(from, from + 1 + number(60))});
        }
        candidate.capacity = number(3);
        need.push_back(std::move(candidate));
      }
    auto wanted = query(number(60), 300 + number(100), 10 + number(40), 5);
    wanted.before = std::chrono::minutes{number(10)};
    wanted.after = std::chrono::minutes{number(10)};
    // By the minute: everybody is there, and nobody has too much to do.
    const auto can = [&](const Candidate& candidate, Instant start) {
      for (Instant t = start; t < start + wanted.length; t += 1min)
        if (std::none_of(candidate.open.begin(), candidate.open.end(),
                         [&](const Interval& o) { return o.from <= t && t < o.to; }))
          return false;
      for (Instant t = start - wanted.before; t < start + wanted.length + wanted.after; t += 1min) {
        const auto now = std::count_if(candidate.holds.begin(), candidate.holds.end(), [&](const Hold& hold) {
          return hold.time.from <= t && t < hold.time.to;
        });
        if (candidate.capacity != 0 && now >= candidate.capacity) return false;
      }
      return true;
    };
    std::vector<int> expected;
    for (int minute = 0; minute < 1440; minute += 5) {
      const Instant start = at(minute);
      if (start < wanted.within.from || start + wanted.length > wanted.within.to) continue;
      bool found = false;
      for (const auto& first : needs.front())
        for (const auto& last : needs.back())
          if (can(first, start) && can(last, start) && (needs.size() == 1 || first.key != last.key))
            found = true;
      if (found) expected.push_back(minute);
    }
    CHECK(minutes(find_slots(wanted, needs)) == expected);
  }
}

TEST_CASE("sets of time agree with counting by the minute") {
  std::mt19937 random(3);
  const auto some = [&] {
    std::vector<Interval> out;
    for (int i = 0; i < 5; ++i) {
      const int from = static_cast<int>(random() % 80);
      out.push_back(span(from, from + static_cast<int>(random() % 20)));
    }
    return out;
  };
  const auto in = [](const std::vector<Interval>& set, Instant t) {
    return std::any_of(set.begin(), set.end(), [&](const Interval& i) { return i.from <= t && t < i.to; });
  };
  for (int round = 0; round < 200; ++round) {
    const auto raw_a = some(), raw_b = some();
    const auto a = to_spans(raw_a), b = to_spans(raw_b), both = common(a, b), rest = without(a, b);
    for (int minute = 0; minute < 100; ++minute) {
      const Instant t = at(minute);
      CHECK(in(a, t) == in(raw_a, t));
      CHECK(in(both, t) == (in(a, t) && in(b, t)));
      CHECK(in(rest, t) == (in(a, t) && !in(b, t)));
    }
  }
}
