#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/render/output_file.hpp"
#include "store/paths.hpp"
#include "store/small_file.hpp"
#include "sync/merge.hpp"

namespace crm::cmd {
namespace {

std::string text_of(const std::string& file) {
  auto text = store::read_small_file(file);
  if (!text)
    throw base::Error(base::Kind::Failure, "cannot read " + base::printable(file),
                      "git calls this command with the files that it merges");
  return std::move(*text);
}

} // namespace

void add_merge_file(CLI::App& root, Context& context) {
  struct Options {
    std::string base, ours, theirs, path;
  };
  auto options = std::make_shared<Options>();
  auto* command = add_command(root, "merge-file", "join two versions of a record, for git merge and git pull",
                              "Each store has it as its merge driver: `crm merge-file %O %A %B %P`.");
  command->add_option("base", options->base, "the common ancestor, which is not needed")
      ->required()
      ->type_name("BASE");
  command->add_option("ours", options->ours, "our version; the result is written there")
      ->required()
      ->type_name("OURS");
  command->add_option("theirs", options->theirs, "their version")->required()->type_name("THEIRS");
  command->add_option("path", options->path, "the record's path in the store")->required()->type_name("PATH");
  command->group(""); // for git
  command->callback([&context, options] {
    const auto parts = store::parse_record_path(options->path);
    const core::Schema* schema = parts ? context.workspace().schemas().by_folder(parts->folder) : nullptr;
    if (schema == nullptr)
      throw base::Error(base::Kind::InvalidData, base::printable(options->path) + " is no record",
                        "merge it by hand, or take one of both");
    write_file_atomically(options->ours, sync::merge_texts(text_of(options->ours), text_of(options->theirs),
                                                           options->path, *schema));
  });
}

} // namespace crm::cmd
