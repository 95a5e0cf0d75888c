#include "codec/record.hpp"

#include "base/text.hpp"
#include "codec/record_file.hpp"
#include "codec/subschema.hpp"
#include "codec/yaml_scalar.hpp"

#include <algorithm>
#include <charconv>

namespace crm::codec {
namespace {

using core::Map;
using core::Problem;
using core::Record;
using core::Schema;
using core::Shape;
using core::Value;

enum class Kind { Unknown, Text, Number, Other };

Kind kind_of_shape(Shape shape) {
  switch (shape) {
  case Shape::Integer:
  case Shape::Number:
    return Kind::Number;
  case Shape::Boolean:
  case Shape::Object:
  case Shape::Texts:
    return Kind::Other;
  default:
    return Kind::Text;
  }
}

Kind kind_of_schema(const Value* schema) {
  const auto& type = keyword_text(schema, "type");
  if (type.empty()) return Kind::Unknown;
  if (type == "string") return Kind::Text;
  return type == "number" || type == "integer" ? Kind::Number : Kind::Other;
}

/// What a plain scalar is where the schema says `kind`. Nothing is null everywhere.
Value plain_value(const Node& node, Kind kind) {
  if (node.value.is_null()) return {};
  switch (kind) {
  case Kind::Text:
    return node.source;
  case Kind::Number:
    return parse_number(node.source).value_or(node.value);
  case Kind::Unknown:
    // 1.10 may be a version: what would be written differently stays the text that it is.
    if (node.value.if_double() != nullptr && scalar_text(node.value, Place::Block) != node.source)
      return node.source;
    return node.value;
  case Kind::Other:
    break;
  }
  return node.value;
}

Value typed(const Node& node, const Value* schema, Kind kind) {
  if (node.value.if_map() != nullptr) {
    Map map;
    for (const auto& [key, entry] : node.entries) {
      const auto* sub = subschema_of_entry(schema, key);
      map.set(key, typed(entry, sub, kind_of_schema(sub)));
    }
    return map;
  }
  if (node.value.if_list() != nullptr) {
    core::List list;
    const auto* sub = subschema_of_items(schema);
    for (const auto& item : node.items)
      list.push_back(typed(item, sub, sub != nullptr ? kind_of_schema(sub) : kind));
    return list;
  }
  return node.plain ? plain_value(node, kind) : node.value;
}

Value typed_field(const Node& node, const std::string& name, const Schema& schema) {
  const auto* sub = subschema_of_entry(&schema.document, name);
  const auto* field = schema.find(name);
  // A schema made without a document still knows its shapes; a list's elements are text.
  Kind kind = kind_of_schema(sub);
  if (sub == nullptr && field != nullptr)
    kind = field->shape == Shape::Texts ? Kind::Text : kind_of_shape(field->shape);
  return typed(node, sub, kind);
}

/// Concurrent values are fields, too.
Value typed_provenance(const Node& crm, const Schema& schema) {
  Value value = crm.value;
  const Node* also = crm.find("also");
  if (also == nullptr) return value;
  Map units;
  for (const auto& [unit, versions] : also->entries) {
    if (versions.value.if_list() == nullptr) return value;
    core::List list;
    for (const auto& version : versions.items) {
      if (version.value.if_map() == nullptr) return value;
      Map map;
      for (const auto& [key, entry] : version.entries)
        map.set(key, key == "written" ? entry.value : typed_field(entry, key, schema));
      list.push_back(std::move(map));
    }
    units.set(unit, std::move(list));
  }
  if (also->value.if_map() != nullptr) value.if_map()->set("also", std::move(units));
  return value;
}

/// "7f3k2m9qxv0tbn4c" of "contacts/7f/7f3k2m9qxv0tbn4c.yaml"; "" of anything that is no record's file.
std::string_view stem(std::string_view file) {
  if (const auto slash = file.rfind('/'); slash != file.npos) file.remove_prefix(slash + 1);
  if (!file.ends_with(".yaml")) return {};
  return file.substr(0, file.size() - 5);
}

std::optional<base::Id> read_id(const Node& root, const std::string& file, std::vector<Problem>& problems) {
  const Node* node = root.find("id");
  if (node == nullptr) {
    problems.push_back({file, 1, "id", "", "is missing: a record begins with its id"});
    return std::nullopt;
  }
  const auto shown = base::fit(base::printable(node->source), 60);
  auto id = base::Id::parse(node->source);
  if (!id)
    problems.push_back(
        {file, node->entry_line, "id", shown, "must be 16 characters of 0-9 and a-z without i, l, o and u"});
  else if (!stem(file).empty() && stem(file) != id->str())
    problems.push_back({file, node->entry_line, "id", shown, "must be the name of its file"});
  return id;
}

} // namespace

int line_of(const Node* root, std::span<const std::string> path) {
  if (root == nullptr) return 0;
  int line = root->line;
  for (const auto& part : path) {
    const Node* next = root->find(part);
    if (next == nullptr && !root->items.empty()) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
      if (error == std::errc() && end == part.data() + part.size() && index < root->items.size())
        next = &root->items[index];
    }
    if (next == nullptr) break;
    line = next->entry_line > 0 ? next->entry_line : next->line;
    root = next;
  }
  return line;
}

