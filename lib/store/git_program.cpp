#include "store/git_program.hpp"

#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace crm::store {

GitResult run_git(const std::string& root, std::vector<std::string> words, Errors errors) {
  words.insert(words.begin(), {"git", "-C", root});
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
    throw base::Error(base::Kind::Failure, "cannot make a pipe to git");
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("LC_ALL", "C", 1);
    ::dup2(pipe[1], STDOUT_FILENO);
    if (errors == Errors::Collect) ::dup2(pipe[1], STDERR_FILENO);
    ::execvp("git", arguments.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  GitResult out;
  std::array<char, 65536> buffer{};
  while (child > 0) {
    const ssize_t got = ::read(pipe[0], buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    out.output.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(pipe[0]);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) < 0) throw base::Error(base::Kind::Failure, "cannot run git");
  out.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (out.status == 127)
    throw base::Error(base::Kind::Failure, "the git program is not there",
                      "install it: the package is named git");
  return out;
}

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text)
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

} // namespace crm::store
