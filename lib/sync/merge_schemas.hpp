// The schemas as they are after a merge: records are joined by those, on every device alike.
#pragma once

#include "core/problem.hpp"
#include "core/schema.hpp"
#include "store/repository.hpp"
#include "sync/read_files.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::sync {

/// "schemas/deal.yaml".
bool is_schema_path(std::string_view path);

class MergedSchemas {
 public:
  /// `changed` is what the merge makes of files at `base` (nothing: removed). Keeps references to it and to
  /// `files`, whose schemas these are.
  MergedSchemas(const store::Repository& repository, store::Oid base,
                const std::map<std::string, std::optional<std::string>>& changed, ReadFiles& files);
  /// Of the type whose records live in `folder`; null when there is none.
  const core::Schema* of_folder(const std::string& folder);
  /// Of those that were asked for and cannot be read; and, where a schema changes, of types that want one
  /// folder: nobody would take in such a store. To be asked last.
  std::vector<core::Problem> take_problems();

 private:
  void check_folders();
  const core::Schema* at(const std::string& path);
  std::vector<std::string> paths() const;
  const store::Repository& m_repository;
  store::Oid m_base;
  const std::map<std::string, std::optional<std::string>>& m_changed;
  ReadFiles& m_files;
  std::map<std::string, const core::Schema*> m_by_path;
  std::map<std::string, const core::Schema*> m_by_folder;
  std::vector<core::Problem> m_problems;
};

} // namespace crm::sync
