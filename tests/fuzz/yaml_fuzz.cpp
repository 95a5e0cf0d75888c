// Any bytes: refused with reasons, or a value that survives being written and read.
#include "codec/json.hpp"
#include "codec/yaml.hpp"
#include "fuzz.hpp"

namespace crm::fuzz {
namespace {

/// A value may be written in more bytes than it was read from.
constexpr codec::Limits roomy{64 * 1024 * 1024, 64, 20000};

bool is_sound(const core::Problem& problem) {
  return !problem.message.empty() && problem.file == "f";
}

} // namespace

void try_yaml(std::string_view text) {
  const auto parsed = codec::parse_yaml(text, "f");
  if (const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed)) {
    require(!problems->empty());
    for (const auto& problem : *problems)
      require(is_sound(problem));
    return;
  }
  core::Map map;
  map.set("value", std::get<codec::Node>(parsed).value);
  const auto again = codec::parse_yaml(codec::emit_document(map), "f", roomy);
  const auto* node = std::get_if<codec::Node>(&again);
  require(node != nullptr && node->value == core::Value(map));
  require(codec::from_json(codec::to_json(map)) == core::Value(map));
}

} // namespace crm::fuzz

CRM_FUZZ_ENTRY(crm::fuzz::try_yaml)
