// What each of two histories did since they parted: for files without stamps, the newest change counts.
#pragma once

#include "core/stamp.hpp"
#include "store/repository.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace crm::sync {

/// When a commit changed a file: by crm's clock and device, or by hand.
struct Moment {
  core::StampTime time{};
  std::string who; ///< device; of a commit by hand its id
  store::Oid commit;
  friend auto operator<=>(const Moment&, const Moment&) = default;
};

/// A change that left a file where it was.
struct Standing {
  Moment moment;
  store::Oid blob;
};

class SideHistory {
 public:
  /// The commits that `from` has and `without` has not. They are looked for when something is first asked.
  SideHistory(const store::Repository& repository, store::Oid from, store::Oid without);
  /// It goes back to a first commit that the other side does not have.
  bool begins_elsewhere() const;
  /// Whether this side's batches wrote a record, by what they say: no file is read for it. Commits by git say
  /// nothing.
  bool wrote(const std::string& id) const;
  /// What each device's batches wrote on this side: "type id", as their trailers have it. One that became
  /// another here (core/renaming) is left out.
  const std::map<std::string, std::set<std::string>>& by_device() const;
  /// The newest change of a path; nothing when this side never touched it. Merges do not count: they choose
  /// among what others wrote, nor do commits with folders too deep to compare. The first call reads what each
  /// commit changed.
  std::optional<Moment> newest(const std::string& path) const;
  /// The newest change of a schema that did not delete it.
  std::optional<Standing> newest_standing(const std::string& schema_path) const;

 private:
  void walk() const;
  void load() const;
  const store::Repository& m_repository;
  store::Oid m_from, m_without;
  mutable bool m_walked = false, m_loaded = false;
  mutable std::vector<store::Commit> m_commits;
  mutable std::set<std::string, std::less<>> m_written; ///< ids of records
  mutable std::map<std::string, std::set<std::string>> m_by_device;
  mutable bool m_begins_elsewhere = false;
  mutable std::map<std::string, Moment, std::less<>> m_newest;
  mutable std::map<std::string, Standing, std::less<>> m_standing; ///< of schemas
};

} // namespace crm::sync
