// validate_json SCHEMA < DOCUMENT: silent when the JSON on standard input is as schemas/output/SCHEMA.json
// says (or the file that SCHEMA is the path of); otherwise says where it is not, and exits 1.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

/// valijson checks few formats and throws where a value with one is no text.
void drop_formats(Json& schema) {
  if (schema.is_object() && schema.contains("format") && schema["format"].is_string()) schema.erase("format");
  for (auto& inner : schema)
    if (inner.is_structured()) drop_formats(inner);
}

Json read_schema(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("no schema " + path.string());
  Json schema = Json::parse(in);
  drop_formats(schema);
  return schema;
}

int check(const std::string& name) {
  const fs::path folder = fs::path(CRM_SOURCE_DIR) / "schemas" / "output";
  const bool is_path = name.find('/') != std::string::npos || name.ends_with(".json");
  const fs::path path = is_path ? fs::path(name) : folder / (name + ".json");
  const Json document = Json::parse(std::cin);

  // References to other files mean those beside the schema.
  const auto fetch = [&](const std::string& uri) -> const Json* {
    return new Json(read_schema(path.parent_path() / fs::path(uri).filename()));
  };
  const auto release = [](const Json* fetched) { delete fetched; };
  valijson::Schema schema;
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  const Json root = read_schema(path);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(root), schema, fetch, release);

  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document), &results)) return 0;
  for (const auto& error : results) {
    std::string where;
    for (const auto& step : error.context)
      where += step;
    std::cerr << path.filename().string() << ": " << where << ": " << error.description << '\n';
  }
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: validate_json SCHEMA < DOCUMENT\n";
    return 2;
  }
  try {
    return check(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << "validate_json: " << error.what() << '\n';
    return 1;
  }
}
