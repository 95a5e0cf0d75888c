#include "catch.hpp"

#include "base/text.hpp"
#include "cmd/render/grid.hpp"

using namespace crm;
using namespace crm::cmd;

namespace {

constexpr std::int64_t hour = 3600;

Terminal terminal(int width, bool unicode = true) {
  Terminal out;
  out.width = width;
  out.unicode = unicode;
  return out;
}

Grid grid(std::vector<GridColumn> columns) {
  Grid out;
  out.columns = std::move(columns);
  out.from = 9 * hour;
  out.to = 12 * hour;
  out.ticks = {9 * hour, 10 * hour, 11 * hour};
  out.label = [](std::int64_t at) {
    return (at < 10 * hour ? "0" : "") + std::to_string(at / hour) + ":" + (at % hour < 600 ? "0" : "") +
           std::to_string(at % hour / 60);
  };
  return out;
}

std::string drawn(const Grid& grid, int width = 60, bool unicode = true) {
  return render(grid, terminal(width, unicode), Style(false)).value_or("no room");
}

} // namespace

TEST_CASE("each moment at which something begins or ends has a row") {
  CHECK(drawn(grid({{"bob", {{9 * hour + 900, 10 * hour + 1800, Mark::Booked, {"Ada", "room-1"}}}}})) ==
        "       bob\n09:00\n09:15  ■ Ada\n10:00  │ room-1\n10:30\n11:00\n");
}

TEST_CASE("what has but one row says all that there is room for") {
  CHECK(drawn(grid({{"bob", {{9 * hour, 10 * hour, Mark::Booked, {"Ada", "room-1", ""}}}}})) ==
        "       bob\n09:00  ■ Ada, room-1\n10:00\n11:00\n");
}

TEST_CASE("marks tell everything apart without colour, in ASCII too") {
  const auto day = grid({{"bob",
                          {{9 * hour, 10 * hour, Mark::Clash, {"Ada"}},
                           {10 * hour, 11 * hour, Mark::Free, {"1 h"}},
                           {11 * hour, 12 * hour, Mark::Off, {"dentist"}}}},
                         {"zoe",
                          {{9 * hour, 10 * hour, Mark::NoShow, {"Grace"}},
                           {10 * hour, 11 * hour, Mark::Buffer, {"buffer"}},
                           {11 * hour, 12 * hour, Mark::Booked, {"Annie"}}}}});
  CHECK(drawn(day, 32) ==
        "       bob          zoe\n09:00  ! Ada        ○ Grace\n10:00  · 1 h        ~ buffer\n11:00 "
        " × dentist    ■ Annie\n");
  CHECK(drawn(day, 32, false) ==
        "       bob          zoe\n09:00  ! Ada        o Grace\n10:00  . 1 h        ~ "
        "buffer\n11:00  x dentist    # Annie\n");
  CHECK(legend(day, terminal(80)) == "! clash  ■ booked  ○ no-show  ~ buffer  × time off  · free");
  CHECK(legend(day, terminal(40)) == "! clash  ■ booked  ○ no-show  ~ buffer\n× time off  · free");
}

TEST_CASE("two at one time stand side by side, and more than have room are counted") {
  const Block ada{9 * hour, 12 * hour, Mark::Clash, {"Ada"}},
      grace{9 * hour, 10 * hour, Mark::Clash, {"Grace"}}, annie{9 * hour, 10 * hour, Mark::Clash, {"Annie"}};
  CHECK(drawn(grid({{"bob", {ada, grace}}}), 31) ==
        "       bob\n09:00  ! Ada       ! Grace\n10:00  !\n11:00  !\n");
  CHECK(drawn(grid({{"bob", {ada, grace, annie}}}), 25) ==
        "       bob\n09:00  ! Ada    ! Gra… +1\n10:00  !\n11:00  !\n");
}

TEST_CASE("no line is wider than the terminal, whatever the names are written in") {
  const Grid day =
      grid({{"bob", {{9 * hour, 10 * hour, Mark::Booked, {"王小明和他的家人们都来了"}}}},
            {"زينب", {{9 * hour, 11 * hour, Mark::Booked, {"محمد بن عبد الله", "👩‍⚕️ room"}}}},
            {"carol", {{9 * hour, 12 * hour, Mark::Booked, {"Zoë 👨‍👩‍👧‍👦 Öz", "x"}}}}});
  for (int width = 40; width < 130; ++width) {
    const std::string picture = drawn(day, width);
    REQUIRE(picture != "no room");
    for (const auto line : base::split(picture, '\n')) {
      CHECK(base::width(line) <= static_cast<std::size_t>(width));
      CHECK_FALSE(line.ends_with(' '));
    }
  }
}

TEST_CASE("columns begin at the same place in every row") {
  const Grid day = grid({{"a", {{9 * hour, 10 * hour, Mark::Booked, {"王小明"}}}},
                         {"b", {{9 * hour, 12 * hour, Mark::Off, {"x", "y", "z"}}}}});
  const std::string picture = drawn(day, 60);
  for (const auto line : base::split(picture, '\n')) {
    const auto at = line.find("×");
    if (at != std::string_view::npos) CHECK(base::width(line.substr(0, at)) == 34);
  }
}

TEST_CASE("a name from right to left is closed by a mark that keeps its neighbour in place") {
  const Grid day = grid({{"a", {{9 * hour, 10 * hour, Mark::Booked, {"محمد"}}}},
                         {"b", {{9 * hour, 10 * hour, Mark::Booked, {"زينب"}}}}});
  CHECK(drawn(day).find("محمد\xe2\x80\x8e ") != std::string::npos);
  CHECK(has_rtl("שלום"));
  CHECK_FALSE(has_rtl("Zoë 王 👩‍⚕️ Ελλάδα Жук"));
}

TEST_CASE("where columns have no room there is no grid") {
  std::vector<GridColumn> many(7, {"bob", {{9 * hour, 10 * hour, Mark::Booked, {"Ada"}}}});
  CHECK(drawn(grid(many), 60) == "no room");
  CHECK(drawn(grid(many), 80) != "no room");
  CHECK(drawn(grid({}), 80) == "no room");
}

TEST_CASE("the row of the present moment is marked") {
  Grid day = grid({{"bob", {{9 * hour, 10 * hour, Mark::Booked, {"Ada"}}}}});
  day.now = 10 * hour + 60;
  CHECK(drawn(day).find("10:00>\n") != std::string::npos);
}

TEST_CASE("what a record holds cannot move the cursor") {
  CHECK(drawn(grid({{"bob\x1b[2J", {{9 * hour, 10 * hour, Mark::Booked, {"A\nB\x1b[31m\xe2\x80\xae"}}}}}))
            .find('\x1b') == std::string::npos);
}
