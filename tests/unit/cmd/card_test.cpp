#include "catch.hpp"

#include "base/text.hpp"
#include "cmd/render/card.hpp"

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

Card ada() {
  Card card;
  card.title = "Ada Lovelace";
  card.subtitle = "contact 7f3k";
  card.entries = {{"Email", "ada@example.org"}, {"Company", ""}, {"Notes", "prefers mornings\nand tea"}};
  card.footer = "added 2 days ago";
  return card;
}

} // namespace

TEST_CASE("A card aligns labels, leaves out what has no value and keeps the lines of prose") {
  CHECK(ada().render(no_screen, colourless) == "Ada Lovelace  contact 7f3k\n"
                                               "  Email  ada@example.org\n"
                                               "  Notes  prefers mornings\n"
                                               "         and tea\n"
                                               "  added 2 days ago\n");
}

TEST_CASE("Prose is wrapped for a screen and left alone elsewhere") {
  Card card;
  card.title = "Note";
  card.entries = {{"Text", "would like whitening and wants a price before the end of the week"}};
  CHECK(card.render(screen(40), colourless) == "Note\n"
                                               "  Text  would like whitening and wants a\n"
                                               "        price before the end of the week\n");
  CHECK(card.render(no_screen, colourless) ==
        "Note\n  Text  would like whitening and wants a price before the end of the week\n");
}

TEST_CASE("No line of a card is wider than the screen") {
  Card card = ada();
  card.title = std::string(90, 'x');
  card.entries.push_back({"山田山田山田山田山田山田山田山田山田山田", std::string(300, 'y'), Role::Id, true});
  card.footer = "added by somebody with a name so long that it does not fit on one line of a small screen";
  for (int width = 40; width <= 400; width += 3) {
    const std::string out = card.render(screen(width), colourless);
    for (const auto line : base::split(out, '\n')) {
      CAPTURE(width, line);
      CHECK(base::width(line) <= static_cast<std::size_t>(width));
      CHECK_FALSE(line.ends_with(' '));
    }
  }
}

TEST_CASE("A group begins with an empty line") {
  Card card;
  card.title = "Ada";
  card.entries = {{"A", "1"}, {"B", "2", Role::Plain, true}};
  CHECK(card.render(no_screen, colourless) == "Ada\n  A  1\n\n  B  2\n");
}

TEST_CASE("A card shows control characters and does not obey them") {
  Card card;
  card.title = card.subtitle = card.footer = "a\x1b[2Jb\u202e";
  card.entries = {{"La\x1b[1mbel", "va\rlue\u009b1m"}};
  for (const auto& terminal : {screen(80), no_screen}) {
    const std::string out = card.render(terminal, colourless);
    CAPTURE(out);
    for (const char* obeyed : {"\x1b", "\r", "\u009b", "\u202e"})
      CHECK(out.find(obeyed) == std::string::npos);
  }
}
