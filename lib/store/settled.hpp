// How far working files and git's index are known to follow the commits, and what lies beyond.
#pragma once

#include "store/repository_impl.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace crm::store {

/// "" when it is not known.
Oid read_settled(const std::string& private_dir);
/// Throws Error(Failure).
void write_settled(const std::string& private_dir, const Oid& commit);

/// For each path that commits made by crm touched since: the blobs it had before them ("" for no file). A
/// working file of such a content is not a hand edit, it is late.
using Pending = std::map<std::string, std::set<Oid>, std::less<>>;

/// Empty when nothing is pending, and when HEAD was moved by hand (git brought the files along itself).
Pending pending_commits(const Repository::Impl& repository, const Oid& settled, const Oid& head);

/// Written before the branch moves by a merge or a fast-forward, whose commits need not be crm's own and may
/// be many: from which commit ("" for none) to which. Without it, working files that a kill left behind would
/// look like hand edits. Durable; throws Error(Failure).
void note_move(const std::string& private_dir, const Oid& from, const Oid& to);
/// Once the working files have followed.
void forget_moves(const std::string& private_dir) noexcept;

/// The same from what is recorded as settled, and as moved since.
Pending unsettled(const Repository::Impl& repository, const Oid& head);

/// What is unsettled, looked for when a file that is not as HEAD has it is asked for: most are as it has
/// them, and then commits need not be read. `repository` must outlive it. Not thread-safe.
class LateFiles {
 public:
  LateFiles(const Repository::Impl& repository, Oid head)
      : m_repository(repository), m_head(std::move(head)) {}

  /// Throws Error(Failure) when the history cannot be read.
  bool contain(std::string_view path, const Oid& blob);

 private:
  const Repository::Impl& m_repository;
  Oid m_head;
  std::optional<Pending> m_pending;
};

} // namespace crm::store
