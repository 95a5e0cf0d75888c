#include "catch.hpp"

#include "codec/json.hpp"
#include "random_values.hpp"

#include <climits>

namespace {

using crm::codec::from_json;
using crm::codec::to_json;
using crm::core::List;
using crm::core::Map;
using crm::core::Value;

TEST_CASE("JSON keeps the order of keys and the kinds of numbers") {
  const auto value = from_json(R"({"z": 1, "a": [1.0, -2, 0.1, 1e300, true, null, "x"], "m": {}})");
  REQUIRE(value);
  CHECK(to_json(*value) == R"({"z":1,"a":[1.0,-2,0.1,1e+300,true,null,"x"],"m":{}})");
}

TEST_CASE("indented JSON is indented by two") {
  Map map;
  map.set("a", List{1, 2});
  map.set("b", List{});
  CHECK(to_json(map, crm::codec::Layout::Indented) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": []\n}");
}

TEST_CASE("bytes that are no text become the replacement character in JSON") {
  CHECK(to_json(Value("a\xff"
                      "b")) == "\"a\xef\xbf\xbd"
                               "b\"");
}

TEST_CASE("what is not one JSON value is refused") {
  for (const auto* text :
       {"", " ", "{", "[1,]", "{\"a\":1} x", "1 2", "{'a':1}", "{\"a\":1,\"a\":2}",
        "{\"x\":{\"a\":1,\"b\":2,\"a\":1}}", "nul", "\"\xff\"", "NaN", "1e999", "// c\n1", "[1", "]"})
    CHECK_FALSE(from_json(text));
}

TEST_CASE("JSON nests to 64 levels and no deeper") {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(from_json(nested(64)));
  CHECK_FALSE(from_json(nested(65)));
  CHECK_FALSE(from_json(std::string(1'000'000, '[')));
}

TEST_CASE("integers keep all their digits, and larger ones become doubles") {
  CHECK(from_json("9223372036854775807") == Value(std::int64_t{INT64_MAX}));
  CHECK(from_json("-9223372036854775808") == Value(std::int64_t{INT64_MIN}));
  CHECK(from_json("9223372036854775808") == Value(9223372036854775808.0));
}

TEST_CASE("what is written as JSON reads back as the same value") {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    crm::tests::RandomValues random(seed);
    const Value value = random.value(4);
    INFO("seed " << seed);
    REQUIRE(from_json(to_json(value)) == value);
    REQUIRE(from_json(to_json(value, crm::codec::Layout::Indented)) == value);
  }
}

} // namespace
