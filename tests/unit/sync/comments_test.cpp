#include "amount.hpp"
#include "catch.hpp"

#include "codec/comment_join.hpp"
#include "codec/schema.hpp"
#include "sync/merge.hpp"

#include <random>
#include <sstream>

namespace crm::sync {
namespace {

const std::string path = "contacts/7f/7f3k2m9qxv0tbn4c.yaml";

core::Schema contact_schema() {
  for (const auto& each : codec::embedded_schemas())
    if (each.type == "contact")
      return std::get<core::Schema>(codec::parse_schema(std::string(each.text), "schemas/contact.yaml"));
  FAIL("no schema contact");
  return {};
}

/// One record as several people have annotated it; its tags, a set, are those of whoever has added some.
class Annotator {
 public:
  explicit Annotator(unsigned seed) : m_random(seed) {}

  std::string file() {
    std::string out;
    if (one_in(4)) out += lines() + "\n";
    const bool tagged = one_in(3);
    const std::string tag(1, static_cast<char>('a' + pick(3)));
    out += entry("id: 7f3k2m9qxv0tbn4c") + entry(one_in(6) ? "name: \"Ada King\"" : "name: Ada King");
    if (tagged) out += entry("tags: [" + tag + "]");
    const std::string indent(one_in(4) ? 1 : 2, ' '); // canonical is 2
    out += lines() + "about: |-\n" + indent + "She signs\n" + indent + "as Ada King\n" +
           (one_in(4) ? lines() + "\n" : "");
    out += "crm:\n  created: 2026-01-01T00:00:00.000Z alice@desk\n";
    if (tagged) {
      const std::string stamp = "2026-01-0" + std::to_string(2 + tag[0] - 'a') + "T00:00:00.000Z bob@tablet";
      out += "  changed:\n    tags: " + stamp + "\n  added: {tags: {" + tag + ": " + stamp + "}}\n";
    }
    return out;
  }

  /// The same file with other lines of comments, or none.
  std::string variant(const std::string& file) {
    const bool plain = one_in(4);
    std::string out;
    std::istringstream in(file);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("#") && (plain || one_in(4))) continue;
      if (!plain && one_in(6) && !line.starts_with(" ")) out += lines();
      out += line + "\n";
    }
    return out;
  }
  std::string one_of(const std::string& a, const std::string& b) {
    return one_in(2) ? file() : variant(one_in(2) ? a : b);
  }

 private:
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(m_random); }
  bool one_in(int n) { return pick(n) == 0; }
  std::string lines() {
    std::string out;
    for (int i = pick(6); i > 0; --i)
      out += one_in(4) ? "#\n" : "# line " + std::to_string(pick(3)) + "\n";
    return out;
  }
  std::string entry(const std::string& text) {
    std::string out = lines() + text + (one_in(3) ? " # behind " + std::to_string(pick(3)) : "") + "\n";
    if (one_in(5)) out += lines() + "\n";
    return out;
  }

  std::mt19937 m_random;
};

TEST_CASE("Comments come to the same text in whatever order files meet", "[merge]") {
  const auto schema = contact_schema();
  const auto join = [&](const std::string& a, const std::string& b) {
    return merge_texts(a, b, path, schema);
  };
  Annotator people(7);
  for (int i = test::amount(600, 5000); i > 0; --i) {
    const std::string a = people.file(), b = people.one_of(a, a), c = people.one_of(a, b);
    INFO("a:\n" << a << "\nb:\n" << b << "\nc:\n" << c);
    const auto all = join(join(a, b), c);
    REQUIRE(join(a, b) == join(b, a));
    REQUIRE(all == join(a, join(b, c)));
    REQUIRE(all == join(b, join(c, a)));
    REQUIRE(join(a, a) == a);
    REQUIRE(join(all, b) == all);
  }
}

TEST_CASE("Of two layouts somebody's own counts, though the canonical text is longer", "[merge]") {
  const std::string head = "id: 7f3k2m9qxv0tbn4c\n# a friend\nname: Ada King\nabout: |-\n",
                    end = "crm:\n  created: 2026-01-01T00:00:00.000Z alice@desk\n",
                    own = head + " She signs\n as Ada King\n" + end,
                    canonical = head + "  She signs\n  as Ada King\n" + end;
  const auto schema = contact_schema();
  CHECK(merge_texts(own, canonical, path, schema) == own);
  CHECK(merge_texts(canonical, own, path, schema) == own);
}

TEST_CASE("A paragraph stays together, and one that grew is there once", "[merge]") {
  using Lines = std::vector<std::string>;
  CHECK(codec::join_lines({"# z", "# a"}, {"# z", "# a"}) == Lines{"# z", "# a"});
  CHECK(codec::join_lines({"# z", "# a"}, {}) == Lines{"# z", "# a"});
  CHECK(codec::join_lines({"# z", "# a"}, {"# z", "# m", "# a"}) == Lines{"# z", "# m", "# a"});
  CHECK(codec::join_lines({"# a", "#", "# z", "# a"}, {}) == Lines{"# z", "# a"});
  CHECK(codec::join_lines({"# z", "# a"}, {"# b"}) == Lines{"# b", "#", "# z", "# a"});
}

TEST_CASE("Of two comments behind an entry one stays there, and neither is lost", "[merge]") {
  const auto joined = codec::join_comments({{}, "# mornings", {}}, {{"# a friend"}, "# evenings", {}});
  CHECK(joined == codec::EntryComments{{"# a friend", "#", "# evenings"}, "# mornings", {}});
  CHECK(codec::join_comments({{}, "# mornings", {}}, {{"# mornings"}, "", {}}).above.empty());
}

} // namespace
} // namespace crm::sync
