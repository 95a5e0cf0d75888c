// A file that is written from its beginning to its end, and says why when it cannot be.
#pragma once

#include "store/files.hpp"

#include <string>
#include <string_view>

namespace crm::store {

class PlainFile {
 public:
  /// What is there is emptied. These throw Error(Failure), with the system's reason.
  explicit PlainFile(std::string path);
  void write(std::string_view piece);
  /// All of it is in the file afterwards, though not durable.
  void finish();

 private:
  std::string m_path, m_waiting;
  Descriptor m_file;
};

} // namespace crm::store
