// How sync, its state and its clashes are told, to people and to scripts.
#pragma once

#include "app/sync.hpp"
#include "app/sync_state.hpp"
#include "cmd/context.hpp"

#include <string>
#include <vector>

namespace crm::cmd {

/// "the network cannot be reached" for "network", and so on.
std::string_view in_words(std::string_view outcome);

/// What came of each remote, on a line or several.
void print_outcomes(Context& context, const app::SyncReport& report, bool dry_run);

/// Sets "clashes" and "broken".
void set_rules(core::Map& document, const app::Rules& rules, app::Workspace& workspace);
/// Each with what can be done about it; nothing when there is none.
void print_rules(Context& context, const app::Rules& rules);

/// Sets "revoked", "remotes" and "devices".
void set_remotes(core::Map& document, app::Workspace& workspace, const std::vector<std::string>& names = {});
/// Each remote and each other device, on a line, and that this one was revoked; nothing when there is none.
void print_remotes(Context& context, const std::vector<std::string>& names = {});

/// Sets "proposals" and "key_requests": what others wait for.
void set_asked(core::Map& document, app::Workspace& workspace);
/// What others wait for a yes to, a line each: a policy that the acting member may agree to, and keys.
void print_asked(Context& context);

} // namespace crm::cmd
