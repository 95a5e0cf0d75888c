#include "catch.hpp"

#include "cmd/render/table.hpp"

#include <algorithm>

using namespace crm::cmd;
namespace base = crm::base;

namespace {

Terminal screen(int width) {
  Terminal out;
  out.tty_out = true;
  out.width = width;
  return out;
}

const Terminal no_screen{};
const Style colourless{false};

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  for (const auto line : base::split(text, '\n'))
    out.emplace_back(line);
  REQUIRE(out.back().empty());
  out.pop_back();
  return out;
}

Table contacts() {
  Table table;
  table.column({.heading = "ID", .shrink = Shrink::Never});
  table.column({.heading = "Name"});
  table.column({.heading = "Value", .align = base::Align::Right, .shrink = Shrink::Never});
  table.row({{"7f3k", Role::Id}, {"Ada Lovelace", Role::Name}, {"1,200"}});
  table.row({{"9hq2", Role::Id}, {"山田 太郎", Role::Name}, {"5"}});
  table.row({{"c0de", Role::Id}, {"👩‍🔬 Zoë", Role::Name}, {"80"}});
  return table;
}

} // namespace

TEST_CASE("A table aligns wide characters, emoji and numbers by the columns that they take") {
  CHECK(contacts().render(no_screen, colourless) == "ID    Name          Value\n"
                                                    "7f3k  Ada Lovelace  1,200\n"
                                                    "9hq2  山田 太郎         5\n"
                                                    "c0de  👩‍🔬 Zoë           80\n");
}

TEST_CASE("Headings are dim in colour, underlined by a rule on a screen without it, and bare in a pipe") {
  Table table;
  table.column({.heading = "Name"});
  table.row({{"Ada"}});
  Terminal terminal = screen(80);
  CHECK(table.render(terminal, Style(true)) == "\x1b[2mName\x1b[0m\nAda\n");
  CHECK(table.render(terminal, colourless) == "Name\n────\nAda\n");
  terminal.unicode = false;
  CHECK(table.render(terminal, colourless) == "Name\n----\nAda\n");
  CHECK(table.render(no_screen, colourless) == "Name\nAda\n");
}

TEST_CASE("No line of a table is wider than the screen, at any width, and none ends in a space") {
  Table table;
  table.column({.heading = "ID", .shrink = Shrink::Never});
  table.column({.heading = "Text", .min = 8, .shrink = Shrink::First});
  for (const char* heading : {"Who", "Where", "A long heading", "Tags", "山田", "Stage"})
    table.column({.heading = heading});
  table.column({.heading = "", .align = base::Align::Right});
  for (int i = 0; i < 4; ++i)
    table.row({{"7f3k2m"},
               {std::string(300, 'x')},
               {"山田太郎山田太郎山田太郎"},
               {"room-2, room-3"},
               {i == 0 ? "" : "👩‍🔬👩‍🔬👩‍🔬👩‍🔬 team"},
               {"vip"},
               {"a\nb"},
               {"won"},
               {i == 1 ? "!" : ""}});
  for (int width = 1; width <= 400; ++width) {
    for (const auto& line : lines(table.render(screen(width), colourless))) {
      CAPTURE(width, line);
      CHECK(base::width(line) <= static_cast<std::size_t>(width));
      CHECK_FALSE(line.ends_with(' '));
    }
  }
}

TEST_CASE("What is shortened first is what the table was told to shorten first") {
  Table table;
  table.column({.heading = "ID", .shrink = Shrink::Never});
  table.column({.heading = "Name"});
  table.column({.heading = "Note", .min = 6, .shrink = Shrink::First});
  table.row({{"7f3k2m9q"}, {"Ada Lovelace of Ockham"}, {"prefers to be called in the morning"}});
  CHECK(lines(table.render(screen(60), colourless))[2] ==
        "7f3k2m9q  Ada Lovelace of Ockham  prefers to be called in t…");
  CHECK(lines(table.render(screen(40), colourless))[2] == "7f3k2m9q  Ada Lovelace of Ockham  prefe…");
  CHECK(lines(table.render(screen(30), colourless))[2] == "7f3k2m9q  Ada Lovelac…  prefe…");
}

TEST_CASE("A column's greatest width holds on a screen and not in a pipe") {
  Table table;
  table.column({.heading = "Note", .max = 10});
  table.row({{"prefers the morning"}});
  CHECK(lines(table.render(screen(80), colourless)).back() == "prefers t…");
  CHECK(lines(table.render(no_screen, colourless)).back() == "prefers the morning");
}

TEST_CASE("Nothing is shortened where no person reads") {
  Table table;
  table.column({.heading = "Text"});
  table.row({{std::string(500, 'x') + "\nsecond line"}});
  CHECK(lines(table.render(no_screen, colourless)).back() == std::string(500, 'x') + "\\nsecond line");
}

TEST_CASE("A screen shows the first line of a text and that there is more") {
  Table table;
  table.column({.heading = "Text"});
  table.row({{"wants a price\nand a date"}});
  CHECK(lines(table.render(screen(80), colourless)).back() == "wants a price …");
  Terminal plain = screen(10);
  plain.unicode = false;
  CHECK(lines(table.render(plain, colourless)).back() == "wants a p~");
}

TEST_CASE("Control characters of a cell or a heading never reach a terminal") {
  Table table;
  table.column({.heading = "Na\x1b[2Jme"});
  table.row({{"\x1b[31mred\x07\r\u009b2J\u202e"}});
  for (const auto& terminal : {screen(80), no_screen}) {
    const std::string out = table.render(terminal, colourless);
    CAPTURE(out);
    CHECK(std::none_of(out.begin(), out.end(),
                       [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == 0x7f; }));
    CHECK(out.find("\u009b") == std::string::npos);
    CHECK(out.find("\u202e") == std::string::npos);
    CHECK(out.find("\\x1b[31mred\\x07") != std::string::npos);
  }
}

TEST_CASE("Columns without a value are left out, and rows may be short") {
  Table table;
  for (const char* heading : {"A", "B", "C"})
    table.column({.heading = heading});
  table.row({{"1"}, {""}, {"3"}});
  table.row({{"4"}});
  CHECK(table.render(no_screen, colourless) == "A  C\n1  3\n4\n");
}

TEST_CASE("A table without rows is empty") {
  Table table;
  table.column({.heading = "Name"});
  CHECK(table.render(screen(80), colourless).empty());
}

TEST_CASE("Colour surrounds the text of a cell and not the space beside it") {
  Table table;
  table.column({.heading = "ID"});
  table.column({.heading = "N", .align = base::Align::Right});
  table.row({{"7f", Role::Id}, {"1", Role::Bad}});
  table.row({{"7f3k", Role::Id}, {"100"}});
  CHECK(lines(table.render(screen(80), Style(true)))[1] == "\x1b[36m7f\x1b[0m      \x1b[31m1\x1b[0m");
}
