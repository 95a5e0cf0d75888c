#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/render/output_file.hpp"
#include "core/record.hpp"
#include "store/paths.hpp"
#include "store/small_file.hpp"
#include "sync/merge.hpp"
#include "sync/merge_by_hand.hpp"

#include <algorithm>

namespace crm::cmd {
namespace {

std::string text_of(const std::string& file) {
  auto text = store::read_small_file(file, core::largest_record);
  if (!text)
    throw base::Error(base::Kind::Failure, "cannot read " + base::printable(file),
                      "git calls this command with the files that it merges");
  return std::move(*text);
}

struct Options {
  std::string base, ours, theirs, path;
};

[[noreturn]] void not_ours(const std::string& path) {
  throw base::Error(base::Kind::InvalidData,
                    base::printable(path) + " is no record, and git does not say what is merged with what",
                    "merge it by hand, or take one of both");
}

/// What HEAD is merged with: `git merge` names each head of a merge in a variable, GITHEAD_ID=NAME.
std::optional<store::Oid> other_head(Context& context) {
  constexpr std::string_view prefix = "GITHEAD_";
  const auto names = context.env().variables(prefix);
  if (names.size() != 1) return std::nullopt;
  auto id = names.front().substr(prefix.size());
  return context.workspace().repository().has_commit(id) ? std::optional(std::move(id)) : std::nullopt;
}

/// False when git is about something else: it merges two of several ancestors, or brings back after the merge
/// what it had stashed.
bool is_of_heads(const store::Repository& repository, const store::Oid& theirs, const Options& options) {
  return repository.read(repository.head(), options.path) == text_of(options.ours) &&
         repository.read(theirs, options.path) == text_of(options.theirs);
}

/// What a merge of both heads makes of the file; nothing when it removes it.
std::optional<std::string> merged_by_heads(const store::Repository& repository, const store::Oid& theirs,
                                           const Options& options) {
  const auto plan = sync::plan_merge(repository, repository.head(), theirs);
  const auto change = std::find_if(plan.changes.begin(), plan.changes.end(),
                                   [&](const store::Change& each) { return each.path == options.path; });
  return change != plan.changes.end() ? change->content : text_of(options.ours);
}

/// Of an edit by hand without stamps; git keeps what it has stashed while a driver says that it failed.
[[noreturn]] void fail_unstamped(const std::string& path) {
  throw base::Error(base::Kind::Failure,
                    base::printable(path) +
                        " was edited by hand without a stamp, and changed elsewhere at the "
                        "same lines: both are in the file, between git's marks",
                    "leave there what is right, without the marks, and run `crm commit`");
}

void run_merge_file(Context& context, const Options& options) {
  const auto& repository = context.workspace().repository();
  const auto theirs = other_head(context);
  const auto parts = store::parse_record_path(options.path);
  const core::Schema* schema = parts ? context.workspace().schemas().by_folder(parts->folder) : nullptr;
  if (!theirs && schema == nullptr) not_ours(options.path);
  const auto write = [&](const std::string& text) { write_file_atomically(options.ours, text); };
  const bool of_heads = theirs && is_of_heads(repository, *theirs, options);
  // Where a schema has changed, which of its versions is to merge by is a matter of both histories, too.
  if (of_heads && (schema == nullptr || repository.folder_id(repository.head(), "schemas") !=
                                            repository.folder_id(*theirs, "schemas")))
    if (const auto merged = merged_by_heads(repository, *theirs, options)) return write(*merged);
  const auto ours_text = text_of(options.ours), theirs_text = text_of(options.theirs);
  if (schema == nullptr) {
    write(sync::both_marked(ours_text, theirs_text));
    not_ours(options.path);
  }
  // What two heads have is committed, and merged as a sync merges it.
  const auto merged =
      of_heads ? std::nullopt
               : sync::merge_unstamped(text_of(options.base), ours_text, theirs_text, options.path, *schema);
  write(merged ? merged->text : sync::merge_texts(ours_text, theirs_text, options.path, *schema));
  if (merged && !merged->clean) fail_unstamped(options.path);
}

} // namespace

void add_merge_file(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(
      root, "merge-file", "join two versions of a file, for git merge and git pull",
      "Each store has it as its merge driver: `crm merge-file %O %A %B %P`.\n"
      "Of crm.yaml, schemas and the policy, which are merged as a whole, git has to say in GITHEAD_ID "
      "what is merged.");
  command->add_option("base", options->base, "the common ancestor, by which edits without a stamp are told")
      ->required()
      ->type_name("BASE");
  command->add_option("ours", options->ours, "our version; the result is written there")
      ->required()
      ->type_name("OURS");
  command->add_option("theirs", options->theirs, "their version")->required()->type_name("THEIRS");
  command->add_option("path", options->path, "its path in the store")->required()->type_name("PATH");
  command->group(""); // for git
  command->callback([&context, options] { run_merge_file(context, *options); });
}

} // namespace crm::cmd
