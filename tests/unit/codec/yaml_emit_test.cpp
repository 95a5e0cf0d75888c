#include "catch.hpp"

#include "codec/yaml.hpp"
#include "random_values.hpp"

#include <yaml-cpp/yaml.h>

namespace {

using crm::core::List;
using crm::core::Map;
using crm::core::Value;
using crm::tests::RandomValues;

Map map_of(std::vector<Map::Entry> entries) {
  Map out;
  for (auto& [key, value] : entries)
    out.set(key, std::move(value));
  return out;
}

std::string text_or_problem(const std::variant<crm::codec::Node, std::vector<crm::core::Problem>>& parsed) {
  if (const auto* problems = std::get_if<1>(&parsed)) return to_text(problems->front());
  return "";
}

/// What yaml-cpp's own loader makes of it.
bool reads_as(const YAML::Node& node, const Value& value) {
  if (const auto* map = value.if_map()) {
    if (!node.IsMap() || node.size() != map->size()) return false;
    for (const auto& [key, item] : *map) {
      bool found = false;
      for (const auto& entry : node)
        if (entry.first.Scalar() == key) found = entry.first.Tag() != "" && reads_as(entry.second, item);
      if (!found) return false;
    }
    return true;
  }
  if (const auto* list = value.if_list()) {
    if (!node.IsSequence() || node.size() != list->size()) return false;
    for (std::size_t i = 0; i < list->size(); ++i)
      if (!reads_as(node[i], (*list)[i])) return false;
    return true;
  }
  if (value.is_null()) return node.IsNull();
  if (!node.IsScalar()) return false;
  if (const auto* text = value.if_string()) return node.Scalar() == *text;
  if (const auto* b = value.if_bool()) return node.Tag() == "?" && node.as<bool>() == *b;
  if (const auto* i = value.if_int()) return node.Tag() == "?" && node.as<std::int64_t>() == *i;
  return node.Tag() == "?" && node.as<double>() == *value.if_double();
}

TEST_CASE("entries are written in one canonical way") {
  const auto long_text = std::string(60, 'x');
  const std::vector<std::pair<Map, std::string>> cases{
      {map_of({{"a", Value()}}), "a: null\n"},
      {map_of({{"a", true}}), "a: true\n"},
      {map_of({{"a", 1200}}), "a: 1200\n"},
      {map_of({{"a", 1200.0}}), "a: 1200.0\n"},
      {map_of({{"a", 1e30}}), "a: 1.0e+30\n"},
      {map_of({{"a", ""}}), "a: \"\"\n"},
      {map_of({{"a", "Ada Lovelace"}}), "a: Ada Lovelace\n"},
      {map_of({{"a", "2026-11-24T14:00"}}), "a: 2026-11-24T14:00\n"},
      {map_of({{"a", "2026-11-20T09:12:44.120Z alice@front-desk"}}),
       "a: 2026-11-20T09:12:44.120Z alice@front-desk\n"},
      {map_of({{"a", "+44 20 7946 0000"}}), "a: \"+44 20 7946 0000\"\n"},
      {map_of({{"a", "no"}}), "a: \"no\"\n"},
      {map_of({{"a", "1:30"}}), "a: \"1:30\"\n"},
      {map_of({{"a", "0o7"}}), "a: \"0o7\"\n"},
      {map_of({{"a", "2026-11-24 14:00:00"}}), "a: \"2026-11-24 14:00:00\"\n"},
      {map_of({{"a", "\x1b[2J"}}), "a: \"\\u001b[2J\"\n"},
      {map_of({{"a", "x\xe2\x80\xaey"}}), "a: \"x\\u202ey\"\n"},
      {map_of({{"a", "one\ntwo\n"}}), "a: |\n  one\n  two\n"},
      {map_of({{"a", "one\n\ntwo"}}), "a: |-\n  one\n\n  two\n"},
      {map_of({{"a", "one\n\n"}}), "a: |+\n  one\n\n"},
      {map_of({{"a", " one\ntwo"}}), "a: \" one\\ntwo\"\n"},
      {map_of({{"a", List{"x", "y, z", 1}}}), "a: [x, \"y, z\", 1]\n"},
      {map_of({{"a", List{}}, {"b", Map{}}}), "a: []\nb: {}\n"},
      {map_of({{"a", List{long_text, long_text}}}), "a:\n  - " + long_text + "\n  - " + long_text + "\n"},
      {map_of({{"a", map_of({{"b", 1}, {"c", List{"d"}}})}}), "a:\n  b: 1\n  c: [d]\n"},
      {map_of({{"a", List{map_of({{"b", 1}})}}}), "a:\n  - {b: 1}\n"},
      {map_of({{"a", List{map_of({{"b", "x\ny"}, {"c", 2}})}}}),
       "a:\n  - b: |-\n      x\n      y\n    c: 2\n"},
  };
  for (const auto& [map, text] : cases)
    CHECK(crm::codec::emit_document(map) == text);
}

TEST_CASE("provenance stands as the design shows it") {
  const std::string stamp = "2026-11-23T16:39:00.000Z alice@front-desk";
  const auto crm = map_of({{"created", stamp},
                           {"changed", map_of({{"when", stamp}})},
                           {"seen", map_of({{"when", map_of({{"front-desk", "2026-11-22T08:00:00.000Z"}})}})},
                           {"also", map_of({{"when", List{map_of({{"start", "2026-11-24T15:00"},
                                                                  {"duration", "PT45M"},
                                                                  {"resources", List{"room-2"}},
                                                                  {"written", stamp}})}}})},
                           {"added", map_of({{"tags", map_of({{"vip", stamp}})}})}});
  CHECK(crm::codec::emit_entry("crm", crm) ==
        "crm:\n"
        "  created: 2026-11-23T16:39:00.000Z alice@front-desk\n"
        "  changed:\n"
        "    when: 2026-11-23T16:39:00.000Z alice@front-desk\n"
        "  seen:\n"
        "    when: {front-desk: 2026-11-22T08:00:00.000Z}\n"
        "  also:\n"
        "    when:\n"
        "      - {start: 2026-11-24T15:00, duration: PT45M, resources: [room-2], written: "
        "2026-11-23T16:39:00.000Z alice@front-desk}\n"
        "  added: {tags: {vip: 2026-11-23T16:39:00.000Z alice@front-desk}}\n");
}

TEST_CASE("what is written reads back as the same value, by us and by yaml-cpp") {
  for (unsigned seed = 1; seed <= 800; ++seed) {
    RandomValues random(seed);
    const Map map = random.map(4);
    const auto text = crm::codec::emit_document(map);
    INFO("seed " << seed << "\n" << text);
    const auto parsed = crm::codec::parse_yaml(text, "");
    REQUIRE(text_or_problem(parsed) == "");
    REQUIRE(std::get<0>(parsed).value == Value(map));
    REQUIRE(reads_as(YAML::Load(text), map));
  }
}

TEST_CASE("the provenance block reads back as the same value") {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    RandomValues random(seed);
    Map crm;
    for (const auto* key : {"created", "changed", "seen", "also", "added", "deleted", "other"})
      if (random.below(2) == 0) crm.set(key, random.value(3));
    const auto map = map_of({{"crm", crm}});
    const auto text = crm::codec::emit_document(map);
    INFO("seed " << seed << "\n" << text);
    const auto parsed = crm::codec::parse_yaml(text, "");
    REQUIRE(text_or_problem(parsed) == "");
    REQUIRE(std::get<0>(parsed).value == Value(map));
  }
}

TEST_CASE("bytes that are no text become the replacement character") {
  CHECK(crm::codec::emit_entry("a", "x\xff\xc3y\xe6\x9d") ==
        "a: x\xef\xbf\xbd\xef\xbf\xbdy\xef\xbf\xbd\xef\xbf\xbd\n");
}

} // namespace
