#include "codec/pattern.hpp"

#include "catch.hpp"

using namespace crm;

TEST_CASE("Patterns that a backtracking matcher could try for ever are refused") {
  struct Case {
    const char* pattern;
    std::size_t longest;
    bool sound;
  };
  const Case cases[] = {
      {"^[a-z0-9][a-z0-9._-]{0,39}$", 40, true},
      {"^[^@\\s]+@[^@\\s]+$", 254, true},
      {"^\\+?[0-9 ()-]{5,20}$", 40, true},
      {"^[A-Z]{3}$", 3, true},
      {"[1-9]", 32, true},
      {"^(red|green)(,(red|green)){0,5}$", 60, true},
      {"^[]a]b$", 10, true},
      {"^\\(a\\)\\*$", 10, true},
      {"^(a+)+$", 40, false},
      {"^(a|a)*$", 40, false},
      {"^(a?){30}a{30}$", 60, false},
      {"^(.*)*x", 40, false},
      {".*.*.*.*.*x", 200, false},
      {"^(?:[a-z]+-?)+$", 40, false},
      {"(a", 10, false},
      {"a{2,1}", 10, false},
  };
  for (const auto& each : cases) {
    INFO(each.pattern);
    CHECK(codec::pattern_fault(each.pattern, each.longest).has_value() != each.sound);
  }
  CHECK(codec::pattern_fault(std::string(400, 'a'), 40).has_value());
}
