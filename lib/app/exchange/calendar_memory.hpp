// What a calendar folder held when it and the book last agreed, on this device: the base of its next merge.
#pragma once

#include "app/workspace.hpp"

#include <map>
#include <optional>
#include <string>

namespace crm::app {

class CalendarMemory {
 public:
  struct Entry {
    std::string id;     ///< of the appointment or series
    std::string ours;   ///< digest of the file as the book would have written it
    std::string theirs; ///< digest of the file as it was
  };

  /// `folder` is its absolute path, `member` whose calendar it is.
  CalendarMemory(const store::Repository& repository, const std::string& folder, const std::string& member);

  /// By the file's name.
  const std::map<std::string, Entry>& entries() const { return m_entries; }
  /// The file as it was; nothing when that is lost.
  std::optional<std::string> base(const std::string& name) const;
  void agree(const std::string& name, const std::string& id, const std::string& ours,
             const std::string& theirs);
  void forget(const std::string& name);
  /// Nothing that was told before is remembered without it. Losing it loses no appointment: the next sync
  /// takes the folder's files for changes of what is here.
  void save() const;

 private:
  std::string base_file(const std::string& name) const;
  std::string m_folder; ///< ours
  std::map<std::string, Entry> m_entries;
};

std::string calendar_digest(std::string_view text);

} // namespace crm::app
