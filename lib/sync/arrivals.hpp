// When others' batches came to this device: a line for each sync that brought something, kept for ever in the
// private folder.
#pragma once

#include "core/stamp.hpp"
#include "store/repository.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace crm::sync {

struct Arrival {
  core::StampTime at{}; ///< by this device's clock
  store::Oid head;      ///< this device's, afterwards
};

/// Appends durably enough for a log, as the journal does.
void record_arrival(const store::Repository& repository, const Arrival& arrival);
/// Oldest first, each head once. Attempts in the journal count too: what came by `git pull` was here at the
/// latest with the next one.
std::vector<Arrival> arrivals(const store::Repository& repository);

/// Says of each commit with which arrival it was first here.
class ArrivalTrace {
 public:
  explicit ArrivalTrace(const store::Repository& repository);
  /// Of every commit, children before their parents: nothing when it came before all that is known, or after
  /// it (by hand).
  std::optional<core::StampTime> visit(const store::Commit& commit);

 private:
  std::vector<Arrival> m_arrivals;
  std::map<store::Oid, std::size_t> m_first; ///< by commit: the first arrival that is known to hold it
};

} // namespace crm::sync
