// An open store: settings, schemas, repository and index together. One for each command.
#pragma once

#include "app/project.hpp"
#include "app/schema_set.hpp"
#include "app/settings.hpp"
#include "base/env.hpp"
#include "core/record.hpp"
#include "core/when.hpp"
#include "index/index.hpp"
#include "store/repository.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace crm::app {

/// Told of long work: how many of how many. The total is 0 when it is not known.
using ProgressSink = std::function<void(std::string_view what, std::size_t done, std::size_t total)>;

struct SeriesRead; // see app/occurrences

struct Found {
  core::Record record;
  std::string path;
  std::string name; ///< display name
  bool deleted = false;
  std::string key; ///< its handle, or ""
};

class Workspace {
 public:
  /// The store at `folder`, else at CRM_STORE, else around the current folder. Throws Error(NotFound).
  static Workspace open(base::Environment& env, const std::optional<std::string>& folder,
                        ProgressSink progress = {});
  Workspace(Workspace&&) noexcept;
  ~Workspace();

  base::Environment& env() const { return *m_env; }
  store::Repository& repository() const { return *m_repository; }
  const Settings& settings() const { return m_settings; }
  const SchemaSet& schemas() const { return *m_schemas; }
  const std::string& member() const { return m_member; } ///< who writes here
  const std::string& device() const { return m_device; } ///< this clone's name
  void rename_device(const std::string& name);

  /// The tree that this command works on: HEAD's when it was first asked for, or as the command's own commits
  /// moved it.
  const store::Oid& tree() const;

  core::WhenContext when_context() const;
  core::Instant now() const;

  /// Runs `ask` against an index that stands at the tree, bringing it forward first: all questions of a
  /// command see one state of it. A damaged index is rebuilt once, and all of `ask` is done again. That is
  /// for the outermost of questions within each other: the others are still reading the damaged one.
  template <typename Ask>
  auto with_index(Ask&& ask) -> decltype(ask(std::declval<index::Index&>())) {
    const Asking asking(m_questions);
    bring_forward();
    if (m_questions > 1) return ask(*m_index);
    try {
      return ask(*m_index);
    } catch (const index::Stale&) {
      m_indexed.clear();
      bring_forward();
      return ask(*m_index);
    }
  }

  /// To be called before waiting for a person or for news: what is held of the index is let go, so that
  /// others can clear its log away.
  void rest() {
    if (m_index) m_index->rollback();
  }

  /// A file as a batch has just left it; the record for who has it at hand, else null.
  struct Put {
    std::string path;
    store::Oid blob; ///< "" where it was removed
    const core::Record* record = nullptr;
  };
  /// All that lies between two trees, by path.
  struct Batched {
    store::Oid before, after;
    std::vector<Put> files;
  };
  /// Brings the index to HEAD now; what the batch that led there has at hand is neither looked for nor read
  /// again.
  void bring_forward(const Batched& batch);

  /// The record as HEAD has it, validated. Throws Error(InvalidData) with every problem.
  core::Record load(const std::string& type, const std::string& path) const;
  Found found(const index::Row& row);
  std::string record_path(std::string_view type, std::string_view id) const;
  struct Home {
    const core::Schema* schema;
    std::string path; ///< as it is now
  };
  /// Of a record's path in any commit: its type may have had another folder then. Nothing for what is no
  /// record here.
  std::optional<Home> home_of(const std::string& path);

  /// HEAD has moved: forget what was read from it, keep the index in step.
  void moved();
  /// The newest batch that this command has committed, "" before: what fails later must not hide it.
  const std::string& committed() const { return m_committed; }
  void committed(std::string batch) { m_committed = std::move(batch); }
  /// So many of so many are done: for a bar on a terminal when it takes long.
  void progress(std::string_view what, std::size_t done, std::size_t total) const {
    if (m_progress) m_progress(what, done, total);
  }
  /// Sentences for people, collected on the way (a schema's broken working copy, say).
  std::vector<std::string> take_warnings();
  void warn(std::string sentence) { m_warnings.push_back(std::move(sentence)); }

  ProjectContext project_context();
  /// The same with the services as they are now, and without any use of the index: for other threads.
  ProjectContext still_context();
  /// How many appointments something takes at once: 1 for a member, 0 for no limit. Asked once of each.
  int capacity(const Claim& claim);

  /// Of an occurrence that is no record, by its id: what it is of. Kept of all that this command has come
  /// across, as such an id is in no index.
  struct OccurrenceOf {
    std::string series; ///< id of the record with the rule
    core::LocalDate day;
  };
  void met_occurrence(const base::Id& id, OccurrenceOf of) {
    m_occurrences.insert_or_assign(id.str(), std::move(of));
  }
  const OccurrenceOf* occurrence_of(std::string_view id) const {
    const auto at = m_occurrences.find(id);
    return at == m_occurrences.end() ? nullptr : &at->second;
  }

  /// Series that were read already, by id; forgotten when HEAD moves. Null for what is none.
  std::map<std::string, std::shared_ptr<const SeriesRead>>& series_read() { return m_series; }

  /// Deletes the index file: it is made anew when it is next asked.
  void drop_index();

 private:
  class Asking {
   public:
    explicit Asking(int& questions) : m_questions(questions) { ++m_questions; }
    Asking(const Asking&) = delete;
    ~Asking() { --m_questions; }

   private:
    int& m_questions;
  };

  Workspace(base::Environment& env, store::Repository repository, ProgressSink progress);
  void bring_forward();
  void rebuild(const store::Oid& tree);
  /// False when the difference touches what every entry depends on.
  bool increment(const store::Oid& before, const store::Oid& after);
  void put_users(const std::string& service_id, const store::Oid& tree);
  bool put(const std::string& path, const store::Oid& blob);
  std::optional<index::Entry> entry_of(const std::string& path, const store::Oid& blob);
  const core::Record* at_hand(const std::string& path, const store::Oid& blob) const;
  /// Puts what changed of the types that can be merged. Ids that may lead elsewhere than before.
  std::set<std::string> put_merging(const std::vector<store::Difference>& differences,
                                    const store::Oid& tree);

  base::Environment* m_env;
  ProgressSink m_progress;
  std::unique_ptr<store::Repository> m_repository;
  std::unique_ptr<SchemaSet> m_schemas;
  std::unique_ptr<index::Index> m_index;
  Settings m_settings;
  store::Oid m_settings_blob;
  std::string m_member, m_device;
  mutable store::Oid m_tree;
  const Batched* m_batched = nullptr; ///< during bring_forward(batch)
  store::Oid m_indexed;               ///< the tree that the index was brought to by this command
  int m_questions = 0;                ///< that are being asked of the index, each within the one before
  std::map<std::pair<std::string, std::string>, int> m_capacities;
  std::map<std::string, OccurrenceOf, std::less<>> m_occurrences;
  std::map<std::string, std::shared_ptr<const SeriesRead>> m_series;
  std::string m_committed;
  std::vector<std::string> m_warnings;
};

/// The root of the store that `folder` is in, or nothing.
std::optional<std::string> find_store(const std::string& folder);
/// The root of the one at `folder`, else at CRM_STORE, else around the current folder. Throws
/// Error(NotFound).
std::string require_store(const base::Environment& env, const std::optional<std::string>& folder);

} // namespace crm::app
