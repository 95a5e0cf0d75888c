// A remote that is a folder, a stick or a share: nobody but us keeps house there.
#pragma once

#include <string>
#include <vector>

namespace crm::store {

/// Removes locks of these refs that a dead git has left, or the folder would refuse every push for ever. On a
/// disk of this machine that is told by no git being at work there. A share may have one elsewhere: there a
/// lock must be ten minutes old.
void clear_dead_locks(const std::string& folder, const std::vector<std::string>& refs);

/// Whether the folder holds nothing but what `git init --bare` has begun and, on a full disk or killed, could
/// not end. To git that is no repository, and made anew it becomes one.
bool is_half_made(const std::string& folder);
/// Removes what would keep git from making it anew.
void clear_half_made(const std::string& folder);

/// Whether the folder is a repository with working files of that branch, to which git pushes nothing: it
/// would change the branch under whoever works there. False, too, where that cannot be told.
bool is_checked_out(const std::string& folder, const std::string& branch);
/// The same in words, with what to do, once git or is_checked_out() has told so.
std::string checked_out_words(const std::string& place, const std::string& branch);

/// Lets git pack the folder's objects when there are as many loose ones as git itself thinks too many. Waits
/// for it: a stick may be pulled out as soon as we have answered. Never fails.
void pack_sometimes(const std::string& folder) noexcept;

} // namespace crm::store
