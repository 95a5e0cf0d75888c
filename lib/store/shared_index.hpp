// The part of a split index that many batches share. It is never changed, only replaced by another one.
#pragma once

#include "store/git_index_file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::store {

class SharedIndex {
 public:
  /// Throws Unreadable when it is missing or damaged.
  SharedIndex(const std::string& git_dir, const std::string& name);
  std::uint32_t count() const { return m_count; }
  /// The position of a path. Bisects over every 256th entry, whose offsets are kept in a file beside, so that
  /// 50 MB need not be read.
  std::optional<std::uint32_t> find(std::string_view path) const;
  /// Of a position below count().
  std::string path_at(std::uint32_t position) const;
  /// In path order.
  void each(const std::function<void(std::uint32_t position, IndexEntry)>& visit) const;

  /// Writes one with these entries; its name. No fsync: HEAD can make it again.
  static std::string make(const std::string& git_dir, std::vector<IndexEntry> entries);
  /// Says that it is in use: git removes one that was not for two weeks.
  static void touch(const std::string& git_dir, const std::string& name);
  static std::string path(const std::string& git_dir, const std::string& name) {
    return git_dir + "/sharedindex." + name;
  }

 private:
  static constexpr std::uint32_t every = 256;
  void load_offsets(const std::string& git_dir, const std::string& name);

  Mapped m_file;
  std::uint32_t m_count = 0;
  std::vector<std::uint32_t> m_offsets; ///< of entries 0, 256, 512, …
};

} // namespace crm::store
