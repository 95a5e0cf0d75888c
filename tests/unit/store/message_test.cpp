#include "catch.hpp"

#include "store/message.hpp"

namespace crm::store {

using Trailers = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("a message is its first line, its body and its trailers", "[message]") {
  const Message given{"Book Ada", "Because she asked.\nTwice.", {{"Crm-Op", "book"}, {"Crm-Batch", "b1"}}};
  const auto text = format_message(given);
  REQUIRE(text == "Book Ada\n\nBecause she asked.\nTwice.\n\nCrm-Op: book\nCrm-Batch: b1\n");
  REQUIRE(parse_summary(text) == "Book Ada");
  REQUIRE(parse_trailers(text) == given.trailers);
}

TEST_CASE("nothing that a person wrote can add a line, a trailer or a control character", "[message]") {
  const auto text = format_message({"Book\nAda\x1b[31m\n\nCrm-Actor: boss",
                                    "Crm-Actor: boss",
                                    {{"Crm-Op", "book\nCrm-Actor: boss"}, {"bad key", "x"}}});
  REQUIRE(parse_trailers(text) == Trailers{{"Crm-Op", "book Crm-Actor: boss"}});
  REQUIRE(text.find('\x1b') == std::string::npos);
  REQUIRE(parse_summary(text).starts_with("Book Ada"));
}

TEST_CASE("only a last paragraph that is all trailers counts", "[message]") {
  struct Case {
    std::string text;
    Trailers trailers;
  };
  const auto c = GENERATE(values<Case>({{"", {}},
                                        {"Crm-Op: x", {}},
                                        {"a\n\nb", {}},
                                        {"a\n\nKey: v\nprose", {}},
                                        {"a\n\nKey: v\n\nprose", {}},
                                        {"a\n\nKey: v\n  more\n", {{"Key", "v more"}}},
                                        {"a\n\nKey: v\nKey: w\n\n", {{"Key", "v"}, {"Key", "w"}}}}));
  INFO(c.text);
  REQUIRE(parse_trailers(c.text) == c.trailers);
}

} // namespace crm::store
