#include "catch.hpp"

#include "codec/json.hpp"
#include "codec/yaml.hpp"

namespace {

using crm::codec::Node;
using crm::codec::parse_yaml;
using crm::core::Problem;
using crm::core::Value;

Node parsed(std::string_view text) {
  auto result = parse_yaml(text, "f.yaml");
  if (const auto* problems = std::get_if<1>(&result)) FAIL(to_text(problems->front()));
  return std::get<0>(std::move(result));
}

std::string problem_of(std::string_view text, const crm::codec::Limits& limits = {}) {
  const auto result = parse_yaml(text, "f.yaml", limits);
  return std::holds_alternative<Node>(result) ? "" : to_text(std::get<1>(result).front());
}

TEST_CASE("plain scalars resolve as in the core schema, quoted ones are text") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"1", "1"},
      {"-12", "-12"},
      {"0", "0"},
      {"1.5", "1.5"},
      {"1.50", "1.5"},
      {".5", "0.5"},
      {"1e3", "1000.0"},
      {"true", "true"},
      {"FALSE", "false"},
      {"null", "null"},
      {"~", "null"},
      {"", "null"},
      {"yes", "\"yes\""},
      {"no", "\"no\""},
      {"off", "\"off\""},
      {"0x10", "\"0x10\""},
      {"0o7", "\"0o7\""},
      {"0123", "\"0123\""},
      {"+44", "\"+44\""},
      {"-0", "\"-0\""},
      {"1_000", "\"1_000\""},
      {"1:30", "\"1:30\""},
      {".inf", "\".inf\""},
      {".nan", "\".nan\""},
      {"1e999", "\"1e999\""},
      {"9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "\"9223372036854775808\""},
      {"2026-11-24", "\"2026-11-24\""},
      {"\"1\"", "\"1\""},
      {"'true'", "\"true\""},
      {"\"\"", "\"\""},
      {"|\n  1", "\"1\\n\""},
      {"[1, a, []]", "[1,\"a\",[]]"},
      {"{b: {c: 1}}", "{\"b\":{\"c\":1}}"},
      {"\"\\u202e\\n\"", "\"\xe2\x80\xae\\n\""}};
  for (const auto& [text, json] : cases) {
    INFO(text);
    CHECK(crm::codec::to_json(*parsed("a: " + text + "\n").value.if_map()->find("a")) == json);
  }
}

TEST_CASE("nodes know their lines, their text and how it was written") {
  const auto root = parsed("# comment\na: 0123\n\nb:\n  - x\n  - 'y'\nc: >\n  long\n  text\nd:\n");
  CHECK(root.find("a")->line == 2);
  CHECK(root.find("a")->plain);
  CHECK(root.find("a")->source == "0123");
  CHECK(root.find("b")->entry_line == 4);
  CHECK(root.find("b")->items[1].line == 6);
  CHECK_FALSE(root.find("b")->items[1].plain);
  CHECK(root.find("c")->block);
  CHECK(root.find("d")->line == 10);
  CHECK(root.find("e") == nullptr);
}

TEST_CASE("files without a document are empty maps") {
  for (const auto* text : {"", "\n", "# only a comment\n", "   \n\n"})
    CHECK(parsed(text).value == Value(crm::core::Map()));
}

TEST_CASE("a start marker, an end marker and carriage returns before newlines are fine") {
  CHECK(parsed("---\na: 1\n").find("a")->line == 2);
  CHECK(parsed("a: 1\n...\n").value.if_map()->size() == 1);
  CHECK(*parsed("a: |\r\n  x\r\n  y\r\n").find("a")->value.if_string() == "x\ny\n");
}

