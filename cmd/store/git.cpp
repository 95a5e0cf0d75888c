#include "base/error.hpp"
#include "cmd/command.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace crm::cmd {

void add_git(CLI::App& root, Context& context) {
  auto* command =
      add_command(root, "git", "any git command, in the store", "  crm git log --stat\n  crm git show HEAD");
  command->fallthrough(false); // git's options are git's
  command->prefix_command();
  command->callback([&context, command] {
    std::vector<std::string> words{"git", "-C", context.workspace().repository().root()};
    for (const auto& word : command->remaining())
      words.push_back(word);
    std::vector<char*> arguments;
    for (auto& word : words)
      arguments.push_back(word.data());
    arguments.push_back(nullptr);
    context.flush();
    ::execvp("git", arguments.data());
    throw base::Error(base::Kind::Failure, std::string("cannot run git: ") + std::strerror(errno),
                      "install it: the package is named git");
  });
}

} // namespace crm::cmd
