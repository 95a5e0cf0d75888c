#include "catch.hpp"

#include "codec/record.hpp"
#include "codec/schema.hpp"

namespace {

using crm::codec::parse_record;
using crm::codec::read_record;
using crm::core::List;
using crm::core::Record;
using crm::core::Schema;
using crm::core::Value;

Schema built_in(std::string_view type) {
  for (const auto& [name, text] : crm::codec::embedded_schemas())
    if (name == type) {
      auto schema = crm::codec::parse_schema(text, std::string(type) + ".yaml");
      REQUIRE(std::holds_alternative<Schema>(schema));
      return std::get<Schema>(std::move(schema));
    }
  FAIL("no schema " << type);
  return {};
}

const std::string file = "contacts/7f/7f3k2m9qxv0tbn4c.yaml";
const std::string crm_block = "crm:\n  created: 2026-11-20T09:12:44.120Z alice@front-desk\n";

std::vector<std::string> problems_of(std::string_view text, const Schema& schema,
                                     const std::string& name = file) {
  std::vector<std::string> out;
  const auto result = parse_record(text, name, schema);
  if (const auto* problems = std::get_if<1>(&result))
    for (const auto& problem : *problems)
      out.push_back(to_text(problem));
  return out;
}

TEST_CASE("the design's appointment is canonical") {
  const auto schema = built_in("appointment");
  const std::string text = "id: 7f3k2m9qxv0tbn4c\n"
                           "contact: 9hq2m9qxv0tbn4c7\n"
                           "start: 2026-11-24T14:00\n"
                           "zone: Europe/London\n"
                           "duration: PT45M\n"
                           "resources: [room-2]\n"
                           "assignee: bob\n"
                           "status: booked\n"
                           "tags: [first-visit]\n"
                           "crm:\n"
                           "  created: 2026-11-20T09:12:44.120Z alice@front-desk\n"
                           "  changed:\n"
                           "    when: 2026-11-23T16:40:02.007Z bob@tablet-2\n";
  const auto result = parse_record(text, "appointments/7f/7f3k2m9qxv0tbn4c.yaml", schema);
  REQUIRE(problems_of(text, schema).empty());
  CHECK(crm::codec::emit_record(std::get<Record>(result), schema) == text);
}

TEST_CASE("a field takes plain text as its type wants it") {
  const auto contact = built_in("contact");
  const auto read = [&](const std::string& fields, const Schema& schema) {
    auto result = read_record("id: 7f3k2m9qxv0tbn4c\n" + fields, file, schema);
    REQUIRE(std::holds_alternative<Record>(result));
    return std::get<Record>(std::move(result));
  };
  CHECK(read("name: yes\n", contact).get("name") == Value("yes"));
  CHECK(read("name: 007\n", contact).get("name") == Value("007"));
  CHECK(read("name: 1.50\n", contact).get("name") == Value("1.50"));
  CHECK(read("name: true\n", contact).get("name") == Value("true"));
  CHECK(read("phones: [0123, 44]\n", contact).get("phones") == Value(List{"0123", "44"}));
  CHECK(read("name: ~\n", contact).get("name").is_null());
  CHECK(read("version: 1.10\nphone: 0123\ncount: 3\n", contact).fields.size() == 3);
  CHECK(read("version: 1.10\n", contact).get("version") == Value("1.10"));
  CHECK(read("phone: 0123\n", contact).get("phone") == Value("0123"));
  CHECK(read("count: 3\n", contact).get("count") == Value(3));
  const auto appointment = built_in("appointment");
  CHECK(read("price: 0120\n", appointment).get("price") == Value(120));
  CHECK(read("price: 12.50\n", appointment).get("price") == Value(12.5));
  CHECK(read("price: \"12\"\n", appointment).get("price") == Value("12"));
  const auto forced = read("forced: {reason: 12, over: [1234567890123456]}\n", appointment).get("forced");
  CHECK(*forced.if_map()->find("reason") == Value("12"));
  CHECK(*forced.if_map()->find("over") == Value(List{"1234567890123456"}));
  const auto also =
      read("crm: {also: {when: [{start: 2026-11-24T15:00, resources: [007], written: x}]}}\n", appointment);
  CHECK(*also.crm.find("also")->if_map()->find("when")->if_list()->front().if_map()->find("resources") ==
        Value(List{"007"}));
}

TEST_CASE("unknown fields survive and stand behind the known ones, sorted") {
  const auto schema = built_in("contact");
  const auto result =
      read_record("zeta: {b: [1, x]}\nalpha: no\nid: 7f3k2m9qxv0tbn4c\norg: Acme\nname: Ada\n", file, schema);
  CHECK(crm::codec::emit_record(std::get<Record>(result), schema) ==
        "id: 7f3k2m9qxv0tbn4c\nname: Ada\norg: Acme\nalpha: \"no\"\nzeta:\n  b: [1, x]\n");
}

TEST_CASE("every problem is named with line, field, what was found and what is allowed") {
  const auto schema = built_in("appointment");
  const auto problems = problems_of("id: 7f3k2m9qxv0tbn4c\n"
                                    "contact: ada\n"
                                    "start: 2026-02-30T10:00\n"
                                    "zone: ../../etc/passwd\n"
                                    "duration: 45m\n"
                                    "resources: [room-2, \"Room 3\", room-2]\n"
                                    "status: bokked\n"
                                    "price: -1\n"
                                    "forced:\n"
                                    "  reason: \"\"\n" +
                                        crm_block,
                                    schema, "a.yaml/7f3k2m9qxv0tbn4c.yaml");
  const std::string at = "a.yaml/7f3k2m9qxv0tbn4c.yaml:";
  const std::vector<std::string> expected{
      at + "2: contact: found \"ada\": must match ^[0-9a-hjkmnp-tv-z]{16}$ (Whose appointment it is; empty "
           "for a walk-in without a name)",
      at + "3: start: found \"2026-02-30T10:00\": must be a date and wall time, as in 2026-11-24T14:00",
      at + "4: zone: found \"../../etc/passwd\": must be an IANA time zone, as in Europe/London",
      at + "5: duration: found \"45m\": must be an ISO 8601 duration, as in PT45M",
      at + "6: resources: found \"room-2\": must not stand in the list twice",
      at + "6: resources.1: found \"Room 3\": must match ^[a-z0-9][a-z0-9._-]{0,39}$",
      at + "7: status: found \"bokked\": must be one of booked, confirmed, arrived, done, cancelled, no-show",
      at + "8: price: found \"-1\": must be at least 0",
      at + "10: forced.reason: must not be empty"};
  for (const auto& each : expected)
    CHECK_THAT(problems, Catch::Matchers::VectorContains(each));
  CHECK(problems.size() == expected.size());
}

TEST_CASE("missing fields say what belongs there") {
  const auto problems = problems_of(
      "id: 7f3k2m9qxv0tbn4c\nstart: 2026-11-24T10:00\nzone: Europe/London\nduration: PT45M\n" + crm_block,
      built_in("appointment"));
  CHECK(problems ==
        std::vector<std::string>{
            file +
            ":1: status: is missing: must be one of booked, confirmed, arrived, done, cancelled, no-show"});
}

TEST_CASE("a value of the wrong kind is told once") {
  const auto schema = built_in("contact");
  CHECK(problems_of("id: 7f3k2m9qxv0tbn4c\nname: [Ada]\n" + crm_block, schema) ==
        std::vector<std::string>{file + ":2: name: found \"Ada\": must be text"});
  CHECK(problems_of("id: 7f3k2m9qxv0tbn4c\nname: Ada\nbirthday: {a: 1}\n" + crm_block, schema) ==
        std::vector<std::string>{file + ":3: birthday: found \"a: 1\": must be text"});
}

TEST_CASE("text that is too long for its pattern is never matched against it") {
  const auto schema = built_in("contact");
  const std::string long_mail = std::string(100'000, 'a') + "@example.org";
  const auto problems = problems_of(
      "id: 7f3k2m9qxv0tbn4c\nname: Ada\nemails: [" + long_mail + "]\nstatus: vip\n" + crm_block, schema);
  REQUIRE(problems.size() == 2);
  CHECK_THAT(problems[0], Catch::Matchers::EndsWith("must have at most 254 characters"));
  CHECK_THAT(problems[1], Catch::Matchers::Contains("status: found \"vip\": must be one of"));
}

TEST_CASE("control characters are refused in any field, whatever the escapes") {
  const auto schema = built_in("contact");
  const auto problem = [&](const std::string& line) {
    const auto problems = problems_of("id: 7f3k2m9qxv0tbn4c\nname: Ada\n" + line + crm_block, schema);
    return problems.empty() ? "" : problems.front().substr(file.size());
  };
  CHECK(problem("org: \"\\e[2J\"\n") == ":3: org: found \"\\x1b[2J\": must not hold control characters");
  CHECK(problem("org: \"a\\nb\"\n") == ":3: org: found \"a\\nb\": must be one line, without tabs");
  CHECK(problem("about: \"a\\n\\tb\"\n") == "");
  CHECK(problem("about: \"a\\rb\"\n") == ":3: about: found \"a\\x0db\": must not hold control characters");
  CHECK(problem("tags: [\"a\\x9bb\"]\n") ==
        ":3: tags.0: found \"a\\x9bb\": must not hold control characters");
  CHECK(problem("other: {a: [\"\\0\"]}\n") ==
        ":3: other.a.0: found \"\\x00\": must not hold control characters");
  CHECK(problem("org: \"x\xe2\x80\xaey\"\n") == "");
}

TEST_CASE("concurrent values of a long text may have lines, and nothing else in the block") {
  const auto schema = built_in("contact");
  const auto text = [](const std::string& also) {
    return "id: 7f3k2m9qxv0tbn4c\nname: Ada\nabout: one line\ncrm:\n  created: 2026-11-20T09:12:44.120Z "
           "alice@desk\n  changed:\n    about: 2026-11-21T09:00:00.000Z alice@desk\n  also:\n    about:\n    "
           "  - " +
           also + "        written: 2026-11-21T08:00:00.000Z bob@tablet\n";
  };
  CHECK(problems_of(text("about: |-\n          two\n          lines\n"), schema).empty());
  CHECK_FALSE(problems_of(text("about: \"\\e[2J\"\n"), schema).empty());
}

TEST_CASE("the id is sixteen characters and the name of the file") {
  const auto schema = built_in("contact");
  const std::string rest = "name: Ada\n" + crm_block;
  CHECK(problems_of("id: 7f3k2m9qxv0tbn4d\n" + rest, schema) ==
        std::vector<std::string>{file + ":1: id: found \"7f3k2m9qxv0tbn4d\": must be the name of its file"});
  CHECK(
      problems_of("id: 7F3K2M9QXV0TBN4C\n" + rest, schema) ==
      std::vector<std::string>{
          file +
          ":1: id: found \"7F3K2M9QXV0TBN4C\": must be 16 characters of 0-9 and a-z without i, l, o and u"});
  CHECK(problems_of(rest, schema) ==
        std::vector<std::string>{file + ":1: id: is missing: a record begins with its id"});
  CHECK(problems_of("id: 1234567890123456\n" + rest, schema, "contacts/12/1234567890123456.yaml").empty());
  CHECK(problems_of("id: 7f3k2m9qxv0tbn4c\n" + rest, schema, "").empty());
}

TEST_CASE("provenance that is not sound is a problem with a line; reading alone does not mind") {
  const auto schema = built_in("contact");
  const std::string text = "id: 7f3k2m9qxv0tbn4c\nname: Ada\ncrm:\n  created: 2026-11-20T09:12:44.120Z "
                           "alice@front-desk\n  changed:\n    name: yesterday\n";
  const auto problems = problems_of(text, schema);
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems.front(), Catch::Matchers::StartsWith(
                                   file + ":6: crm.changed.name: found \"yesterday\": must be a stamp"));
  CHECK(std::holds_alternative<Record>(read_record(text, file, schema)));
  CHECK(problems_of("id: 7f3k2m9qxv0tbn4c\nname: Ada\n", schema).size() == 1);
}

TEST_CASE("what could not be read again is not valid") {
  const auto schema = built_in("contact");
  const auto result = read_record("id: 7f3k2m9qxv0tbn4c\nname: Ada\n" + crm_block, file, schema);
  const auto problem_with = [&](Value value) {
    auto record = std::get<Record>(result);
    record.fields.set("extra", std::move(value));
    const auto problems = crm::codec::validate(record, schema, file);
    return problems.empty() ? "" : problems.front().message;
  };
  Value deep = 1;
  for (int i = 0; i < 16; ++i)
    deep = List{deep};
  CHECK(problem_with(std::string(200'000, 'x')) == "");
  CHECK(problem_with(std::string(300'000, 'x')) == "must have at most 262144 bytes in a record");
  CHECK(problem_with(List(6000, "x")) == "must have at most 5000 parts (keys, values, lists) in a record");
  CHECK(problem_with(deep) == "must have at most 16 levels in a record");
  CHECK(problem_with(0.0 / 0.0) == "must be a finite number");
  CHECK(problem_with("\xff") == "must be valid UTF-8");
}

TEST_CASE("a schema without a document is checked by its shapes") {
  Schema schema;
  schema.type = "thing";
  crm::core::Field name, count, tags;
  name.name = "name";
  name.required = true;
  count.name = "count";
  count.shape = crm::core::Shape::Integer;
  tags.name = "tags";
  tags.shape = crm::core::Shape::Texts;
  tags.rule = crm::core::Rule::Set;
  schema.fields = {name, count, tags};
  CHECK(
      problems_of("id: 7f3k2m9qxv0tbn4c\nname: 12\ncount: 012\ntags: [1, x]\n" + crm_block, schema).empty());
  CHECK(problems_of("id: 7f3k2m9qxv0tbn4c\ncount: x\ntags: [a, a]\n" + crm_block, schema).size() == 3);
}

} // namespace
