#include "base/env.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "catch.hpp"

#include <cstdlib>
#include <set>

using namespace crm::base;

TEST_CASE("ids are sixteen characters of Crockford base32 and do not repeat") {
  SystemEnvironment env;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto id = Id::random(env);
    CHECK(Id::parse(id.str()) == id);
    seen.insert(id.str());
  }
  CHECK(seen.size() == 1000);
}

TEST_CASE("what is no id is refused") {
  for (const char* text : {"", "7f3k2m9qxv0tbn4", "7f3k2m9qxv0tbn4cc", "7F3K2M9QXV0TBN4C", "7f3k2m9qxv0tbn4i",
                           "7f3k2m9qxv0tbn4l", "7f3k2m9qxv0tbn4o", "7f3k2m9qxv0tbn4u", "../../etc/passwd"}) {
    CAPTURE(text);
    CHECK_FALSE(Id::parse(text));
  }
  CHECK(Id::is_prefix("7f3k"));
  CHECK_FALSE(Id::is_prefix("7f3"));
  CHECK_FALSE(Id::is_prefix("ada lovelace"));
}

TEST_CASE("CRM_NOW replaces the clock, and nonsense in it is named") {
  SystemEnvironment env;
  ::setenv("CRM_NOW", "2026-11-24T09:00:00.250Z", 1);
  CHECK(env.now() == Millis{std::chrono::milliseconds{1795510800250}});
  for (const char* nonsense :
       {"yesterday", "2026-02-30T00:00:00Z", "2026-11-24T09:00:00", "2026-11-24T25:00:00Z"}) {
    ::setenv("CRM_NOW", nonsense, 1);
    CHECK_THROWS_AS(env.now(), Error);
  }
  ::unsetenv("CRM_NOW");
}
