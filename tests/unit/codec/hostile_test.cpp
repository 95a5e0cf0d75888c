#include "catch.hpp"

#include "base/text.hpp"
#include "codec/record.hpp"
#include "codec/schema.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

namespace {

namespace fs = std::filesystem;
using crm::core::Record;
using crm::core::Schema;

const fs::path folder = fs::path(CRM_SOURCE_DIR) / "tests/hostile";

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

const Schema& schema_of(const std::string& type) {
  static std::map<std::string, Schema> schemas;
  if (schemas.empty())
    for (const auto& [name, text] : crm::codec::embedded_schemas())
      schemas.emplace(name, std::get<Schema>(crm::codec::parse_schema(text, std::string(name) + ".yaml")));
  return schemas.at(type);
}

struct Line {
  std::string file, type, message;
  int line;
};

std::vector<Line> manifest() {
  std::vector<Line> out;
  const auto text = content(folder / "manifest.tsv");
  for (const auto line : crm::base::split(text, '\n')) {
    if (line.empty() || line.front() == '#') continue;
    const auto columns = crm::base::split(line, '\t');
    REQUIRE(columns.size() == 4);
    out.push_back({std::string(columns[0]), std::string(columns[1]), std::string(columns[3]),
                   std::stoi(std::string(columns[2]))});
  }
  return out;
}

TEST_CASE("each hostile file is refused by name, for its own reason") {
  for (const auto& [file, type, message, line] : manifest()) {
    INFO(file);
    const auto& schema = schema_of(type);
    const auto path = schema.folder + "/7f/7f3k2m9qxv0tbn4c.yaml";
    const auto result = crm::codec::parse_record(content(folder / file), path, schema);
    if (std::holds_alternative<Record>(result)) {
      FAIL_CHECK("was taken");
      continue;
    }
    const auto& first = std::get<1>(result).front();
    CHECK(first.file == path);
    CHECK_THAT(first.message, Catch::Matchers::Contains(message));
    if (line > 0) CHECK(first.line == line);
    for (const auto& problem : std::get<1>(result))
      CHECK(crm::base::printable(to_text(problem)) == to_text(problem));
  }
}

TEST_CASE("the manifest of hostile files is complete") {
  std::set<std::string> named, there;
  for (const auto& line : manifest())
    named.insert(line.file);
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".yaml") there.insert(entry.path().filename().string());
  CHECK(named == there);
  CHECK(there.size() >= 30);
}

TEST_CASE("a hostile file that is edited becomes a sound one") {
  const auto& schema = schema_of("contact");
  const auto sound =
      "id: 7f3k2m9qxv0tbn4c\nname: Ada\ncrm:\n  created: 2026-11-20T09:12:44.120Z alice@front-desk\n";
  const auto record = std::get<Record>(crm::codec::parse_record(sound, "", schema));
  for (const auto& line : manifest()) {
    INFO(line.file);
    const auto edited = crm::codec::edit_record(content(folder / line.file), record, schema);
    CHECK(std::holds_alternative<Record>(
        crm::codec::parse_record(edited, "contacts/7f/7f3k2m9qxv0tbn4c.yaml", schema)));
  }
}

} // namespace
