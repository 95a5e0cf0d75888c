// Reading schemas in tests: a schema that must be sound, or what is wrong with it.
#pragma once

#include "catch.hpp"
#include "codec/schema.hpp"

namespace crm::codec::test {

inline core::Schema schema(std::string_view text, const std::string& file = "schemas/vehicle.yaml") {
  auto parsed = codec::parse_schema(text, file);
  if (const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed))
    for (const auto& problem : *problems)
      UNSCOPED_INFO(core::to_text(problem));
  REQUIRE(std::holds_alternative<core::Schema>(parsed));
  return std::get<core::Schema>(std::move(parsed));
}

inline std::vector<core::Problem> problems(std::string_view text) {
  auto parsed = codec::parse_schema(text, "schemas/vehicle.yaml");
  const auto* found = std::get_if<std::vector<core::Problem>>(&parsed);
  return found == nullptr ? std::vector<core::Problem>{} : *found;
}

inline core::Schema embedded(std::string_view type) {
  for (const auto& each : codec::embedded_schemas())
    if (each.type == type) return schema(each.text, "schemas/" + std::string(type) + ".yaml");
  FAIL("no embedded schema " << type);
  return {};
}

inline const core::Field& field(const core::Schema& schema, std::string_view name) {
  const auto* found = schema.find(name);
  INFO(schema.type << "." << name);
  REQUIRE(found != nullptr);
  return *found;
}

using Names = std::vector<std::string>;

} // namespace crm::codec::test
