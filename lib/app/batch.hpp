// All that one command changes: one batch, one commit. Holds the store's write lock from begin to end, so
// that what was checked is what is written.
#pragma once

#include "app/workspace.hpp"
#include "core/provenance.hpp"
#include "core/stamp.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crm::app {

struct LateEdit; ///< see app/late_edit

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

  /// Looks at every file for hand edits now, rather than at each record's when it is loaded: for a batch that
  /// loads very many.
  void sweep();
  /// The record as it is now, hand edits of its file taken in first; of an occurrence that is no record yet,
  /// what its series says of it. Throws Error(InvalidData) when the edits are invalid.
  core::Record load(const Found& found);
  /// What is written by this batch is later than that.
  void follows(core::StampTime time) { m_newest = std::max(m_newest, time); }
  /// One stamp for the whole batch: later than everything this device has seen. Load before the first call.
  const core::Stamp& stamp();

  /// Validates; throws Error(InvalidData). Returns the new record, with a fresh id when none is given.
  core::Record create(const core::Schema& schema, core::Map fields,
                      std::optional<base::Id> id = std::nullopt);
  /// A record with provenance of its own, from elsewhere: new here, or what it and ours have become together.
  /// `text`, when there is one, is its file. Its stamps may be of any device. Throws Error(InvalidData).
  void take(core::Record record, std::string text = {});
  /// Does nothing when no edit changes anything. `record` comes from `load`, and is updated.
  void change(core::Record& record, const std::vector<core::Edit>& edits);
  /// As `change`, against the arrow of the state machine: for undo only.
  void change_back(core::Record& record, const std::vector<core::Edit>& edits);
  /// As `change`, by a calendar elsewhere that has not seen what the record shows: a person decides between
  /// the two where the rule of the unit wants it.
  void change_beside(core::Record& record, const std::vector<core::Edit>& edits);
  /// As `change`, by somebody who had seen no more than `seen`, an earlier state: a person decides where
  /// others have written the same since, and the rest of what they wrote stays. With the text that it comes
  /// to.
  void change_late(core::Record& record, const core::Record& seen, const LateEdit& edit);
  /// Comments and order of `text`, which a person wrote, instead of the file's own; the values stay the
  /// record's.
  void use_text(const core::Record& record, std::string text);
  void remove(core::Record& record);
  void restore(core::Record& record);
  /// A file that is no record; nothing deletes it.
  void put_file(const std::string& path, std::optional<std::string> content);
  /// An edit by hand that has gone elsewhere: the file will be again as it is committed.
  void put_back(const std::string& path, const std::string& edit);
  /// The file of an attachment, unless the store has it: its bytes are written now, and belong to the store
  /// when the batch is committed.
  void put_attachment(const std::string& path, std::string_view bytes);
  void trailer(std::string name, std::string value) {
    m_trailers.emplace_back(std::move(name), std::move(value));
  }

  /// A batch that changes no file: its trailers are what it says.
  void commit_even_if_empty() { m_may_be_empty = true; }

  /// Throws Error(Denied) for what the policy does not let this member do, in a dry run too. The batch is
  /// empty afterwards.
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
    bool exact = false; ///< reading its new text gives the record, to the order of fields
  };
  enum class Arrow { Forward, Any };
  void note(const core::Record& before, const core::Record& record, std::vector<std::string> units,
            Arrow arrow);
  void write(core::Record& record, const std::vector<core::Edit>& edits, Arrow arrow);
  Pending& pending(const core::Record& record, Action action);
  void check(const core::Record& record, const core::Schema& schema, const std::string& path,
             const core::Record* before = nullptr) const;
  void check_unique_key(const core::Record& record, const core::Schema& schema);
  void add(Pending pending);
  void check_states(const core::Record& before, const core::Record& after, const core::Schema& schema) const;
  std::string text_of(Pending& pending);
  void follow(Workspace::Batched batch, const std::vector<const Written*>& records,
              const std::vector<store::Change>& changes);
  /// Throws Error(Denied).
  void require_permission() const;

  Workspace& m_workspace;
  std::string m_operation;
  Mode m_mode;
  store::Transaction m_transaction;
  std::optional<core::Stamp> m_stamp;
  core::StampTime m_newest{}, m_beside{}; ///< m_beside: of what was written beside what is shown
  std::vector<Pending> m_pending;
  std::unordered_map<std::string, std::size_t> m_by_path; ///< into m_pending
  std::optional<std::set<std::string>> m_dirty; ///< after sweep(): files with an edit that is not taken in
  std::unordered_map<std::string, std::string> m_keys; ///< "type key" to the id that has it in this batch
  std::vector<store::Change> m_files, m_put_back;
  std::vector<std::pair<std::string, std::string>> m_trailers;
  bool m_may_be_empty = false;
};

/// The newest stamp time that HEAD's history tells of.
core::StampTime newest_seen(const store::Repository& repository);

/// Author and trailers as every batch has them; `stamp` is the newest that it writes. `Crm-Offline-Since` is
/// there when the store has remotes and this device has reached none of them for `offline_after`: the moment
/// at which it last did.
inline constexpr std::chrono::minutes offline_after{10};
store::Signature signature(const Workspace& workspace, const core::Stamp& stamp);
std::vector<std::pair<std::string, std::string>> standard_trailers(const Workspace& workspace,
                                                                   const std::string& operation,
                                                                   const std::string& batch,
                                                                   const core::Stamp& stamp);
/// After each commit: its warnings are told, the store is seen as it is now, and git's list of signers
/// follows where members are among what was written.
void after_commit(Workspace& workspace, store::Transaction& transaction,
                  const std::vector<Written>& records = {});

/// Milliseconds to wait for the write lock.
std::chrono::milliseconds lock_wait(const base::Environment& env);

} // namespace crm::app
