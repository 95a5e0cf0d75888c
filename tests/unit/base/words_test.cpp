#include "base/words.hpp"
#include "catch.hpp"

using namespace crm;

TEST_CASE("Words are runs of letters and digits, folded, and each character of unspaced scripts") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"Wants a REVISED proposal.", "wants a revised proposal"},
      {"Zoë  Öz-Straße", "zoe oz strasse"},
      {"O'Brien & Sons", "o brien sons"},
      {"room-2 at 14:00", "room 2 at 14 00"},
      {"東京タワーhall", "東 京 タ ワ ー hall"},
      {"\uff21\uff22\uff23 \u2460", "abc 1"},
      {"Привет, МИР", "привет мир"},
      {"call \U0001f4de now", "call \U0001f4de now"},
      {"", ""},
      {"?! \"'`();--\n\t", ""},
      {std::string("a\0b", 3), "a b"},
      {"broken \xff\xfe bytes\xc3", "broken bytes"},
      {"\u0301", ""},
  }));
  CAPTURE(text);
  CHECK(base::word_text(text) == expected);
}

TEST_CASE("Words say where they stand, with their marks") {
  const std::string text = "ab  e\u0301t\u00e9 \u6771\u4eac";
  std::vector<std::string> parts;
  for (const auto& word : base::words(text))
    parts.push_back(text.substr(word.begin, word.end - word.begin));
  CHECK(parts == std::vector<std::string>{"ab", "e\u0301t\u00e9", "\u6771", "\u4eac"});
}

TEST_CASE("The beginning of a Korean syllable begins its word") {
  const auto whole = base::words("\ud55c\uad6d"), begun = base::words("\ud558");
  REQUIRE(whole.size() == 2);
  REQUIRE(begun.size() == 1);
  CHECK(whole[0].folded.starts_with(begun[0].folded));
}

TEST_CASE("A word of ten thousand letters is told apart by its beginning") {
  for (const std::string letter : {"x", "\u00df", "\u0434"}) {
    std::string text;
    for (int i = 0; i < 10000; ++i)
      text += letter;
    const auto found = base::words(text);
    REQUIRE(found.size() == 1);
    CHECK(found[0].folded.size() <= base::longest_word);
    CHECK(found[0].end == text.size());
  }
}
