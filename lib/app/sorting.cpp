#include "app/sorting.hpp"

#include "app/listing.hpp"
#include "app/resolve.hpp"
#include "base/text.hpp"
#include "core/query.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace crm::app {
namespace {

struct Key {
  const core::Field* field; ///< nullptr for the id, a stamp, and a name or time that the type does not have
  std::string name;
  bool down;
};

std::string without_minus(std::string_view part) {
  return std::string(part.substr(part.starts_with('-') ? 1 : 0));
}

std::vector<Key> keys_of(const std::string& sort, const core::Schema& schema) {
  std::vector<Key> out;
  for (const auto part : base::split(sort, ',')) {
    const std::string name = without_minus(part);
    const bool none = name == "id" || core::names_stamp(schema, name);
    out.push_back({name == "name"   ? schema.find(schema.name_field)
                   : name == "time" ? schema.find(schema.time_field)
                   : none           ? nullptr
                                    : &field_named(schema, name),
                   name, part.starts_with('-')});
  }
  return out;
}

/// What stands for a record's fields when they are compared. Each is made once, and each name asked for once.
class Places {
 public:
  explicit Places(Workspace& workspace) : m_workspace(workspace) {}

  core::Value of(const core::Record& record, const Key& key) {
    if (key.field == nullptr) return beside_fields(record, key.name);
    const core::Value& value = record.get(key.field->name);
    if (key.field->ref) return names(value, *key.field);
    if (const auto place = core::place_of(record, *key.field, m_workspace.settings().zone)) return *place;
    const auto* text = value.if_string();
    return text != nullptr ? core::Value{base::fold(*text)} : value;
  }

 private:
  static core::Value beside_fields(const core::Record& record, const std::string& name) {
    if (name == "id") return record.id.str();
    if (name != "created" && name != "changed") return {};
    const auto stamp = core::stamp_of(record, name);
    return stamp ? core::Value{stamp->time.time_since_epoch().count()} : core::Value{};
  }

  core::Value names(const core::Value& value, const core::Field& field) {
    if (const auto* text = value.if_string()) return name(*text, field);
    std::vector<std::string> out;
    for (const auto& each : value.if_list() != nullptr ? *value.if_list() : core::List{})
      out.push_back(name(each.string_or_empty(), field));
    return out.empty() ? core::Value{} : core::Value{base::join(out, ", ")};
  }

  const std::string& name(const std::string& target, const core::Field& field) {
    const auto [at, fresh] = m_names.try_emplace(target);
    if (fresh) at->second = base::fold(shown_reference(m_workspace, field, target));
    return at->second;
  }

  Workspace& m_workspace;
  std::unordered_map<std::string, std::string> m_names; ///< folded, by id or key
};

int compare(const core::Value& a, const core::Value& b) {
  const auto *text_a = a.if_string(), *text_b = b.if_string();
  if (text_a != nullptr && text_b != nullptr) return text_a->compare(*text_b);
  return core::less(a, b) ? -1 : core::less(b, a) ? 1 : 0;
}

} // namespace

bool sorts_by_stamp(const std::string& sort, const core::Schema& schema) {
  const auto parts = base::split(sort, ',');
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return core::names_stamp(schema, without_minus(part)); });
}

void sort_by(Workspace& workspace, std::vector<core::Record>& records, const std::string& sort,
             const core::Schema& schema) {
  const auto keys = keys_of(sort, schema);
  Places places(workspace);
  std::vector<std::pair<std::vector<core::Value>, std::size_t>> order;
  order.reserve(records.size());
  for (const auto& record : records) {
    auto& [values, at] = order.emplace_back(std::vector<core::Value>{}, order.size());
    values.reserve(keys.size());
    for (const auto& key : keys)
      values.push_back(places.of(record, key));
  }
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto &first = a.first[i], &second = b.first[i];
      if (first.is_null() != second.is_null()) return second.is_null();
      const int by = compare(first, second);
      if (by != 0) return keys[i].down ? by > 0 : by < 0;
    }
    return a.second < b.second;
  });
  std::vector<core::Record> sorted;
  sorted.reserve(records.size());
  for (const auto& each : order)
    sorted.push_back(std::move(records[each.second]));
  records = std::move(sorted);
}

} // namespace crm::app
