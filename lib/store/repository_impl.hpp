// What an open repository holds. For this folder's .cpp files alone.
#pragma once

#include "store/files.hpp"
#include "store/git_handles.hpp"
#include "store/repository.hpp"
#include "store/standstill.hpp"

#include <string>

namespace crm::store {

struct Repository::Impl {
  git::RepositoryHandle repository;
  std::string root;        ///< absolute, without trailing "/"
  std::string git_dir;     ///< this work tree's: HEAD, index
  std::string common_dir;  ///< shared by all work trees: objects, refs
  std::string private_dir; ///< git_dir/crm
  WorkFiles files{""};
  std::string incoming; ///< where objects lie that are being received; "" when none are
  Signer signer;        ///< empty: batches are not signed

  git_repository* get() const { return repository.get(); }
  /// "" when there is no commit yet.
  Oid head_or_none() const;
  Oid head() const;
  /// "" when HEAD names a commit instead of a branch.
  std::string branch() const;
  std::optional<Standstill> standstill() const;
  /// Histories may end at commits that are named and not there.
  bool is_shallow() const;
};

Commit describe(const git_commit* commit);

} // namespace crm::store
