// What git, ssh and curl said when something failed, and what it means. The one place that knows their words.
#pragma once

#include "store/git_program.hpp"
#include "store/transport.hpp"

#include <string>
#include <string_view>

namespace crm::store {

/// What a run that failed means. For a run that went well: None.
Trouble trouble_of(const GitRun& run);

/// `git push --porcelain` tells each ref's fate on standard output; without a line for it, as trouble_of().
Trouble trouble_of_push(const GitRun& run);

/// A push went to the branch of somebody's working files.
bool is_refused_as_checked_out(const GitRun& run);

/// The remote has no branch of that name: an exit status alone does not tell that from a failure.
bool lacks_branch(const GitRun& run);
/// It was a bundle of only what came after commits that are not here.
bool lacks_beginning(const GitRun& run);

/// What a run that ended with such a trouble comes to.
Contact contact_of(const GitRun& run, Trouble trouble);

/// What people should read of it: progress, advice and repetitions left out; printable; no passwords.
std::string said_by(const GitRun& run);

} // namespace crm::store