TEST_CASE("what a parser could trip over is refused with its line") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"a: &x 1\nb: *x\n", "f.yaml:1: a: found \"&x\": must not hold YAML anchors"},
      {"a: 1\nb: &x [*x]\n", "f.yaml:2: b: found \"&x\": must not hold YAML anchors"},
      {"a: *x\n", "f.yaml:1: is not valid YAML: the referenced anchor is not defined"},
      {"a: !!str 1\n", "f.yaml:1: a: found \"tag:yaml.org,2002:str\": must not hold YAML tags"},
      {"a: ! 1\n", "f.yaml:1: a: found \"!\": must not hold YAML tags"},
      {"a: !<?> 1\n", "f.yaml:1: a: found \"!\": must not hold YAML tags"},
      {"a: !x [1]\n", "f.yaml:1: a: found \"!x\": must not hold YAML tags"},
      {"!x a: 1\n", "f.yaml:1: found \"!\": must not hold YAML tags"},
      {"a: 1\n---\nb: 2\n", "f.yaml:2: must hold one YAML document: a second one begins here"},
      {"a: 1\n---\n", "f.yaml:2: must hold one YAML document: a second one begins here"},
      {"{a: 1}\nb\n", "f.yaml:2: must hold one YAML document: a second one begins here"},
      {"a: 1\nb: 2\na: 3\n", "f.yaml:3: a: found \"a\": stands twice: it is already on line 1"},
      {"a:\n  b: 1\n  'b': 1\n", "f.yaml:3: a.b: found \"b\": stands twice: it is already on line 2"},
      {"a: {b: 1, b: 1}\n", "f.yaml:1: a.b: found \"b\": stands twice: it is already on line 1"},
      {"1: a\n", "f.yaml:1: found \"1\": must have text as keys: put quotes around it"},
      {"true: a\n", "f.yaml:1: found \"true\": must have text as keys: put quotes around it"},
      {"~: a\n", "f.yaml:1: must have text as keys: put quotes around it"},
      {": a\n", "f.yaml:1: must have text as keys: put quotes around it"},
      {"'': a\n", "f.yaml:1: found \"\"\"\": must not have empty keys"},
      {"? [a]\n: b\n", "f.yaml:1: must have text as keys, not lists or mappings"},
      {"{a: 1}: b\n", "f.yaml:1: must have text as keys, not lists or mappings"},
      {"<<: {a: 1}\n", "f.yaml:1: found \"<<\": must not hold YAML merge keys"},
      {"%YAML 1.2\n---\na: 1\n", "f.yaml:1: found \"%YAML 1.2\": must not hold YAML directives"},
      {"a:\n\tb: 1\n", "f.yaml:2: found \"\\t\": must be indented with spaces, not with tabs"},
      {"a: 1\nb: x\x1b[2J\n", "f.yaml:2: found \"\\x1b\": must not hold control characters"},
      {std::string("a: x\0y\n", 7), "f.yaml:1: found \"\\x00\": must not hold control characters"},
      {"a: x\ry\n", "f.yaml:1: found \"\\x0d\": must not hold control characters"},
      {"a: x\x7f\n", "f.yaml:1: found \"\\x7f\": must not hold control characters"},
      {"a: x\xc2\x9by\n", "f.yaml:1: found \"\\x9b\": must not hold control characters"},
      {"\xef\xbb\xbf"
       "a: 1\n",
       "f.yaml:1: found \"\\ufeff\": must not hold a byte order mark: save it as UTF-8 without one"},
      {"a: 1\nb: \xff\n", "f.yaml:2: must be valid UTF-8"},
      {"a: \xc0\xaf\n", "f.yaml:1: must be valid UTF-8"},
      {"a: \xed\xa0\x80\n", "f.yaml:1: must be valid UTF-8"}};
  for (const auto& [text, problem] : cases)
    CHECK(problem_of(text) == problem);
}

TEST_CASE("bidirectional controls are data") {
  CHECK(*parsed("a: \"x\xe2\x80\xaey\"\n").find("a")->value.if_string() == "x\xe2\x80\xaey");
}

TEST_CASE("bounds are exact, and nothing is parsed beyond them") {
  const crm::codec::Limits limits;
  const auto of_size = [](std::size_t bytes) { return "a: " + std::string(bytes - 4, 'x') + "\n"; };
  CHECK(problem_of(of_size(limits.bytes)) == "");
  CHECK(problem_of(of_size(limits.bytes + 1)) ==
        "f.yaml: found \"262145 bytes\": must have at most 262144 bytes");
  const auto deep = [](const std::string& open, const std::string& close, int times,
                       const std::string& inside) {
    std::string out;
    for (int i = 0; i < times; ++i)
      out += open;
    out += inside;
    for (int i = 0; i < times; ++i)
      out += close;
    return out;
  };
  CHECK(problem_of(deep("[", "]", 16, "1")) == "");
  CHECK(problem_of(deep("[", "]", 17, "1")) == "f.yaml:1: must be at most 16 levels deep");
  CHECK(problem_of(deep("- ", "", 16, "1")) == "");
  CHECK(problem_of(deep("- ", "", 17, "1")) == "f.yaml:1: must be at most 16 levels deep");
  for (const auto* open : {"[", "{a: ", "- ", "? ", "[a: ", "{? ", "[? ", "- [", "? - "})
    CHECK(problem_of(deep(open, "", 40000, "")) != "");
  std::string many;
  for (int i = 0; i < 2499; ++i)
    many += "k" + std::to_string(i) + ": v\n"; // with the map's two ends 5,000
  CHECK(problem_of(many) == "");
  CHECK(problem_of(many + "last:\n") ==
        "f.yaml:2500: last: must have at most 5000 parts (keys, values, lists)");
}

} // namespace
