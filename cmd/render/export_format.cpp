#include "cmd/render/export_format.hpp"

#include "base/text.hpp"
#include "cmd/render/formats.hpp"
#include "codec/csv.hpp"

#include <algorithm>

namespace crm::cmd {
namespace {

/// The column of what the schema does not know; import reads it back.
constexpr const char* unknown_column = "other_fields";

/// True when "a; b" says the same again when it is taken apart at semicolons and trimmed.
bool splits_cleanly(const core::List& list) {
  return !list.empty() && std::all_of(list.begin(), list.end(), [](const core::Value& item) {
    const auto* text = item.if_string();
    return text != nullptr && !text->empty() && text->find_first_of(";\n\r") == text->npos &&
           base::trim(*text) == *text;
  }) && list.front().if_string()->front() != '[';
}

std::string cell_text(const core::Value& value) {
  if (value.if_map() != nullptr) return json_text(value);
  if (const auto* list = value.if_list()) {
    if (!splits_cleanly(*list)) return json_text(value);
    std::vector<std::string> items;
    for (const auto& item : *list)
      items.push_back(*item.if_string());
    return base::join(items, "; ");
  }
  return core::to_text(value);
}

std::string guarded(const core::Value& value) {
  const bool number = value.if_int() != nullptr || value.if_double() != nullptr;
  const std::string text = cell_text(value);
  return codec::csv_cell(number ? text : codec::armed(text));
}

std::string row_of(const std::vector<std::string>& cells) {
  return base::join(cells, ",") + "\r\n";
}

} // namespace

std::string export_line(const core::Record& record) {
  core::Map line;
  line.set("type", record.type);
  line.set("id", record.id.str());
  line.set("fields", record.fields);
  line.set("crm", record.crm);
  return json_text(line);
}

std::vector<std::string> csv_columns(const core::Schema& schema) {
  std::vector<std::string> out{"id"};
  for (const auto& field : schema.fields)
    out.push_back(field.name);
  out.emplace_back(unknown_column);
  return out;
}

std::string csv_header(const core::Schema& schema) {
  return row_of(csv_columns(schema));
}

std::string csv_row(const core::Record& record, const core::Schema& schema) {
  std::vector<std::string> cells{codec::csv_cell(record.id.str())};
  for (const auto& field : schema.fields)
    cells.push_back(guarded(record.get(field.name)));
  core::Map unknown;
  for (const auto& [name, value] : record.fields)
    if (schema.find(name) == nullptr) unknown.set(name, value);
  cells.push_back(unknown.empty() ? std::string() : guarded(unknown));
  return row_of(cells);
}

} // namespace crm::cmd
