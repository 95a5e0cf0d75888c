// How a command joins the tree. See cmd/README.md for the how-to.
#pragma once

#include "app/reach.hpp"
#include "cmd/context.hpp"
#include "core/schema.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace crm::cmd {

/// A subcommand that knows the shared options (--json, --store, …) of the root.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& examples = {});

/// A type's description as commands are described: "somebody who works here, and what they may do".
std::string summary(const core::Schema& schema);

/// The subcommand of that name, or nullptr.
CLI::App* find_command(const CLI::App& parent, const std::string& name);

/// --dry-run, for everything that writes.
void add_dry_run(CLI::App& command, app::Mode& mode);
/// --this, --future, --all: of a series.
void add_reach(CLI::App& command, app::Reach& reach);
/// --force WHY.
void add_force(CLI::App& command, std::string& reason);

template <typename T>
CLI::Option* complete(Context& context, CLI::Option* option, T what, std::string type = {}) {
  context.completions[option] = {what, std::move(type)};
  return option;
}

// One for each command; the files are named after them.
void add_init(CLI::App& root, Context& context);
void add_book(CLI::App& root, Context& context);
void add_contact(CLI::App& root, Context& context);
void add_note(CLI::App& root, Context& context);
void add_task(CLI::App& root, Context& context);
void add_deal(CLI::App& root, Context& context);
void add_member(CLI::App& root, Context& context);
void add_whoami(CLI::App& root, Context& context);
void add_as(CLI::App& root, Context& context);
void add_add(CLI::App& root, Context& context);
void add_list(CLI::App& root, Context& context);
void add_show(CLI::App& root, Context& context);
void add_edit(CLI::App& root, Context& context);
void add_set(CLI::App& root, Context& context);
void add_rm(CLI::App& root, Context& context);
void add_restore(CLI::App& root, Context& context);
void add_day(CLI::App& root, Context& context);
void add_week(CLI::App& root, Context& context);
void add_agenda(CLI::App& root, Context& context);
void add_free(CLI::App& root, Context& context);
void add_route(CLI::App& root, Context& context);
void add_search(CLI::App& root, Context& context);
void add_report(CLI::App& root, Context& context);
void add_export(CLI::App& root, Context& context);
void add_import(CLI::App& root, Context& context);
void add_status(CLI::App& root, Context& context);
void add_undo(CLI::App& root, Context& context);
void add_rollback(CLI::App& root, Context& context);
void add_audit(CLI::App& root, Context& context);
void add_policy(CLI::App& root, Context& context);
void add_hub(CLI::App& root, Context& context);
void add_attachment(CLI::App& root, Context& context);
void add_doctor(CLI::App& root, Context& context);
void add_sync(CLI::App& root, Context& context);
void add_remote(CLI::App& root, Context& context);
void add_join(CLI::App& root, Context& context);
void add_checkpoint(CLI::App& root, Context& context);
void add_conflicts(CLI::App& root, Context& context);
void add_resolve(CLI::App& root, Context& context);
void add_merge_file(CLI::App& root, Context& context);
void add_commit(CLI::App& root, Context& context);
void add_git(CLI::App& root, Context& context);
void add_types(CLI::App& root, Context& context);
void add_help(CLI::App& root, Context& context);
void add_hook(CLI::App& root, Context& context);

/// `crm complete -- WORDS…`: what could stand in the place of the last word, one a line,
/// "candidate<TAB>description".
std::string candidates(Context& context, std::vector<std::string> words);

/// Any record type by its schema alone: list, new, show, edit, set, rm, restore, and the verbs of its states.
void add_noun(CLI::App& root, Context& context, const std::string& type);
/// The verbs that all nouns share, for a noun that has more of its own; `without` names those it replaces.
void add_noun_verbs(CLI::App& noun, Context& context, const std::string& type,
                    const std::vector<std::string>& without = {});
/// `dupes` and `merge`, of a type whose records may be the same.
void add_dupes(CLI::App& noun, Context& context, const std::string& type);
void add_merge(CLI::App& noun, Context& context, const std::string& type);

} // namespace crm::cmd
