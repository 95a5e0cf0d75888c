// All of a store's history in one file that any git can read, with the same bytes for the same commit:
// however this clone happens to have packed it. Another git or zlib may compress otherwise.
#pragma once

#include "store/repository.hpp"

#include <chrono>
#include <string>

namespace crm::store {

/// A folder within the store's private one, gone with its object. What a killed process left there is cleared
/// after a day.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const Repository& repository);
  /// Below the system's folder for temporary files.
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::string& path() const { return m_path; }

 private:
  std::string m_path;
};

/// A v2 bundle is a few lines and a pack.
struct HistoryPack {
  std::string head;      ///< the lines
  std::string pack_file; ///< within the scratch folder
};
/// Everything that `commit` holds, as the branch of that name. Not for a shallow clone. Throws
/// Error(Failure).
HistoryPack pack_history(const Repository& repository, const Oid& commit, const std::string& branch,
                         const TemporaryFolder& scratch);

} // namespace crm::store
