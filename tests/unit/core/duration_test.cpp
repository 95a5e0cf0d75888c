#include "catch.hpp"
#include "core/time.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace crm::core;
using namespace std::chrono_literals;
using std::chrono::days;

TEST_CASE("durations are kept as ISO 8601 in one spelling") {
  const std::vector<std::pair<Duration, std::string>> cases{
      {{days{0}, 45min}, "PT45M"}, {{days{0}, 90min}, "PT1H30M"},    {{days{0}, 24h}, "PT24H"},
      {{days{1}, 2h}, "P1DT2H"},   {{days{14}, 0s}, "P14D"},         {{days{0}, 0s}, "PT0S"},
      {{days{0}, 30s}, "PT30S"},   {{days{2}, 1h + 1s}, "P2DT1H1S"}, {{days{36525}, 0s}, "P36525D"},
  };
  for (const auto& [value, text] : cases) {
    INFO(text);
    CHECK(to_text(value) == text);
    CHECK(parse_duration(text) == value);
  }
  CHECK(parse_duration("P2W") == Duration{days{14}, 0s});
  CHECK(parse_duration("PT90M") == Duration{days{0}, 90min});
}

TEST_CASE("what is no ISO 8601 duration that we keep is refused") {
  for (const char* text : {"",
                           "P",
                           "PT",
                           "P1",
                           "1D",
                           "P1Y",
                           "P1M",
                           "P1.5D",
                           "PT1.5H",
                           "-PT1H",
                           "P-1D",
                           "+P1D",
                           "P1DT",
                           "P1W2D",
                           "P1D1D",
                           "PT1M1H",
                           "PT1H1H",
                           "P1H",
                           "PT1D",
                           "PTT1H",
                           "P1DT1HT1M",
                           "pt45m",
                           "PT45M ",
                           " PT45M",
                           "P36526D",
                           "PT99999999999S",
                           "P9999999999W",
                           "P18446744073709551617D",
                           "P5218W",
                           "PT1H-5M"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("people type durations in many ways") {
  const std::vector<std::pair<std::string, Duration>> cases{
      {"45m", {days{0}, 45min}},
      {"45 min", {days{0}, 45min}},
      {"45 Minutes", {days{0}, 45min}},
      {"90", {days{0}, 90min}},
      {"1h30", {days{0}, 90min}},
      {"1h30m", {days{0}, 90min}},
      {"1h 30m", {days{0}, 90min}},
      {"1 hour 30 minutes", {days{0}, 90min}},
      {"1.5h", {days{0}, 90min}},
      {"0.25h", {days{0}, 15min}},
      {"1:30", {days{0}, 90min}},
      {"2h", {days{0}, 2h}},
      {"2d", {days{2}, 0s}},
      {"1w", {days{7}, 0s}},
      {"2 weeks 1 day", {days{15}, 0s}},
      {"1d2h", {days{1}, 2h}},
      {"PT45M", {days{0}, 45min}},
      {"pt45m", {days{0}, 45min}},
      {" 20m ", {days{0}, 20min}},
      {"0m", {days{0}, 0s}},
      {"25h", {days{0}, 25h}},
  };
  for (const auto& [text, value] : cases) {
    INFO(text);
    CHECK(parse_duration_phrase(text) == value);
  }
}

TEST_CASE("what is no duration is refused") {
  for (const char* text : {"",
                           " ",
                           "m",
                           "min 45",
                           "45x",
                           "-45m",
                           "+45m",
                           "1h1h",
                           "30m1h",
                           "1.5d",
                           "1.5m",
                           "1.h",
                           ".5h",
                           "1.125h",
                           "1d30",
                           "30 40",
                           "1:60",
                           "1:5",
                           "1:300",
                           "45m!",
                           "1h30m20",
                           "fish",
                           "99999999999m",
                           "40000d",
                           "99999999w",
                           "1e3m",
                           "0x10",
                           "4\x1b"
                           "5m"}) {
    INFO(text);
    CHECK_FALSE(parse_duration_phrase(text));
  }
  CHECK_FALSE(parse_duration_phrase(std::string(10000, '9')));
}

TEST_CASE("durations are told in short words") {
  const std::vector<std::pair<Duration, std::string>> cases{
      {{days{0}, 45min}, "45 min"}, {{days{0}, 90min}, "1 h 30 min"}, {{days{0}, 2h}, "2 h"},
      {{days{1}, 0s}, "1 day"},     {{days{2}, 0s}, "2 days"},        {{days{1}, 2h}, "1 day 2 h"},
      {{days{0}, 0s}, "0 min"},     {{days{0}, 90s}, "1 min 30 s"},
  };
  for (const auto& [value, words] : cases)
    CHECK(to_words(value) == words);
}
