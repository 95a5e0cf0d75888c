#include "codec/schema_check.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace crm::codec {
namespace {

using core::Value;
using Json = nlohmann::json;

Json to_document(const Value& value) {
  if (const auto* boolean = value.if_bool()) return *boolean;
  if (const auto* integer = value.if_int()) return *integer;
  if (const auto* number = value.if_double()) return *number;
  if (const auto* text = value.if_string()) return *text;
  if (const auto* list = value.if_list()) {
    Json out = Json::array();
    for (const auto& item : *list)
      out.push_back(to_document(item));
    return out;
  }
  if (const auto* map = value.if_map()) {
    Json out = Json::object();
    for (const auto& [key, item] : *map)
      out.emplace(key, to_document(item));
    return out;
  }
  return nullptr;
}

/// valijson throws where a value with a format is no text, and knows none of our formats.
void drop_formats(Json& document) {
  const auto properties = document.find("properties");
  if (properties == document.end() || !properties->is_object()) return;
  for (auto& field : *properties)
    if (field.is_object()) field.erase("format");
}

struct Compiled {
  Value document;
  valijson::Schema schema;
  valijson::Validator validator; ///< keeps the regular expressions that it has compiled
};

Compiled& compiled(const Value& document) {
  constexpr std::size_t most = 64; // types of a store; a process that meets more begins again
  thread_local std::vector<std::unique_ptr<Compiled>> cache;
  for (const auto& entry : cache)
    if (entry->document == document) return *entry;
  auto fresh = std::make_unique<Compiled>();
  fresh->document = document;
  Json json = to_document(document);
  drop_formats(json);
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(json), fresh->schema);
  if (cache.size() >= most) cache.clear();
  cache.push_back(std::move(fresh));
  return *cache.back();
}

SchemaError to_error(const valijson::ValidationResults::Error& error) {
  SchemaError out{{}, error.description};
  for (const auto& step : error.context)
    if (step.size() >= 2 && step.front() == '[') out.path.push_back(step.substr(1, step.size() - 2));
  return out;
}

} // namespace

std::vector<SchemaError> check_against(const Value& document, const Value& value) {
  std::vector<SchemaError> out;
  try {
    auto& [source, schema, validator] = compiled(document);
    const Json json = to_document(value);
    valijson::ValidationResults results;
    if (!validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(json), &results))
      std::transform(results.begin(), results.end(), std::back_inserter(out), to_error);
  } catch (const std::exception& error) {
    out.push_back({{}, std::string("the schema cannot be used: ") + error.what()});
  }
  return out;
}

} // namespace crm::codec
