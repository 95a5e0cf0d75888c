// A folder of files that other programs write too: what is in it is looked at with suspicion, and what is
// written is there whole or not at all.
#pragma once

#include "store/files.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace crm::store {

class FlatFolder {
 public:
  enum class Missing { Refuse, Make };
  /// Throws Error(NotFound) when it is not there and not made, Error(Usage) when it is no folder.
  FlatFolder(const std::string& path, Missing missing);

  const std::string& path() const { return m_path; } ///< absolute, links resolved

  /// Names that end in `suffix`, sorted; hidden ones and those that are being written are left out. Throws
  /// Error(InvalidData) when there are more than `most`.
  std::vector<std::string> names(std::string_view suffix, std::size_t most) const;
  /// No link is followed.
  Seen look(const std::string& name) const {
    return look_at(m_folder.get(), name.c_str(), largest_other_file);
  }

  /// Written beside it, synced and renamed. Who may read a file that was there may read the new one. Throw
  /// Error(Failure).
  void write(const std::string& name, std::string_view content) const;
  void remove(const std::string& name) const;

 private:
  void set_mode(int file, const std::string& name) const;

  std::string m_path;
  Descriptor m_folder;
};

} // namespace crm::store
