#include "base/text.hpp"
#include "catch.hpp"

using namespace crm::base;

TEST_CASE("width counts what a terminal gives") {
  struct Case {
    const char* text;
    std::size_t columns;
  };
  const Case cases[] = {
      {"", 0},
      {"Ada", 3},
      {"山田 太郎", 9},
      {"Zoë", 3},
      {"Zoe\u0308", 3}, // a combining mark takes none
      {"👩‍👩‍👧", 2},
      {"مريم", 4},
      {"é", 1},
      {"a\x1b[31m", 5},
      {"ﾊﾝ", 2},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(width(c.text) == c.columns);
  }
}

TEST_CASE("nothing in a text can move the cursor or turn the reading order") {
  CHECK(printable("\x1b[2J") == "\\x1b[2J");
  CHECK(printable("a\nb") == "a\\nb");
  CHECK(printable("a\nb", Newlines::Keep) == "a\nb");
  CHECK(printable("\u202egnp.exe") == "\\u202egnp.exe");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\x9b31m"); // C1 CSI
  CHECK(printable("\xff\xfe") == "\\xff\\xfe");
  CHECK(printable("مريم 山田 👩‍👩‍👧") == "مريم 山田 👩‍👩‍👧");
}

TEST_CASE("fit cuts at whole characters") {
  CHECK(fit("Ada Lovelace", 12) == "Ada Lovelace");
  CHECK(fit("Ada Lovelace", 8) == "Ada Lov…");
  CHECK(fit("山田太郎", 5) == "山田…");
  CHECK(fit("山田太郎", 4) == "山…");
  CHECK(fit("👩‍👩‍👧x", 2) == "…");
  CHECK(fit("abc", 0).empty());
  for (std::size_t columns = 0; columns < 20; ++columns)
    CHECK(width(fit("Ünï 山田 👩‍👩‍👧 مريم", columns)) <= columns);
}

TEST_CASE("a text is shortened by its characters, whatever they take in bytes or columns") {
  CHECK(characters("") == 0);
  CHECK(characters("Zoë") == 3);
  CHECK(characters("山田 太郎") == 5);
  CHECK(shorten("山田 太郎", 5) == "山田 太郎");
  CHECK(shorten("山田 太郎", 4) == "山田…");
  CHECK(shorten("Ada Lovelace", 8) == "Ada Lov…");
  CHECK(shorten("xZoe\u0308", 4) == "xZo…"); // e and what stands on it are one
  CHECK(shorten("abc", 0).empty());
  for (std::size_t most = 0; most < 20; ++most)
    CHECK(characters(shorten("Ünï 山田 👩‍👩‍👧 مريم", most)) <= most);
}

TEST_CASE("pad fills to a width, never cuts") {
  CHECK(pad("山", 4) == "山  ");
  CHECK(pad("12", 4, Align::Right) == "  12");
  CHECK(pad("long", 2) == "long");
}

TEST_CASE("wrap breaks at spaces, and where there are none") {
  CHECK(wrap("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrap("abcdefgh", 3) == std::vector<std::string>{"abc", "def", "gh"});
  CHECK(wrap("a\nb", 10) == std::vector<std::string>{"a", "b"});
  CHECK(wrap("", 10) == std::vector<std::string>{""});
  for (const auto& line :
       wrap("山田太郎山田太郎 and 👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 5))
    CHECK(width(line) <= 5);
}

TEST_CASE("fold makes names comparable") {
  CHECK(fold("  Zoë   Öz ") == "zoe oz");
  CHECK(fold("STRASSE") == fold("Straße"));
  CHECK(fold("ﬁ") == "fi");
  CHECK(fold("ADA") == "ada");
  CHECK(fold("\t\n") == "");
}

TEST_CASE("distance and suggestions find what was meant") {
  CHECK(edit_distance("adda", "ada") == 1);
  CHECK(edit_distance("teh", "the") == 1); // a swap is one slip
  CHECK(edit_distance("", "abc") == 3);
  CHECK(suggestions("adda", {"Ada Lovelace", "Grace Hopper"}) == std::vector<std::string>{"Ada Lovelace"});
  CHECK(suggestions("bokked", {"booked", "arrived"}) == std::vector<std::string>{"booked"});
  CHECK(suggestions("zzzz", {"booked", "arrived"}).empty());
}

TEST_CASE("utf-8 is told from what only looks like it") {
  CHECK(is_utf8("Zoë"));
  CHECK_FALSE(is_utf8("\xc0\xaf"));         // overlong
  CHECK_FALSE(is_utf8("\xed\xa0\x80"));     // a surrogate
  CHECK_FALSE(is_utf8("\xf4\x90\x80\x80")); // beyond U+10FFFF
  CHECK_FALSE(is_utf8("abc\xe2\x82"));      // cut short
}

TEST_CASE("split keeps empty parts, trim and join do what they say") {
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',').size() == 1);
  CHECK(trim(" \t a b \n") == "a b");
  CHECK(join({"a", "b"}, ", ") == "a, b");
}

TEST_CASE("Case and digests are the same in every locale and on every device") {
  CHECK(lower("AbZ-É") == "abz-É");
  CHECK(upper("abz-é") == "ABZ-é");
  CHECK(digest("") == "cbf29ce484222325");
  CHECK(digest("a") == "af63dc4c8601ec8c");
}
