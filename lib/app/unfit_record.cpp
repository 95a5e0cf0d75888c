#include "app/unfit_record.hpp"

#include "app/project.hpp"
#include "app/resolve.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "codec/record.hpp"
#include "codec/yaml.hpp"
#include "core/merge.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <utility>

namespace crm::app {
namespace {

/// What takes most of a record, with all that stands beside what is shown, and about how many bytes.
std::pair<std::string, std::size_t> largest_unit(const core::Record& record, const core::Schema& schema) {
  std::map<std::string, std::size_t> bytes;
  for (const auto& [field, value] : record.fields)
    bytes[schema.unit(field)] += codec::to_json(value).size();
  const auto* also = record.crm.find("also");
  if (const auto* beside = also == nullptr ? nullptr : also->if_map())
    for (const auto& [unit, values] : *beside)
      bytes[unit] += codec::to_json(values).size();
  const auto largest = std::max_element(bytes.begin(), bytes.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
  if (largest == bytes.end()) return {};
  return *largest;
}

bool is_disputed(const core::Record& record, const core::Schema& schema, const std::string& unit) {
  const auto conflicts = core::conflicts(record, schema);
  return std::any_of(conflicts.begin(), conflicts.end(), [&](const auto& each) { return each.unit == unit; });
}

} // namespace

std::optional<UnfitRecord> unfit_record(Workspace& workspace, const index::Row& row) {
  const auto& repository = workspace.repository();
  const auto blob = repository.blob_id(workspace.tree(), row.path);
  if (!blob) return std::nullopt;
  const auto& schema = workspace.schemas().get(row.type);
  const auto text = repository.blob(*blob);
  const auto parsed = codec::parse_record(text, row.path, schema);
  const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed);
  if (problems == nullptr) return std::nullopt;
  const auto id = short_id(workspace, row.id);
  UnfitRecord out{core::to_text(problems->front()),
                  {fmt::format("crm {} edit {}", row.type, id), fmt::format("crm git log -p {}", row.path)}};
  if (text.size() <= codec::written_limits.bytes) return out;
  const auto record = to_record(row);
  const auto [unit, bytes] = largest_unit(record, schema);
  out.problem += fmt::format("; about {} KB are {}", bytes / 1000, base::printable(base::fit(unit, 90)));
  const auto* field = schema.find(unit);
  if (is_disputed(record, schema, unit))
    out.repair.insert(out.repair.begin(), fmt::format("crm resolve {} --field {}", id, unit));
  else if (record.fields.contains(unit) && core::is_name(unit) && (field == nullptr || !field->required))
    out.repair.insert(out.repair.begin() + 1, fmt::format("crm set {} {}=", id, unit));
  return out;
}

} // namespace crm::app
