#include "amount.hpp"
#include "catch.hpp"

#include "codec/comment_join.hpp"

#include <algorithm>
#include <random>
#include <set>

using namespace crm::codec;

namespace {

using Text = std::vector<std::string>;

/// What the header says, one paragraph against each.
Text plainly_joined(const Text& a, const Text& b) {
  std::set<Text> all;
  for (const auto* side : {&a, &b})
    for (auto& paragraph : paragraphs(*side))
      all.insert(std::move(paragraph));
  const auto holds = [](const Text& other, const Text& paragraph) {
    auto at = paragraph.begin();
    for (const auto& line : other)
      if (at != paragraph.end() && line == *at) ++at;
    return at == paragraph.end();
  };
  Text out;
  for (const auto& paragraph : all) {
    if (std::any_of(all.begin(), all.end(), [&](const Text& other) {
          return other.size() > paragraph.size() && holds(other, paragraph);
        }))
      continue;
    if (!out.empty()) out.emplace_back("#");
    out.insert(out.end(), paragraph.begin(), paragraph.end());
  }
  return out;
}

} // namespace

TEST_CASE("of random comments those paragraphs stay that no other one holds", "[comments]") {
  const int runs = crm::test::amount(2000, 100'000);
  for (int run = 0; run < runs; ++run) {
    INFO("run " << run);
    std::mt19937 random(static_cast<unsigned>(run));
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    const unsigned letters = 1 + below(5), most = 1 + below(30), separators = 2 + below(60);
    const auto text = [&] {
      Text out;
      for (unsigned i = below(below(8) == 0 ? 40 * most : most); i > 0; --i)
        out.push_back(below(separators) == 0 ? "#"
                                             : std::string("# ") + static_cast<char>('a' + below(letters)));
      return out;
    };
    const auto a = text(), b = text(), c = text();
    REQUIRE(join_lines(a, b) == plainly_joined(a, b));
    REQUIRE(join_lines(join_lines(a, b), c) == join_lines(a, join_lines(b, c)));
  }
}

TEST_CASE("as many paragraphs as a file has room for are joined at once", "[comments]") {
  Text ours, theirs;
  for (int i = 0; i < 50'000; ++i) {
    ours.insert(ours.end(), {"#", "# a" + std::to_string(i)});
    theirs.insert(theirs.end(), {"#", "# b" + std::to_string(i), "# a" + std::to_string(i)});
  }
  const auto joined = join_lines(ours, theirs); // each against each would take minutes
  REQUIRE(joined.size() == 150'000 - 1);
  REQUIRE(joined == join_lines(theirs, theirs));
}
