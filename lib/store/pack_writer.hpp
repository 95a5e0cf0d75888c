// Very many new objects as one pack (gitformat-pack(5)), where a file for each would cost more than all the
// rest.
#pragma once

#include "store/git_handles.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

namespace crm::store {

class PackWriter {
 public:
  PackWriter(git_repository* repository, const std::string& common_dir);
  ~PackWriter();
  PackWriter(const PackWriter&) = delete;
  PackWriter& operator=(const PackWriter&) = delete;

  git_oid blob(std::string_view content) { return add(content, GIT_OBJECT_BLOB); }
  git_oid tree(std::string_view bytes) { return add(bytes, GIT_OBJECT_TREE); }
  /// Writes the pack and its index; from then on its objects are found, and before that, or when this throws,
  /// none of them is there. Whether it is on the disk then goes by libgit2's option, as for any object.
  void finish();

 private:
  git_oid add(std::string_view bytes, git_object_t kind);

  struct Deflater;
  git::OdbHandle m_odb;
  std::string m_folder; ///< of packs
  std::unique_ptr<Deflater> m_deflater;
  std::unordered_set<std::string> m_held; ///< ids: a pack has each object once
  std::string m_pack;                     ///< as it will stand there, but for how many objects it has
};

} // namespace crm::store
