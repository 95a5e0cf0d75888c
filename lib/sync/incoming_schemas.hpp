// The schemas that came: they are what the records that came mean; ours may be older.
#pragma once

#include "core/problem.hpp"
#include "core/schema.hpp"
#include "store/repository.hpp"
#include "sync/read_files.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm::sync {

inline constexpr std::string_view schema_folder = "schemas", extension = ".yaml";

/// Of the name of a record's or schema's file; "" for any other.
std::string_view stem(std::string_view name);

/// Each is read when it is first asked for, if it is no larger than `most_bytes`.
class TheirSchemas {
 public:
  /// Keeps references to both.
  TheirSchemas(const store::Repository& repository, const store::Oid& theirs, std::size_t most_bytes,
               ReadFiles& files);

  std::size_t count() const { return m_files.size(); }
  const std::vector<core::Problem>& problems(std::string_view type);
  const core::Schema* by_folder(std::string_view folder);
  /// Types that want the folder of another one, each with that one.
  std::vector<std::pair<std::string, std::string>> doubles();

 private:
  struct File {
    store::Oid blob;
    bool is_read = false;
    const core::Schema* schema = nullptr;
    std::vector<core::Problem> problems;
  };
  const File* read(std::string_view type);
  const core::Schema* schema_of(std::string_view type);

  const store::Repository& m_repository;
  ReadFiles& m_read;
  std::map<std::string, File, std::less<>> m_files; ///< by type
};

} // namespace crm::sync
