// What a history comes to without some of its commits. For this folder's .cpp files alone.
#pragma once

#include "sync/authority.hpp"
#include "sync/read_files.hpp"

#include <map>
#include <optional>
#include <string>

namespace crm::sync {

class Replay {
 public:
  struct Merge {
    enum class Is {
      Exact,    ///< to the letter what merging its parents makes, on any device
      SameTree, ///< its files are: a merge by hand
      Other
    };
    Is is = Is::Other;
    store::Oid expected; ///< the tree that merging comes to, without what was taken out
  };
  /// What merges come to where nothing was taken out, by their ids: functions of the commits.
  using Merges = std::map<store::Oid, Merge>;
  Replay(const store::Repository& repository, Authorities& authorities, Merges& merges, ReadFiles& files)
      : m_repository(repository), m_authorities(authorities), m_merges(merges), m_files(files) {}

  /// The tree of a commit without what was taken out before it; the commit's own where nothing was.
  const store::Oid& clean(const store::Commit& commit);
  store::Oid clean(const store::Oid& commit);
  bool is_clean(const store::Oid& commit) const { return !m_clean.contains(commit); }

  /// The batch counts: its changes are carried onto what its parent comes to. False when they cannot be, as
  /// they build on what was taken out.
  bool keep(const store::Commit& commit);
  /// The batch does not count: all stays as its parent left it.
  void leave_out(const store::Commit& commit);
  /// Both parents' clean trees merged; from here on that is the commit's clean tree. Throws
  /// Error(InvalidData) where they cannot be merged.
  Merge merge(const store::Commit& commit);
  /// Somebody has changed files in a merge, and may: its tree counts as it is. Both parents must be clean.
  void keep_as_it_is(const store::Commit& commit) { m_clean.erase(commit.id); }
  /// The commit's tree is what its parent comes to: it puts aside what was taken out, and is clean itself.
  bool settles(const store::Commit& commit);

 private:
  const Merge& as_they_are(const store::Commit& commit);
  void set(const store::Commit& commit, const store::Oid& tree);
  store::Oid standing_for(const store::Oid& commit);
  std::optional<std::vector<store::Change>> carried(const store::Commit& commit, const store::Oid& before,
                                                    const store::Oid& onto);
  const store::Repository& m_repository;
  Authorities& m_authorities;
  Merges& m_merges;
  ReadFiles& m_files;
  std::map<store::Oid, store::Oid> m_clean; ///< trees of commits that are not clean
};

} // namespace crm::sync
