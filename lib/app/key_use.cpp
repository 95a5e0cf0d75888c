#include "app/key_use.hpp"

#include "app/keys.hpp"
#include "app/project.hpp"
#include "app/resolve.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

bool names(const core::Record& record, const core::Field& field, const std::string& type,
           const std::string& key) {
  if (!field.ref || field.ref->by != core::Reference::By::Key) return false;
  const auto& types = field.ref->types;
  if (!types.empty() && std::find(types.begin(), types.end(), type) == types.end()) return false;
  const auto& value = record.get(field.name);
  const auto* list = value.if_list();
  return list == nullptr ? value.string_or_empty() == key
                         : std::any_of(list->begin(), list->end(), [&](const core::Value& each) {
                             return each.string_or_empty() == key;
                           });
}

std::size_t count_naming(Workspace& workspace, const core::Record& named, const std::string& key) {
  const auto rows = workspace.with_index([&](index::Index& index) { return index.referring(key, "", 0); });
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](const index::Row& row) {
    if (row.deleted || row.id == named.id.str()) return false;
    const auto record = to_record(row);
    const auto& fields = workspace.schemas().get(row.type).fields;
    return std::any_of(fields.begin(), fields.end(),
                       [&](const core::Field& field) { return names(record, field, named.type, key); });
  }));
}

bool another_has(Workspace& workspace, const core::Record& record, const std::string& key) {
  const auto rows =
      workspace.with_index([&](index::Index& index) { return index.by_key_prefix(record.type, key, 0); });
  return std::any_of(rows.begin(), rows.end(),
                     [&](const index::Row& row) { return row.key == key && row.id != record.id.str(); });
}

} // namespace

std::optional<base::Error> key_still_needed(Workspace& workspace, const core::Record& before,
                                            const core::Record& after, const core::Schema& schema) {
  if (schema.key_field.empty()) return std::nullopt;
  const auto key = before.text(schema.key_field);
  if (key.empty() || key == after.text(schema.key_field) || another_has(workspace, before, key))
    return std::nullopt;
  const std::string what = fmt::format("{} \"{}\"", schema.type, base::printable(key));
  const std::string instead = fmt::format("`crm set {} {}=…` changes what people read",
                                          short_id(workspace, before.id.str()), schema.name_field);
  if (const auto devices = approved_devices(before); !devices.empty())
    return base::Error(base::Kind::InvalidData,
                       fmt::format("{} cannot get another {}: its devices are known by it ({})", what,
                                   schema.key_field, base::join(devices, ", ")),
                       instead + "; for another " + schema.key_field + " make another " + schema.type +
                           ", and approve its devices' keys");
  const auto count = count_naming(workspace, before, key);
  if (count == 0) return std::nullopt;
  return base::Error(base::Kind::InvalidData,
                     fmt::format("{} cannot get another {}: {} name{} it by this one", what, schema.key_field,
                                 base::count_of(count, "record"), count == 1 ? "s" : ""),
                     instead + "; for another " + schema.key_field + " give those another " + schema.type +
                         " first");
}

} // namespace crm::app
