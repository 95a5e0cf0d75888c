// Commits' own changes taken back in a batch, field by field, and what later writes changed left alone.
#pragma once

#include "app/batch.hpp"
#include "core/reversal.hpp"

#include <map>
#include <string>
#include <vector>

namespace crm::app {

/// What to do with fields that later writes have changed.
enum class Later { Refuse, Keep, Overwrite };

class Revert {
 public:
  Revert(Batch& batch, Later later) : m_batch(batch), m_later(later) {}

  /// Each commit after those that followed it: the newest first. A field goes back to what it was before the
  /// oldest of them, as long as no other write came between or after; what was written beside it stays.
  void take_back(const store::Commit& commit);
  /// Writes into the batch. What was left alone, in sentences.
  std::vector<std::string> apply();

 private:
  struct Target {
    core::Record now; ///< as it stands
    const core::Schema* schema = nullptr;
    std::optional<core::Reversal> reversal;
    bool unmade = false; ///< it was made by what is taken back
    std::vector<std::string> kept;
  };

  Target& target(const core::Record& record, const std::string& path, const core::Schema& schema);
  std::vector<core::Record> history(const std::string& path, const core::Schema& schema) const;
  void record(const store::Difference& difference, const core::Schema& schema);
  void creation(Target& target, const core::Record& after);
  void file(const store::Difference& difference);
  std::optional<core::Record> parse(const store::Oid& blob, const std::string& path,
                                    const core::Schema& schema) const;

  Batch& m_batch;
  Later m_later;
  std::map<std::string, Target> m_records;   ///< by path
  std::map<std::string, store::Oid> m_files; ///< by path: the blob as it shall be, "" for none
  std::vector<std::string> m_kept;
};

} // namespace crm::app
