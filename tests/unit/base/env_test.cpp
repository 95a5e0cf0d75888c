#include "base/env.hpp"
#include "base/error.hpp"
#include "catch.hpp"

#include <cstdlib>

using namespace crm::base;

TEST_CASE("CRM_NOW is an instant in UTC and nothing behind it") {
  const SystemEnvironment env;
  const auto now = [&](const char* text) {
    ::setenv("CRM_NOW", text, 1);
    const auto out = env.now();
    ::unsetenv("CRM_NOW");
    return out.time_since_epoch().count();
  };
  CHECK(now("2026-11-24T09:00:00Z") == 1'795'510'800'000);
  CHECK(now("2026-11-24T09:00:00.125Z") == 1'795'510'800'125);
  const auto* const wrong =
      GENERATE("2026-11-24T09:00:00", "2026-11-24T09:00:00.12xx", "2026-11-24T09:00:00.123z",
               "2026-11-24T09:00:00.-12Z", "2026-11-24T09:00:00. 12Z", "2026-11-24T09:00:00.12Z",
               "2026-11-24T09:00:00Zx", "2026-02-30T09:00:00Z", "2026-11-24T24:00:00Z");
  CAPTURE(wrong);
  CHECK_THROWS_AS(now(wrong), Error);
  ::unsetenv("CRM_NOW");
}
