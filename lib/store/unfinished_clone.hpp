// A clone that is being made. Whoever was killed over it has left a folder that nobody needs any more.
#pragma once

#include "store/files.hpp"

#include <string>

namespace crm::store {

class UnfinishedClone {
 public:
  /// Marks `folder`, which is empty or not there: store::clone() takes it as empty all the same. Throws
  /// Error(Failure) where it cannot.
  explicit UnfinishedClone(const std::string& folder);
  UnfinishedClone(const UnfinishedClone&) = delete;
  UnfinishedClone& operator=(const UnfinishedClone&) = delete;

  /// It is a store now.
  void finished();

  /// Whether `folder` is marked and holds nothing but what the clone has brought. Throws Error(Busy) while
  /// somebody is still at it.
  static bool is_left(const std::string& folder);
  /// Whether a mark is all that is there.
  static bool is_fresh(const std::string& folder);

 private:
  std::string m_file;
  Descriptor m_held; ///< locked for as long as it lives
};

} // namespace crm::store
