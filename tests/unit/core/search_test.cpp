#include "catch.hpp"
#include "core/search.hpp"

using namespace crm;
using namespace crm::core;

namespace {

std::vector<Term> terms(const std::vector<std::string>& words) {
  std::vector<Term> out;
  for (const auto& word : words)
    out.push_back(*parse_term(word));
  return out;
}

/// The excerpt with its marks in brackets.
std::string shown(const Excerpt& excerpt) {
  std::string out = excerpt.text;
  for (auto mark = excerpt.marks.rbegin(); mark != excerpt.marks.rend(); ++mark) {
    out.insert(mark->end, "]");
    out.insert(mark->begin, "[");
  }
  return out;
}

} // namespace

TEST_CASE("A term is words in a row, the last one begun") {
  const auto [term, text, expected] = GENERATE(table<std::string, std::string, bool>({
      {"propos", "Wants a PROPOSAL", true},
      {"roposal", "Wants a proposal", false},
      {"revised prop", "wants a revised proposal", true},
      {"revised prop", "wants a proposal revised", false},
      {"o'brien", "Mr O Brien", true},
      {"京都", "東京都庁", true},
      {"都京", "東京都庁", false},
      {"zoe", "Zoë", true},
      {"room-2", "in room 23", true},
  }));
  CAPTURE(term, text);
  CHECK(occurs(*parse_term(term), base::words(text)) == expected);
}

TEST_CASE("A phone number is also one word, from each of its groups or digits on") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"030 123 45 67", "030 123 45 67 0301234567 1234567 4567"},
      {"+49 30-123", "49 30 123 4930123 30123 030123"},
      {"+44 (0)20 7946", "44 0 20 7946 440207946 0207946 207946"},
      {"+3902123456", "3902123456 902123456 02123456 2123456 123456 23456 3456"},
      {"+4930123", "4930123 930123 30123 0123 030123"},
      {"03012345", "03012345 3012345 012345 12345 2345"},
      {"12 34", "12 34"},
      {"room 123 456", "room 123 456"},
  }));
  CHECK(word_text(text) == expected);
}

TEST_CASE("Of a phone number the group that is looked for is marked, or what was asked for without spaces") {
  const auto marked = [](const std::string& term) {
    return shown(excerpt(terms({term}), {{"phones", "030 123 45 67", false}}, 160));
  };
  CHECK(marked("030") == "[030] 123 45 67");
  CHECK(marked("12345") == "030 [123 45 67]");
  CHECK(shown(excerpt(terms({"030", "123", "45"}), {{"phones", "+49301234567", false}}, 160)) ==
        "+49[301234567]");
}

TEST_CASE("Punctuation is no term, and a sign before a word negates it") {
  CHECK_FALSE(parse_term("?!"));
  CHECK_FALSE(parse_term(""));
  CHECK_FALSE(parse_term("-"));
  CHECK(parse_term("-signed")->negated);
  CHECK_FALSE(parse_term("signed-off")->negated);
}

TEST_CASE("An excerpt is on one line, around the words, and marks them") {
  const std::vector<Searched> texts{{"name", "Proposal 7", true},
                                    {"text", "Called.\n\nWants a revised   proposal by Friday", false}};
  CHECK(shown(excerpt(terms({"propos", "friday"}), texts, 160)) ==
        "Called. Wants a revised [proposal] by [Friday]");
  CHECK(excerpt(terms({"seven"}), texts, 160).field.empty());
  CHECK(excerpt(terms({"7"}), texts, 160).field == "name");
  CHECK(shown(excerpt(terms({"revised proposal"}), texts, 160)) ==
        "Called. Wants a [revised proposal] by Friday");
}

TEST_CASE("Of a long text the part with most of the words is shown") {
  std::string text = "proposal ";
  for (int i = 0; i < 200; ++i)
    text += "filling words and more ";
  text += "the proposal was signed at last ";
  for (int i = 0; i < 200; ++i)
    text += "more filling ";
  const auto found = excerpt(terms({"proposal", "signed"}), {{"text", text, false}}, 80);
  CHECK(shown(found).find("the [proposal] was [signed] at last") != std::string::npos);
  CHECK(found.text.starts_with("…"));
  CHECK(found.text.ends_with("…"));
  CHECK(found.text.size() < 130);
}

TEST_CASE("An excerpt never cuts a character, whatever the text") {
  std::string text;
  for (int i = 0; i < 300; ++i)
    text += i % 7 == 0 ? "\u6771" : "\u00e9\u0301";
  for (std::size_t most = 1; most < 40; ++most)
    CHECK(base::words(excerpt(terms({"\u6771"}), {{"text", text, false}}, most).text).size() > 0);
}
