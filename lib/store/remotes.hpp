// Refs and locks of remotes, for transport's own files.
#pragma once

#include "store/files.hpp"
#include "store/git_handles.hpp"
#include "store/repository.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace crm::store {

/// refs/crm/remotes/NAME/BRANCH.
std::string seen_ref(const std::string& remote, const std::string& branch);
/// refs/crm/incoming/NAME: what was fetched and is not looked at yet.
std::string incoming_ref(const std::string& remote);

/// A handle of our own on an open repository.
git::RepositoryHandle open_again(const Repository& repository);

/// Of a ref of ours about a remote; "" when there is none. One that cannot be read is removed.
Oid ref_target(git_repository* repository, const std::string& name);
/// Compare and swap; "" for `before`: whatever is there. Throws Error(Busy) when another process was first.
void move_ref(git_repository* repository, const std::string& name, const Oid& to, const Oid& before);
void remove_ref(git_repository* repository, const std::string& name);
/// Full names, by a pattern like "refs/crm/remotes/office/*".
std::vector<std::string> refs_like(git_repository* repository, const std::string& glob);
bool is_commit(git_repository* repository, const Oid& id);
bool is_ancestor(git_repository* repository, const Oid& ancestor, const Oid& commit);

/// One process at a time talks with a remote: `crm sync --watch` may run beside a `crm sync`. Throws
/// Error(Busy) after `patience`.
Descriptor lock_remote(const Repository& repository, const std::string& remote,
                       std::chrono::seconds patience);

} // namespace crm::store
