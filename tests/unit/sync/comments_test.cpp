#include "amount.hpp"
#include "catch.hpp"

#include "codec/comment_join.hpp"
#include "codec/record.hpp"
#include "codec/schema.hpp"
#include "core/provenance.hpp"
#include "sync/comments.hpp"
#include "sync/merge.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
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

/// Devices that edit one file by hand, each its own copy, and merge now and then.
class Editors {
 public:
  Editors(unsigned seed, const core::Schema& schema) : m_random(seed), m_schema(schema) {
    m_first = "id: 7f3k2m9qxv0tbn4c\n# of old\nname: Ada King # a friend\ncrm:\n"
              "  created: 2026-01-01T00:00:00.000Z alice@desk\n";
    m_files.assign(devices, m_first);
  }

  void step() {
    const auto device = static_cast<std::size_t>(pick(devices));
    if (one_in(3)) return meet(device, static_cast<std::size_t>(pick(devices)));
    edit(device);
  }

  /// All of them to one, in some order.
  std::string all() {
    std::vector<std::string> files = m_files;
    std::shuffle(files.begin(), files.end(), m_random);
    while (files.size() > 1) {
      const auto at = static_cast<std::size_t>(pick(static_cast<int>(files.size()) - 1));
      files[at] = merge_texts(files[at], files[at + 1], path, m_schema);
      files.erase(files.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
    return files.front();
  }

  /// What somebody wrote and nobody took away.
  const std::set<std::string>& said() const { return m_alive; }
  /// What was removed from one place may stand at the other.
  bool was_moved(const std::string& token) const { return m_moved.contains(token); }

 private:
  static constexpr int devices = 3;

  void meet(std::size_t a, std::size_t b) {
    m_files[a] = merge_texts(m_files[a], m_files[b], path, m_schema);
  }

  void edit(std::size_t device) {
    std::vector<std::string> lines;
    std::istringstream in(m_files[device]);
    for (std::string line; std::getline(in, line);)
      lines.push_back(line);
    const auto crm = static_cast<int>(std::find(lines.begin(), lines.end(), "crm:") - lines.begin());
    const auto at = lines.begin() + pick(crm) + (one_in(2) ? 1 : 0);
    const std::string token = "t" + std::to_string(++m_tokens);
    switch (pick(8)) {
    case 0:
    case 1:
      lines.insert(at == lines.begin() + crm + 1 ? lines.begin() + crm : at, {"#", "# " + token, "#"});
      break;
    case 2:
    case 3:
      for (auto& line : lines)
        if (line.starts_with("name:")) line = line.substr(0, line.find(" #")) + " # " + token;
      break;
    case 4:
      std::erase_if(lines, [&](const std::string& line) { return line.starts_with("#") && one_in(3); });
      break;
    case 5:
    case 6: { // the same data and comments
      const auto style = pick(4);
      for (auto& line : lines)
        if (line.starts_with("name:"))
          line = (style == 0   ? "name: Ada King"
                  : style == 1 ? "name: \"Ada King\""
                  : style == 2 ? "name: 'Ada King'"
                               : "name:   Ada King") +
                 (line.find(" #") != std::string::npos ? line.substr(line.find(" #")) : "");
      break;
    }
    default:
      if (std::erase_if(lines, [](const std::string& line) { return line.starts_with("about:"); }) == 0)
        lines.insert(std::find(lines.begin(), lines.end(), "crm:"), "about: x # " + token);
    }
    std::string text;
    for (const auto& line : lines)
      text += line + "\n";
    save(device, text);
  }

  void save(std::size_t device, const std::string& text) {
    const auto before = read(m_files[device]), after = read(text);
    core::Record record = before;
    std::vector<core::Edit> edits;
    for (const auto& field : m_schema.fields)
      if (!(before.get(field.name) == after.get(field.name)))
        edits.push_back({field.name, after.get(field.name)});
    m_time += std::chrono::seconds{1};
    const core::Stamp stamp{m_time, "device-" + std::to_string(device), "alice"};
    core::write(record, m_schema, edits, stamp);
    const auto had = tokens(m_files[device]);
    m_files[device] = edit_with_comments(m_files[device], text, record, m_schema, stamp).text;
    const auto has = tokens(m_files[device]);
    for (const auto& [token, _] : had)
      if (!has.contains(token)) m_alive.erase(token);
    for (const auto& [token, place] : has)
      if (const auto old = had.find(token); old == had.end())
        m_alive.insert(token);
      else if (old->second != place)
        m_moved.insert(token);
  }

  core::Record read(const std::string& text) const {
    return std::get<core::Record>(codec::parse_record(text, path, m_schema));
  }

 public:
  /// Each with its paragraph and the entry at which that stands.
  static std::map<std::string, std::string> tokens(const std::string& text) {
    std::map<std::string, std::string> out;
    std::vector<std::string> paragraphs(1);
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      if (line == "#") {
        paragraphs.emplace_back();
        continue;
      }
      if (line.starts_with("#")) {
        paragraphs.back() += line;
        continue;
      }
      if (const auto behind = line.find("# t"); behind != std::string::npos)
        paragraphs.push_back(line.substr(behind));
      for (const auto& paragraph : paragraphs)
        for (std::size_t at = 0; (at = paragraph.find("# t", at)) != std::string::npos; ++at)
          out.emplace(paragraph.substr(at + 2, paragraph.find('#', at + 1) - at - 2),
                      line.substr(0, line.find(':')) + paragraph);
      paragraphs.assign(1, "");
    }
    return out;
  }

 private:
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(m_random); }
  bool one_in(int n) { return pick(n) == 0; }

