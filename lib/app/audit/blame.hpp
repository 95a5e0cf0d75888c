// Who wrote each field of a record, where and when, and what merges had to do with it.
#pragma once

#include "app/audit/log.hpp"
#include "core/merge.hpp"
#include "core/record.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

struct BlamedField {
  std::string field;
  core::Value value;
  std::string member, device;
  core::StampTime written{};
  /// The batch that wrote it; its ids are "" when the history does not hold it (a shallow clone).
  std::string batch;
  store::Oid commit;
  std::string operation;
  /// The newest merge that settled this field after it was written, if one did, and by which rule.
  std::optional<core::Decision> merged;
  store::Oid merge;
};

struct Blame {
  core::Record record;
  std::string path, name;
  std::vector<BlamedField> fields; ///< those with a value, and those that were emptied; in schema order
};
/// `record` is its path. Throws as Workspace::load().
Blame audit_blame(Workspace& workspace, const std::string& type, const std::string& path);

} // namespace crm::app
