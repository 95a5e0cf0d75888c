// Records and schemas as they were read: the merges of one history meet the same versions again and again.
#pragma once

#include "core/problem.hpp"
#include "core/schema.hpp"
#include "store/repository.hpp"
#include "sync/merge_texts.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace crm::sync {

/// Gives the same answers as reading anew. Not for several threads at once.
class ReadFiles {
 public:
  template <class T>
  using Read = std::variant<T, std::vector<core::Problem>>;

  /// As `codec::parse_schema` reads it. Valid as long as this object.
  const Read<core::Schema>& schema(const std::string& path, const std::string& text);

  /// As `read_version` does; the schema is one that `schema` gave.
  std::shared_ptr<const Read<Version>> record(const store::Repository& repository, const store::Oid& blob,
                                              const std::string& path, const core::Schema& schema);
  /// One that somebody has read and found sound.
  void keep(const store::Oid& blob, const std::string& path, const core::Schema& schema, Version version);

 private:
  static constexpr std::size_t most = 4 << 20; ///< bytes of texts; then all begins anew
  using Key = std::tuple<store::Oid, std::string, const core::Schema*>;
  std::shared_ptr<const Read<Version>> add(Key key, Read<Version> read, std::size_t size);

  std::map<std::string, Read<core::Schema>> m_schemas; ///< by the digest of path and text
  std::map<Key, std::shared_ptr<const Read<Version>>> m_records;
  std::size_t m_bytes = 0;
};

} // namespace crm::sync
