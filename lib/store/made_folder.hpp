// A folder that a store is copied into: where that fails, nothing is left of it.
#pragma once

#include <filesystem>
#include <vector>

namespace crm::store {

/// Takes away what was made since in the folder, which is absolute, and of those above it the ones that were
/// not there either and are empty; not when it is kept.
class MadeFolder {
 public:
  /// Throws Error(Failure) where it cannot be looked at.
  explicit MadeFolder(std::filesystem::path folder);
  MadeFolder(const MadeFolder&) = delete;
  MadeFolder& operator=(const MadeFolder&) = delete;
  ~MadeFolder();
  void keep() { m_kept = true; }

 private:
  std::filesystem::path m_folder;
  std::vector<std::filesystem::path> m_above; ///< that were not there, the deepest first
  bool m_was_there, m_kept = false;
};

} // namespace crm::store
