// What an open repository holds. For this folder's .cpp files alone.
#pragma once

#include "store/files.hpp"
#include "store/git_handles.hpp"
#include "store/repository.hpp"
#include "store/standstill.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

namespace crm::store {

/// A commit's place in the history.
struct Descent {
  std::int64_t time = 0; ///< committed, in seconds since 1970
  std::vector<git_oid> parents;
};
struct HashOfId {
  std::size_t operator()(const git_oid& id) const {
    std::size_t out = 0;
    std::memcpy(&out, id.id, sizeof out); // it is a hash already
    return out;
  }
};
struct SameId {
  bool operator()(const git_oid& a, const git_oid& b) const { return git_oid_equal(&a, &b) != 0; }
};
/// Of commits that were read: several questions about one history read it once.
using Descents = std::unordered_map<git_oid, Descent, HashOfId, SameId>;

struct Repository::Impl {
  git::RepositoryHandle repository;
  std::string root;        ///< absolute, without trailing "/"
  std::string git_dir;     ///< this work tree's: HEAD, index
  std::string common_dir;  ///< shared by all work trees: objects, refs
  std::string private_dir; ///< git_dir/crm
  WorkFiles files{""};
  std::string incoming; ///< where objects lie that are being received; "" when none are
  Signer signer;        ///< empty: batches are not signed
  mutable Descents descents;

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