  std::mt19937 m_random;
  const core::Schema& m_schema;
  std::string m_first;
  std::vector<std::string> m_files;
  std::set<std::string> m_alive, m_moved;
  core::StampTime m_time = std::chrono::sys_days{std::chrono::year{2026} / 2 / 1};
  int m_tokens = 0;
};

TEST_CASE("Comments that were edited come to the same text, and only what somebody removed is gone",
          "[merge]") {
  const auto schema = contact_schema();
  for (unsigned seed = 0; seed < static_cast<unsigned>(test::amount(200, 5000)); ++seed) {
    INFO("seed " << seed);
    Editors editors(seed, schema);
    for (int i = 0; i < 12; ++i)
      editors.step();
    const auto all = editors.all();
    REQUIRE(all == editors.all());
    REQUIRE(all == editors.all());
    const auto found = Editors::tokens(all);
    for (const auto& token : editors.said())
      REQUIRE(found.contains(token));
    for (const auto& [token, _] : found)
      REQUIRE((editors.said().contains(token) || editors.was_moved(token)));
  }
}

TEST_CASE("What one batch did to comments is done to another version of the file", "[replay]") {
  const auto schema = contact_schema();
  const auto version = [&](const std::string& text) {
    return Version{text, std::get<core::Record>(codec::parse_record(text, path, schema)), std::nullopt};
  };
  const auto edited = [&](const std::string& before, const std::string& text, const std::string& device) {
    auto record = version(before).record;
    const core::Stamp stamp{*core::parse_stamp_time("2026-03-01T00:00:00.000Z"), device, "alice"};
    return edit_with_comments(before, text, record, schema, stamp).text;
  };
  const std::string end = "crm:\n  created: 2026-01-01T00:00:00.000Z alice@desk\n",
                    was = "id: 7f3k2m9qxv0tbn4c\n# old\nname: Ada King\n" + end,
                    became = edited(was, "id: 7f3k2m9qxv0tbn4c\nname: Ada King # new\n" + end, "tablet"),
                    is = edited(was, "id: 7f3k2m9qxv0tbn4c\n# old\n#\n# other\nname: Ada King\n" + end,
                                "desk");
  const auto out = carry_comments(version(was), version(became), version(is), version(is).record, schema);
  CHECK(out.starts_with("id: 7f3k2m9qxv0tbn4c\n# other\nname: Ada King  # new\n"));
  CHECK(carry_comments(version(was), version(was), version(is), version(is).record, schema) == is);
}

TEST_CASE("Of two layouts that people gave a file the newer counts, also where it is the canonical one",
          "[merge]") {
  const auto schema = contact_schema();
  const std::string head = "id: 7f3k2m9qxv0tbn4c\n",
                    end = "crm:\n  created: 2026-01-01T00:00:00.000Z alice@desk\n",
                    plain = head + "name: Ada King\n" + end;
  const auto laid_out = [&](const std::string& before, const std::string& name, int day,
                            const std::string& device) {
    auto record = std::get<core::Record>(codec::parse_record(before, path, schema));
    const auto at = before.find("name:");
    const auto text = before.substr(0, at) + "name: " + name + before.substr(before.find('\n', at));
    const core::Stamp stamp{std::chrono::sys_days{std::chrono::year{2026} / 2 / day}, device, "alice"};
    return edit_with_comments(before, text, record, schema, stamp).text;
  };
  const auto quoted = laid_out(plain, "\"Ada King\"", 1, "desk"),
             single = laid_out(plain, "'Ada King'", 2, "tablet"),
             tidy = laid_out(quoted, "Ada King", 3, "desk");
  CHECK(quoted.find("#layout") != std::string::npos);
  CHECK(laid_out(quoted, "\"Ada King\"", 4, "desk") == quoted);
  for (const auto& [older, newer] : {std::pair{plain, quoted}, {quoted, single}, {quoted, tidy}}) {
    CHECK(merge_texts(older, newer, path, schema) == newer);
    CHECK(merge_texts(newer, older, path, schema) == newer);
  }
  CHECK(merge_texts(merge_texts(quoted, single, path, schema), tidy, path, schema) ==
        merge_texts(quoted, merge_texts(tidy, single, path, schema), path, schema));
}

TEST_CASE("What stands below the id is left as it is where no field is gone", "[merge]") {
  const std::string text = "id: 7f3k2m9qxv0tbn4c\n# one\n#\n# one\n# two\n\nname: Ada King\n"
                           "crm:\n  created: 2026-01-01T00:00:00.000Z alice@desk\n";
  const auto schema = contact_schema();
  const auto record = std::get<core::Record>(codec::parse_record(text, path, schema));
  CHECK(codec::emit_record(record, schema, codec::comments_of(text, schema)) == text);
}

TEST_CASE("Of two layouts without a stamp somebody's own counts, though the canonical text is longer",
          "[merge]") {
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