std::variant<RecordFile, std::vector<Problem>>
read_record_file(std::string_view text, const std::string& file, const Schema& schema) {
  auto parsed = parse_yaml(text, file, record_limits);
  if (auto* problems = std::get_if<std::vector<Problem>>(&parsed)) return std::move(*problems);
  Node& root = std::get<Node>(parsed);
  std::vector<Problem> problems;
  if (root.value.if_map() == nullptr)
    return std::vector<Problem>{
        {file, std::max(root.line, 1), "", "", "must be a mapping of fields to values"}};
  auto id = read_id(root, file, problems);
  const Node* crm = root.find("crm");
  if (crm != nullptr && crm->value.if_map() == nullptr && !crm->value.is_null())
    problems.push_back({file, crm->entry_line, "crm",
                        base::fit(base::printable(core::to_text(crm->value)), 60), "must be a mapping"});
  if (!problems.empty()) return problems;
  Record record{*std::move(id), schema.type, {}, {}};
  for (const auto& [name, node] : root.entries)
    if (name != "id" && name != "crm") record.fields.set(name, typed_field(node, name, schema));
  core::canonicalize(record, schema);
  if (crm != nullptr && crm->value.if_map() != nullptr) record.crm = *typed_provenance(*crm, schema).if_map();
  return RecordFile{std::move(record), std::move(root)};
}

std::variant<Record, std::vector<Problem>> read_record(std::string_view text, const std::string& file,
                                                       const Schema& schema) {
  auto read = read_record_file(text, file, schema);
  if (auto* problems = std::get_if<std::vector<Problem>>(&read)) return std::move(*problems);
  return std::move(std::get<RecordFile>(read).record);
}

namespace {

std::variant<Record, std::vector<Problem>> parse(std::string_view text, const std::string& file,
                                                 const Schema& schema, Demands demands) {
  auto read = read_record_file(text, file, schema);
  if (auto* problems = std::get_if<std::vector<Problem>>(&read)) return std::move(*problems);
  auto& [record, root] = std::get<RecordFile>(read);
  if (auto problems = validate_record(record, schema, file, &root, demands, text.size()); !problems.empty())
    return problems;
  return std::move(record);
}

} // namespace

std::variant<Record, std::vector<Problem>> parse_record(std::string_view text, const std::string& file,
                                                        const Schema& schema) {
  return parse(text, file, schema, Demands::Schema);
}

std::variant<Record, std::vector<Problem>> parse_sound_record(std::string_view text, const std::string& file,
                                                              const Schema& schema) {
  return parse(text, file, schema, Demands::Soundness);
}

std::vector<Problem> validate(const Record& record, const Schema& schema, const std::string& file,
                              std::string_view text) {
  if (text.empty()) return validate_record(record, schema, file, nullptr);
  const auto parsed = parse_yaml(text, file, record_limits);
  const auto* root = std::get_if<Node>(&parsed);
  // What is too large may be so by values that go with the edit: those that only a merge has kept.
  const bool shrinks = root != nullptr && text.size() > written_limits.bytes;
  const auto bytes = shrinks ? edit_record(text, record, schema).size() : text.size();
  return validate_record(record, schema, file, root, Demands::Schema, bytes);
}

std::string emit_record(const Record& record, const Schema& schema) {
  Record canonical = record;
  core::canonicalize(canonical, schema);
  std::string out = emit_entry("id", record.id.str());
  out += canonical.fields.empty() ? "" : emit_document(canonical.fields);
  if (!record.crm.empty()) out += emit_entry("crm", record.crm);
  return out;
}

} // namespace crm::codec
