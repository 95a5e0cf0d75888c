// Any bytes as a record's file: refused with reasons, or a record that every way of writing it keeps.
#include "codec/record.hpp"
#include "codec/schema.hpp"
#include "codec/yaml.hpp"
#include "fuzz.hpp"

namespace crm::fuzz {
namespace {

using core::Record;
using core::Schema;

const std::vector<Schema>& schemas() {
  static const std::vector<Schema> all = [] {
    std::vector<Schema> out;
    for (const auto& [type, text] : codec::embedded_schemas())
      out.push_back(std::get<Schema>(codec::parse_schema(text, std::string(type))));
    return out;
  }();
  return all;
}

bool reads_as(std::string_view text, const Record& record, const Schema& schema) {
  const auto result = codec::read_record(text, "", schema);
  const auto* read = std::get_if<Record>(&result);
  return read != nullptr && read->id == record.id && read->fields == record.fields && read->crm == record.crm;
}

} // namespace

void try_record(std::string_view text) {
  const auto& schema = schemas()[text.size() % schemas().size()];
  const auto parsed = codec::parse_record(text, "", schema);
  if (const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed)) require(!problems->empty());
  auto result = codec::read_record(text, "", schema);
  if (std::holds_alternative<std::vector<core::Problem>>(result)) {
    require(!std::holds_alternative<Record>(parsed));
    return;
  }
  auto record = std::get<Record>(std::move(result));
  // What is valid can always be written; the rest may have grown beyond what is read.
  const auto canonical = codec::emit_record(record, schema);
  if (canonical.size() > codec::Limits().bytes) {
    require(!std::holds_alternative<Record>(parsed));
    return;
  }
  require(reads_as(canonical, record, schema));
  require(reads_as(codec::edit_record(text, record, schema), record, schema));
  if (!record.fields.empty()) record.fields.erase(std::string(record.fields.begin()->first));
  record.fields.set("fuzzed", "a\n\n");
  core::canonicalize(record, schema);
  if (canonical.size() + 100 < codec::Limits().bytes && std::holds_alternative<Record>(parsed))
    require(reads_as(codec::edit_record(text, record, schema), record, schema));
}

} // namespace crm::fuzz

CRM_FUZZ_ENTRY(crm::fuzz::try_record)
