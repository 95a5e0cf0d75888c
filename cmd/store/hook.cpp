#include "app/staged.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"

namespace crm::cmd {

void add_hook(CLI::App& root, Context& context) {
  auto name = std::make_shared<std::string>();
  auto* command = root.add_subcommand("hook", "called by git in a store");
  command->group("");
  command->add_option("name", *name)->required();
  command->callback([&context, name] {
    if (*name != "pre-commit")
      throw base::Error(base::Kind::Usage, "no hook \"" + base::printable(*name) + "\"");
    const auto problems = app::check_staged(context.workspace());
    if (problems.empty()) return;
    std::vector<std::string> lines;
    for (const auto& problem : problems)
      lines.push_back(core::to_text(problem));
    throw base::Error(
        base::Kind::InvalidData, "this commit would harm the store:\n  " + base::join(lines, "\n  "),
        "`crm commit` takes edits by hand in as they should be; `git reset` forgets what is staged");
  });
}

} // namespace crm::cmd
