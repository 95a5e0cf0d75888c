#include "codec/content_lines.hpp"

#include "catch.hpp"

namespace crm::codec {
namespace {

struct Read {
  std::vector<Component> top;
  std::size_t stray = 0;
};

Read read(const std::string& text, std::size_t piece = 3) {
  Read out;
  Components components(0, [&](Component& each, const auto&) { out.top.push_back(std::move(each)); });
  for (std::size_t at = 0; at < text.size(); at += piece)
    components.feed(std::string_view(text).substr(at, piece));
  components.finish();
  out.stray = components.stray();
  return out;
}

std::string value(const Component& component, std::string_view name) {
  const auto* property = component.find(name);
  return property != nullptr ? property->value : "(none)";
}

} // namespace

TEST_CASE("lines end as the first one does: with a feed, with both, or with a return alone",
          "[content-lines]") {
  const std::string lines = "BEGIN:VCARD|FN:Ann Lee|NOTE:folded|  twice|\tover|END:VCARD|";
  for (const std::string end : {"\n", "\r\n", "\r"})
    for (const std::size_t piece : {1, 7, 1000}) {
      std::string text;
      for (const char c : lines)
        text += c == '|' ? end : std::string(1, c);
      const auto cards = read(text, piece).top;
      REQUIRE(cards.size() == 1);
      REQUIRE(value(cards[0], "FN") == "Ann Lee");
      REQUIRE(value(cards[0], "NOTE") == "folded twiceover");
      REQUIRE(cards[0].problem.empty());
    }
}

TEST_CASE("a line that is too long is cut, and not the one before it", "[content-lines]") {
  const std::string text =
      "BEGIN:VCARD\nNOTE:short\nX-LONG:" + std::string(Components::longest_property + 1, 'x') +
      "\nFN:Ann\nEND:VCARD\n";
  for (const std::size_t piece : {std::size_t{1000}, text.size()}) {
    const auto cards = read(text, piece).top;
    REQUIRE(cards.size() == 1);
    REQUIRE_FALSE(cards[0].find("NOTE")->cut);
    REQUIRE(cards[0].find("X-LONG")->cut);
    REQUIRE_FALSE(cards[0].find("FN")->cut);
  }
}

TEST_CASE("a value goes on behind a soft line break wherever its head says how it is written",
          "[content-lines]") {
  const auto note = [](const std::string& lines) {
    const auto cards = read("BEGIN:VCARD\n" + lines + "FN:Ann\nEND:VCARD\n").top;
    REQUIRE(cards.size() == 1);
    CHECK(value(cards[0], "FN") == "Ann");
    return value(cards[0], "NOTE");
  };
  CHECK(note("NOTE;QUOTED-PRINTABLE:one=\n two=\nthree\n") == "onetwothree");
  CHECK(note("NOTE;QUOTED-\n PRINTABLE\n :one=\ntwo\n") == "onetwo");
  CHECK(note("NOTE:one=\n") == "one=");
  CHECK(note("NOTE:QUOTED-PRINTABLE=\n") == "QUOTED-PRINTABLE=");
  // A logical line as long as it may be, of very many that add nothing to it.
  const std::string head = "NOTE;QUOTED-PRINTABLE;" + std::string(230'000, 'a') + ":";
  std::string lines;
  for (int i = 0; i < 200'000; ++i)
    lines += "=\n";
  CHECK(note(head + "=\n" + lines + "end\n") == "end");
}

TEST_CASE("a card may be the value of AGENT, and one that is not ended ends where the next begins",
          "[content-lines]") {
  const auto agent =
      read("BEGIN:VCARD\nFN:Fred\nAGENT:\nBEGIN:VCARD\nFN:Joe\nEND:VCARD\nTEL:1\nEND:VCARD\n").top;
  REQUIRE(agent.size() == 1);
  REQUIRE(value(agent[0], "FN") == "Fred");
  REQUIRE(value(agent[0], "TEL") == "1");
  REQUIRE(agent[0].components.size() == 1);
  REQUIRE(value(agent[0].components[0], "FN") == "Joe");
  REQUIRE(agent[0].problem.empty());
  const auto open = read("BEGIN:VCARD\nFN:One\nBEGIN:VCARD\nFN:Two\nEND:VCARD\n").top;
  REQUIRE(open.size() == 2);
  REQUIRE(open[0].problem == "has no END:VCARD");
  REQUIRE(open[1].problem.empty());
}

TEST_CASE("a component can be named, whatever its name", "[content-lines]") {
  const auto out = read("BEGIN:VCARD\nFN:Ann\nBEGIN:V\xff\x01X\nEND:VCARD\n").top;
  REQUIRE(out.size() == 1);
  REQUIRE(out[0].problem == "has no END:V\u00ff\\x01X");
  const auto whole = read("BEGIN:V\xff\x01X\nFN:Ann\nEND:v\xff\x01x\n").top;
  REQUIRE(whole.size() == 1);
  REQUIRE(whole[0].problem.empty());
}

TEST_CASE("groups are apart from names, and what is in no component is counted", "[content-lines]") {
  const auto out = read("hello\n\nBEGIN:VCARD\nitem1.TEL;TYPE=cell:1\nEND:VCARD\nworld\n");
  REQUIRE(out.stray == 2);
  REQUIRE(out.top.size() == 1);
  const auto* phone = out.top[0].find("TEL");
  REQUIRE(phone->group == "item1");
  REQUIRE(unread_parameters(*phone, {"VALUE"}) == std::vector<std::string>{"TEL;TYPE: a parameter"});
  REQUIRE(unread_parameters(*phone, {"TYPE"}).empty());
}

} // namespace crm::codec
