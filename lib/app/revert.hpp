// Commits' own changes taken back in a batch, field by field, and what later writes changed left alone.
#pragma once

#include "app/batch.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace crm::app {

/// What to do with fields that later writes have changed.
enum class Later { Refuse, Keep, Overwrite };

class Revert {
 public:
  Revert(Batch& batch, Later later) : m_batch(batch), m_later(later) {}

  /// Each commit after those that followed it: the newest first. A field goes back to what it was before the
  /// oldest of them, as long as no other write came between or after.
  void take_back(const store::Commit& commit);
  /// Writes into the batch. What was left alone, in sentences.
  std::vector<std::string> apply();

 private:
  /// How far back a unit has been followed.
  struct Traced {
    core::Stamp stamp;
    bool blocked = false;
  };
  struct Target {
    core::Record now;    ///< as it stands
    core::Record wanted; ///< the fields as they shall be
    const core::Schema* schema = nullptr;
    std::map<std::string, Traced> units;
    bool deleted = false;      ///< as it shall be
    bool unmade = false;       ///< it was made by what is taken back
    bool was_computed = false; ///< an occurrence that was no record before what is taken back
    std::vector<std::string> kept;
  };

  Target& target(const core::Record& record, const std::string& path, const core::Schema& schema);
  void record(const store::Difference& difference, const core::Schema& schema);
  bool is_removed(const core::Record& record, const std::string& path) const;
  std::vector<std::string> family_of(const core::Record& occurrence) const;
  std::optional<core::Record> computed_before(const core::Record& after, const core::Schema& schema);
  void follow_series();
  void change(Target& target, const core::Record& before, const core::Record& after);
  void fields(Target& target, const core::Record& before, const core::Record& after);
  bool stays(Target& target, const core::Record& back) const;
  void mark(Target& target, const core::Record& before, const core::Record& after);
  void creation(Target& target, const core::Record& after);
  void file(const store::Difference& difference);
  bool follow(Target& target, const std::string& unit, const core::Record& before, const core::Record& after,
              const std::string& otherwise, bool beaten_others = false);
  void look_at_joins();
  std::optional<core::Record> lost_beside(const core::Schema& schema, const std::string& unit,
                                          const core::Record& before, const core::Record& after);
  void policy_stays(const store::Difference& difference);
  std::string title(const core::Record& record) const;
  std::optional<core::Record> parse(const store::Oid& blob, const std::string& path,
                                    const core::Schema& schema) const;

  Batch& m_batch;
  Later m_later;
  std::map<std::string, Target> m_records;   ///< by path
  std::map<std::string, store::Oid> m_files; ///< by path: the blob as it shall be, "" for none
  std::vector<std::string> m_kept;
  store::Oid m_taken_back;                             ///< the commit that is being taken back
  store::Oid m_before;                                 ///< the tree before it
  std::string m_folder;                                ///< of the record that is looked at, at that time
  store::Oid m_joins_since;                            ///< the merges after that one are in m_sides
  std::map<std::string, std::set<store::Oid>> m_sides; ///< by path: what merges since then have joined
};

} // namespace crm::app
