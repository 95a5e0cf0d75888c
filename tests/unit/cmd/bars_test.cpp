#include "catch.hpp"
#include "cmd/render/bars.hpp"
#include "cmd/render/marked.hpp"

#include <cmath>

using namespace crm;
using namespace crm::cmd;

TEST_CASE("A bar is as long as its number, and never nothing for something") {
  Terminal terminal;
  CHECK(bars({4, 2, 0, 0.01}, 4, terminal) == std::vector<std::string>{"▇▇▇▇", "▇▇", "", "▇"});
  terminal.unicode = false;
  CHECK(bars({1, 2}, 2, terminal) == std::vector<std::string>{"#", "##"});
  CHECK(bars({0, -1, std::nan("")}, 5, terminal) == std::vector<std::string>{"", "", ""});
  CHECK(bars({}, 5, terminal).empty());
}

TEST_CASE("A sparkline has one character for each of the last numbers") {
  Terminal terminal;
  CHECK(sparkline({0, 1, 2, 4}, terminal) == "▁▃▅█");
  CHECK(sparkline({0, 0}, terminal) == "▁▁");
  terminal.width = 2;
  terminal.unicode = false;
  CHECK(sparkline({9, 0, 3}, terminal) == "_.");
}

TEST_CASE("Marks are bold where there is colour, and what a record holds cannot forge them") {
  const std::string text = "a \x1b[1mword";
  CHECK(marked(text, {{6, 10}}, Style(false)) == "a \\x1b[1mword");
  CHECK(marked(text, {{6, 10}}, Style(true)) == "a \\x1b[1m\x1b[1mword\x1b[0m");
  CHECK(marked("ab", {{1, 9}, {12, 14}}, Style(true)) == "a\x1b[1mb\x1b[0m");
}

TEST_CASE("Marks are told to programs in characters") {
  const auto found = in_characters("é東x", {{2, 5}, {5, 6}});
  CHECK(found == std::vector<std::pair<std::size_t, std::size_t>>{{1, 2}, {2, 3}});
}
