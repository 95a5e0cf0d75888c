// All that one command changes: one batch, one commit. Holds the store's write lock from begin to end, so
// that what was checked is what is written.
#pragma once

#include "app/workspace.hpp"
#include "core/provenance.hpp"
#include "core/stamp.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace crm::app {

enum class Action { Created, Changed, Deleted, Restored };
std::string_view to_text(Action action);

/// Write, or only say what would be written.
enum class Mode { Write, DryRun };

struct Written {
  core::Record record;
  std::string path;
  std::string name;
  Action action = Action::Changed;
  std::vector<std::string> units; ///< fields and groups that were written
};

/// What a batch did. `commit` is empty when nothing had to be written, and for a dry run.
struct Committed {
  std::string batch, commit, summary;
  Mode mode = Mode::Write;
  std::vector<Written> records;
  std::vector<std::string> files; ///< other files (schemas, crm.yaml)
};

class Batch {
 public:
  /// Takes the lock (waiting as CRM_LOCK_WAIT seconds, 10 by default, say), recovers, and takes hand edits in
  /// as a batch of their own: all of them in a small store, those of the records touched in a large one.
  /// `operation` is a short slug for the trailer ("book.new").
  Batch(Workspace& workspace, std::string operation, Mode mode = Mode::Write);
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  Workspace& workspace() { return m_workspace; }
  Mode mode() const { return m_mode; }

  /// The record as it is now, hand edits of its file taken in first. Throws Error(InvalidData) when they are
  /// invalid.
  /// Of an occurrence that is no record yet, what its series says of it.
  core::Record load(const Found& found);
  /// One stamp for the whole batch: later than everything this device has seen. Load before the first call.
  const core::Stamp& stamp();

  /// Validates; throws Error(InvalidData). Returns the new record.
  core::Record create(const core::Schema& schema, core::Map fields);
  /// A new record with an id and provenance of its own: an occurrence as its series has it, or what a series
  /// goes on as. Validates; replaces one that the batch holds already.
  void put(const core::Record& record);
  /// Does nothing when no edit changes anything. `record` comes from `load`, and is updated.
  void change(core::Record& record, const std::vector<core::Edit>& edits);
  /// As `change`, against the arrow of the state machine: for undo only.
  void change_back(core::Record& record, const std::vector<core::Edit>& edits);
  /// Comments and order of `text`, which a person wrote, instead of the file's own; the values stay the
  /// record's.
  void use_text(const core::Record& record, std::string text);
  void remove(core::Record& record);
  void restore(core::Record& record);
  /// A file that is no record; nothing deletes it.
  void put_file(const std::string& path, std::optional<std::string> content);
  void trailer(std::string name, std::string value) {
    m_trailers.emplace_back(std::move(name), std::move(value));
  }

  Committed commit(std::string summary);

 private:
  struct Pending {
    core::Record record;
    std::string path;
    std::string committed; ///< the file's text at HEAD, "" for a new record
    std::string old_text;  ///< what the edit starts from: that, or what a person left in the editor
    std::string name;
    Action action;
    std::vector<std::string> units;
  };
  enum class Arrow { Forward, Any };
  void write(core::Record& record, const std::vector<core::Edit>& edits, Arrow arrow);
  Pending& pending(const core::Record& record, Action action);
  void check(const core::Record& record, const core::Schema& schema, const std::string& path) const;
  void check_unique_key(const core::Record& record, const core::Schema& schema);
  void check_states(const core::Record& before, const core::Record& after, const core::Schema& schema) const;
  std::string text_of(const Pending& pending) const;

  Workspace& m_workspace;
  std::string m_operation;
  Mode m_mode;
  store::Transaction m_transaction;
  std::optional<core::Stamp> m_stamp;
  core::StampTime m_newest{};
  std::vector<Pending> m_pending;
  std::vector<store::Change> m_files;
  std::vector<std::pair<std::string, std::string>> m_trailers;
};

/// The newest stamp time that HEAD's history tells of.
core::StampTime newest_seen(const store::Repository& repository);

/// Author and trailers as every batch has them.
store::Signature signature(const Workspace& workspace, const core::Stamp& stamp);
std::vector<std::pair<std::string, std::string>>
standard_trailers(const std::string& operation, const std::string& batch, const core::Stamp& stamp);

/// Milliseconds to wait for the write lock.
std::chrono::milliseconds lock_wait(const base::Environment& env);

} // namespace crm::app
