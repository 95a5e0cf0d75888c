#include "catch.hpp"

#include "core/read_log.hpp"

using namespace crm::core;

TEST_CASE("a line of the log of reads says who saw which record, and nothing else is one", "[read_log]") {
  const std::string line = "2026-11-23T09:00:00.000Z bob show case 7f3k2m9qxv0tbn4c";
  const auto read = parse_read(line);
  REQUIRE(read.has_value());
  CHECK(read->member == "bob");
  CHECK(read->how == "show");
  CHECK(read->type == "case");
  CHECK(read->id == "7f3k2m9qxv0tbn4c");
  CHECK(to_line(*read) == line);
  for (const char* bad :
       {"", "2026-11-23T09:00:00.000Z bob show case", "2026-11-23 bob show case 7f3k2m9qxv0tbn4c",
        "2026-11-23T09:00:00.000Z Bob! show case 7f3k2m9qxv0tbn4c",
        "2026-11-23T09:00:00.000Z bob  case 7f3k2m9qxv0tbn4c",
        "2026-11-23T09:00:00.000Z bob \x1b[2J case 7f3k2m9qxv0tbn4c",
        "2026-11-23T09:00:00.000Z bob show case 7F3K", "2026-11-23T09:00:00.000Z bob show case x y",
        "2026-11-23T09:00:00.000Z bob show case 7f3k2m9qxv0tbn4c more"}) {
    INFO(bad);
    CHECK_FALSE(parse_read(bad).has_value());
  }
}

TEST_CASE("a type says itself whether its reads are noted", "[read_log]") {
  Schema schema;
  CHECK_FALSE(logs_reads(schema));
  const auto says = [&](Value value) {
    Map annotations, document;
    annotations.set("type", "case");
    annotations.set("log_reads", std::move(value));
    document.set("x-crm", std::move(annotations));
    schema.document = std::move(document);
    return logs_reads(schema);
  };
  CHECK(says(true));
  CHECK_FALSE(says(false));
  CHECK_FALSE(says("yes"));
}
