#include "catch.hpp"
#include "codec/json.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

using namespace crm;

TEST_CASE("The JSON Schemas of the outputs are strict, and refer only to what is there") {
  const std::filesystem::path folder = std::string(CRM_SOURCE_DIR) + "/schemas/output";
  int documents = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    INFO(entry.path().string());
    ++documents;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto document = codec::from_json(text);
    REQUIRE(document);
    const core::Map& root = *document->if_map();
    CHECK(*root.find("$schema") == "https://json-schema.org/draft/2020-12/schema");
    const core::Map* definitions = root.contains("$defs") ? root.find("$defs")->if_map() : nullptr;
    std::function<void(const core::Value&)> look = [&](const core::Value& value) {
      if (const auto* list = value.if_list()) std::for_each(list->begin(), list->end(), look);
      const auto* map = value.if_map();
      if (map == nullptr) return;
      if (const auto* ref = map->find("$ref")) {
        const std::string& target = ref->string_or_empty();
        INFO(target);
        const std::string local = "#/$defs/";
        if (target.starts_with(local)) {
          CHECK((definitions != nullptr && definitions->contains(target.substr(local.size()))));
        } else {
          CHECK(std::filesystem::exists(folder / target));
        }
      }
      if (const auto* properties = map->find("properties");
          properties != nullptr && properties->if_map() != nullptr) {
        REQUIRE(map->contains("required"));
        for (const auto& name : *map->find("required")->if_list())
          CHECK(properties->if_map()->contains(name.string_or_empty()));
        const bool open = map == &root && entry.path().filename() == "record.json";
        CHECK(*map->find("additionalProperties") == core::Value(open));
      }
      for (const auto& [name, each] : *map)
        look(each);
    };
    look(*document);
  }
  CHECK(documents == 47);
}
