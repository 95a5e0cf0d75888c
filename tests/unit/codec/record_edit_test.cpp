#include "catch.hpp"

#include "codec/record.hpp"
#include "random_values.hpp"

#include <functional>

namespace {

using crm::codec::edit_record;
using crm::codec::read_record;
using crm::core::List;
using crm::core::Map;
using crm::core::Record;
using crm::core::Schema;
using crm::core::Value;

Schema small_schema() {
  Schema schema;
  schema.type = "contact";
  for (const auto* name : {"name", "org", "phones", "about", "tags"}) {
    crm::core::Field field;
    field.name = name;
    if (field.name == "phones" || field.name == "tags") field.shape = crm::core::Shape::Texts;
    if (field.name == "about") field.shape = crm::core::Shape::Prose;
    schema.fields.push_back(field);
  }
  return schema;
}

Record read(std::string_view text, const Schema& schema) {
  auto result = read_record(text, "", schema);
  if (const auto* problems = std::get_if<1>(&result)) FAIL(to_text(problems->front()) << "\n" << text);
  return std::get<Record>(std::move(result));
}

const std::string id = "id: 7f3k2m9qxv0tbn4c\n";
const std::string crm_block = "crm:\n  created: 2026-11-20T09:12:44.120Z alice@front-desk\n";

struct Case {
  std::string what, before;
  std::function<void(Record&)> edit;
  std::string after;
};

TEST_CASE("an edit changes only the lines of the fields that it changes") {
  const auto set = [](std::string field, Value value) {
    return [=](Record& record) { record.fields.set(field, value); };
  };
  const auto unset = [](std::string field) { return [=](Record& record) { record.fields.erase(field); }; };
  const std::vector<Case> cases{
      {"nothing", id + "name:   'Ada'  # her\n\n\nphones:\n- 012\n" + crm_block, [](Record&) {},
       id + "name:   'Ada'  # her\n\n\nphones:\n- 012\n" + crm_block},
      {"one line keeps its comment", id + "name: Ada   # the countess\n" + crm_block,
       set("name", "Ada Lovelace"), id + "name: Ada Lovelace   # the countess\n" + crm_block},
      {"other entries keep their style",
       id + "name: 'Ada'\nphones:\n- 0123 # home\n\n# firm\norg: \"Acme\"\n" + crm_block, set("org", "Bolt"),
       id + "name: 'Ada'\nphones:\n- 0123 # home\n\n# firm\norg: Bolt\n" + crm_block},
      {"carriage returns stay", "id: 7f3k2m9qxv0tbn4c\r\nname: Ada # x\r\norg: Acme\r\n", set("name", "Bob"),
       "id: 7f3k2m9qxv0tbn4c\r\nname: Bob # x\r\norg: Acme\r\n"},
      {"and come with what is new", "id: 7f3k2m9qxv0tbn4c\r\nname: Ada\r\n", set("about", "x\ny\n"),
       "id: 7f3k2m9qxv0tbn4c\r\nname: Ada\r\nabout: |\r\n  x\r\n  y\r\n"},
      {"a new field goes to its place", id + "name: Ada\ntags: [a]\n" + crm_block, set("org", "Acme"),
       id + "name: Ada\norg: Acme\ntags: [a]\n" + crm_block},
      {"also where a person has reordered", id + "tags: [a]\nname: Ada\n" + crm_block, set("org", "Acme"),
       id + "tags: [a]\nname: Ada\norg: Acme\n" + crm_block},
      {"an unknown one behind the known ones", id + "name: Ada\nzeta: 1\n" + crm_block, set("alpha", 1),
       id + "name: Ada\nalpha: 1\nzeta: 1\n" + crm_block},
      {"comments behind an entry stay with it",
       id + "name: Ada\n  # spelled like that\n# really\n\ntags: [a]\n", set("org", "Acme"),
       id + "name: Ada\n  # spelled like that\n# really\norg: Acme\n\ntags: [a]\n"},
      {"a removed field takes its comments along",
       id + "name: Ada\n\n# the firm\n# she works for\norg: Acme  # since May\n\n# labels\ntags: [a]\n",
       unset("org"), id + "name: Ada\n\n\n# labels\ntags: [a]\n"},
      {"but not those apart from it",
       "# of the file\n" + id + "# general\n\norg: Acme\n# behind\n\ntags: [a]\n", unset("org"),
       "# of the file\n" + id + "# general\n\n# behind\n\ntags: [a]\n"},
      {"a first field does not take the file's comment along", "# of the file\norg: Acme\n" + id,
       unset("org"), "# of the file\n" + id},
      {"comments in a replaced list move above it", id + "tags:\n  - a # first\n  # then\n  - b\n",
       set("tags", List{"a", "c"}), id + "# first\n# then\ntags: [a, c]\n"},
      {"a hash in text is no comment", id + "org: \"a # b\" # c\nabout: |\n  # d\n  e\n",
       [](Record& r) { r.fields.set("org", "x"), r.fields.set("about", "f"); },
       id + "org: x # c\nabout: f\n"},
      {"a comment behind what becomes prose moves above it", id + "about: x # y\n", set("about", "a\nb\n"),
       id + "# y\nabout: |\n  a\n  b\n"},
      {"prose that keeps its blank lines", id + "about: |+\n  a\n\n\ntags: [a]\n", set("about", "b"),
       id + "about: b\ntags: [a]\n"},
      {"prose that begins to keep blank lines", id + "about: a\n\n\ntags: [a]\n", set("about", "b\n\n"),
       id + "about: |+\n  b\n\ntags: [a]\n"},
      {"a file without a last line end", id + "name: Ada", set("org", "Acme"), id + "name: Ada\norg: Acme\n"},
      {"an empty value is an absent one", id + "name: Ada\norg:\ntags: []\n", set("name", "Bob"),
       id + "name: Bob\norg:\ntags: []\n"},
      {"and takes a value on its line", id + "name: Ada\norg: # none yet\n", set("org", "Acme"),
       id + "name: Ada\norg: Acme # none yet\n"},
      {"provenance changes by itself", id + "name: Ada  # x\n" + crm_block,
       [](Record& r) {
         r.crm.set("changed", [] {
           Map m;
           m.set("name", "2026-11-23T16:40:02.007Z bob@tablet-2");
           return m;
         }());
       },
       id + "name: Ada  # x\n" + crm_block + "  changed:\n    name: 2026-11-23T16:40:02.007Z bob@tablet-2\n"},
      {"provenance that was not there", id + "name: Ada\n", [](Record& r) { r.crm.set("created", "x"); },
       id + "name: Ada\ncrm:\n  created: x\n"},
      {"a file in braces is written anew", "{id: 7f3k2m9qxv0tbn4c, name: Ada}\n", set("org", "Acme"),
       id + "name: Ada\norg: Acme\n"},
      {"a start marker stays", "---\n" + id + "name: Ada\n", set("name", "Bob"),
       "---\n" + id + "name: Bob\n"},
      {"text over several lines", id + "name: \"Ada\n  Lovelace\"\norg: 'a\n\n  # b'\n", set("name", "Bob"),
       id + "name: Bob\norg: 'a\n\n  # b'\n"},
  };
  const auto schema = small_schema();
  for (const auto& [what, before, edit, after] : cases) {
    INFO(what);
    Record record = read(before, schema);
    edit(record);
    CHECK(edit_record(before, record, schema) == after);
  }
}

TEST_CASE("text that cannot be read is written anew") {
  const auto schema = small_schema();
  const Record record = read(id + "name: Ada\n", schema);
  for (const auto* text : {"", "a: [", "id: no\n", "- x\n", "\xff"})
    CHECK(edit_record(text, record, schema) == id + "name: Ada\n");
}

/// A file as people write them: styles, comments and blank lines at random.
std::string random_file(crm::tests::RandomValues& random) {
  static const std::vector<std::string> lines{"\n", "# a comment\n", "  # indented\n", "#\n"};
  static const std::vector<std::string> entries{
      "name: Ada  # who\n",
      "name: 'it''s # 5'\n",
      "name: \"a\n  b\" # c\n",
      "org:\n  Acme and\n  sons # x\n",
      "org: >-\n  folded\n  text\n\n",
      "phones: [0123,\n  '456' ] # p\n",
      "phones:\n- 012 # a\n# between\n- \"345\"\n",
      "about: |\n  # no comment\n  text\n\n",
      "about: |+\n  kept\n\n\n",
      "about: \"x # y\"\n",
      "tags: [a, b]\n",
      "tags:\n    - a\n",
      "zeta: {a: 'b # c', d: [1, 2]} # e\n",
      "'alpha beta': 1\n",
      "\"quoted\": no\n",
      "extra:\n  - x: |\n      text\n      # text\n    y: 2\n  # c\n  - 3\n"};
  std::string out;
  std::vector<std::string> keys;
  const auto decoration = [&] {
    for (int n = random.below(3); n > 0; --n)
      if (random.below(2) == 0) out += lines[static_cast<std::size_t>(random.below(4))];
  };
  out += random.below(4) == 0 ? "# file\n\n" : "";
  out += id;
  for (int n = random.below(7); n > 0; --n) {
    const auto& entry = entries[static_cast<std::size_t>(random.below(static_cast<int>(entries.size())))];
    const auto key = entry.substr(0, entry.find(':'));
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    keys.push_back(key);
    decoration();
    out += entry;
  }
  decoration();
  if (random.below(2) == 0) out += crm_block;
  decoration();
  if (random.below(4) == 0) {
    std::string crlf;
    for (const char c : out)
      crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    out = crlf;
  }
  return out;
}

TEST_CASE("after any edit of any file, reading gives the record, and the same edit again changes nothing") {
  const auto schema = small_schema();
  int kept = 0;
  for (unsigned seed = 1; seed <= 600; ++seed) {
    crm::tests::RandomValues random(seed);
    const auto before = random_file(random);
    Record record = read(before, schema);
    for (int n = random.below(4); n > 0; --n) {
      static const std::vector<std::string> names{"name", "org",        "phones", "about", "tags",
                                                  "zeta", "alpha beta", "new",    "crm"};
      const auto& name = names[static_cast<std::size_t>(random.below(static_cast<int>(names.size())))];
      if (name == "crm")
        record.crm = random.below(2) == 0 ? Map() : random.map(2);
      else if (random.below(3) == 0)
        record.fields.erase(name);
      else if (name == "phones" || name == "tags")
        record.fields.set(name, List{random.text(), random.text()});
      else if (schema.find(name) != nullptr)
        record.fields.set(name, random.text());
      else
        record.fields.set(name, random.value(2));
    }
    canonicalize(record, schema);
    const auto after = edit_record(before, record, schema);
    INFO("seed " << seed << "\n" << before << "=>\n" << after);
    const Record result = read(after, schema);
    REQUIRE(result.fields == record.fields);
    REQUIRE(result.crm == record.crm);
    REQUIRE(edit_record(after, record, schema) == after);
    if (after != crm::codec::emit_record(record, schema)) ++kept;
  }
  CHECK(kept > 400); // else the edits were all given up
}

} // namespace
