// Running git where it may wait for a network that is gone.
#include "store/git_program.hpp"

#include "store/files.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace crm::store {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds tick{200};
constexpr std::chrono::seconds time_to_tidy{
    2}; ///< between SIGTERM, at which git removes its temporary files, and SIGKILL
/// A remote that always says something may not keep us for ever.
constexpr int patience_in_all = 120;
constexpr std::chrono::hours shortest_in_all{1};
constexpr std::size_t kept = std::size_t{1} << 20;

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
std::atomic<pid_t> watched_session{0};
std::array<struct sigaction, signals.size()> former_actions{};

extern "C" void end_session_too(int number, siginfo_t* info, void* context) {
  const int saved = errno;
  if (const pid_t session = watched_session.load(); session > 0) ::kill(-session, SIGTERM);
  for (std::size_t i = 0; i < signals.size(); ++i) {
    if (signals[i] != number) continue;
    const auto& former = former_actions[i];
    if ((former.sa_flags & SA_SIGINFO) != 0) {
      former.sa_sigaction(number, info, context);
    } else if (former.sa_handler == SIG_DFL) {
      ::signal(number, SIG_DFL);
      ::raise(number); // comes when this handler returns
    } else if (former.sa_handler != SIG_IGN) {
      former.sa_handler(number);
    }
  }
  errno = saved;
}

/// git is not in the terminal's foreground group: what Ctrl-C tells us must be told to it.
class SignalsPassedOn {
 public:
  explicit SignalsPassedOn(pid_t session) {
    watched_session = session;
    struct sigaction action {};
    action.sa_sigaction = end_session_too;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < signals.size(); ++i)
      ::sigaction(signals[i], nullptr, &former_actions[i]);
    for (std::size_t i = 0; i < signals.size(); ++i)
      if (former_actions[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &action, nullptr);
  }
  SignalsPassedOn(const SignalsPassedOn&) = delete;
  SignalsPassedOn& operator=(const SignalsPassedOn&) = delete;
  ~SignalsPassedOn() {
    for (std::size_t i = 0; i < signals.size(); ++i)
      ::sigaction(signals[i], &former_actions[i], nullptr);
    watched_session = 0;
  }
};

/// Ended with all that it started, unless it has ended by itself.
class Child {
 public:
  explicit Child(pid_t id) : m_id(id) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (m_reaped) return;
    ::kill(-m_id, SIGKILL);
    wait(0);
  }
  void end(int signal) const { ::kill(-m_id, signal); }
  bool ended() { return m_reaped || wait(WNOHANG); }
  int status() const { return WIFEXITED(m_status) ? WEXITSTATUS(m_status) : 128 + WTERMSIG(m_status); }

 private:
  bool wait(int options) {
    pid_t got = -1;
    while ((got = ::waitpid(m_id, &m_status, options)) < 0 && errno == EINTR) {
    }
    if (got < 0) m_status = W_EXITCODE(1, 0); // somebody else has waited for it: not known to have gone well
    m_reaped = got != 0;
    return m_reaped;
  }
  pid_t m_id;
  int m_status = 0;
  bool m_reaped = false;
};

struct Pipe {
  Descriptor read, write;
  Pipe() : Pipe(make()) {}

 private:
  explicit Pipe(std::array<int, 2> ends) : read(ends[0]), write(ends[1]) {}
  static std::array<int, 2> make() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw base::Error(base::Kind::Failure, "cannot make a pipe to git");
    return ends;
  }
};

/// GIT_DIR and its like name another repository, GIT_CONFIG_PARAMETERS undoes what we set, GIT_TRACE talks.
bool goes_on(std::string_view variable) {
  constexpr std::array users{"GIT_SSH_COMMAND",   "GIT_SSH",           "GIT_SSH_VARIANT",    "GIT_EXEC_PATH",
                             "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"};
  const auto name = variable.substr(0, variable.find('='));
  if (name.starts_with("LC_") || name == "LANGUAGE") return false;
  if (!name.starts_with("GIT_")) return true;
  return name.starts_with("GIT_SSL_") || std::find(users.begin(), users.end(), name) != users.end();
}

std::vector<std::string> environment_of(const GitCall& call) {
  std::vector<std::string> out;
  const auto is_set = [&](std::string_view variable) {
    return std::any_of(call.environment.begin(), call.environment.end(), [&](const auto& each) {
      return variable.substr(0, variable.find('=')) == each.first;
    });
  };
  for (char** each = ::environ; *each != nullptr; ++each)
    if (goes_on(*each) && !is_set(*each)) out.emplace_back(*each);
  out.emplace_back("LC_ALL=C");
  for (const auto& [name, value] : call.environment) {
    std::string line = name;
    line += '=';
    line += value;
    out.push_back(std::move(line));
  }
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts)
    out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// Between fork and exec: nothing here may allocate.
[[noreturn]] void become_git(char* const* arguments, char** environment, int out, int err, pid_t parent,
                             std::uint64_t largest_file) {
  const rlimit bound{largest_file, largest_file};
  if (largest_file > 0 && ::setrlimit(RLIMIT_FSIZE, &bound) != 0) ::_exit(126);
  ::setsid(); // no terminal to ask on
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD})
    ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(out, STDOUT_FILENO) < 0 ||
      ::dup2(err, STDERR_FILENO) < 0)
    ::_exit(126);
  ::execvpe("git", arguments, environment);
  ::_exit(127);
}

void keep(std::string& text, std::string_view more) {
  text += more;
  if (text.size() > kept) text.erase(kept / 2, text.size() - kept);
}

/// One of git's two outputs.
struct Stream {
  Descriptor& from;
  std::string& into;
  /// False when it has ended.
  bool read() {
    std::array<char, 65536> buffer{};
    const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
    if (got > 0) keep(into, {buffer.data(), static_cast<std::size_t>(got)});
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) from = Descriptor(-1);
    return got > 0;
  }
};

class Watch {
 public:
  Watch(const GitCall& call, Child& child, GitRun& run, Descriptor& out, Descriptor& err)
      : m_patience(call.patience), m_child(child),
        m_run(run), m_streams{Stream{out, run.output}, {err, run.errors}}, m_last_sign(Clock::now()),
        m_end(m_last_sign + std::max<Clock::duration>(shortest_in_all, patience_in_all * call.patience)) {}

  void until_ended() {
    // What git started may outlive it and hold its pipes (ssh's ControlPersist): git's own end counts.
    while (!(quiet(tick) && m_child.ended()))
      if (const auto now = Clock::now(); now > m_end || now - m_last_sign > m_patience) return give_up();
    // Its last words may have come between the one and the other.
    while (!quiet(milliseconds{0}) && Clock::now() < m_end) {
    }
    m_run.status = m_child.status();
  }

 private:
  /// True when nothing more was to be read within `wait`.
  bool quiet(milliseconds wait) {
    std::array<pollfd, 2> polls{};
    nfds_t open = 0;
    for (const auto& stream : m_streams)
      if (stream.from) polls[open++] = {stream.from.get(), POLLIN, 0};
    if (open == 0) {
      if (!m_child.ended()) std::this_thread::sleep_for(milliseconds{1});
      return true;
    }
    const int ready = ::poll(polls.data(), open, static_cast<int>(wait.count()));
    if (ready == 0) return true;
    for (nfds_t i = 0; ready > 0 && i < open; ++i)
      for (auto& stream : m_streams)
        if (polls[i].revents != 0 && stream.from && stream.from.get() == polls[i].fd && stream.read())
          m_last_sign = Clock::now();
    return false;
  }

  void give_up() {
    m_run.end = GitRun::End::Stalled;
    m_child.end(SIGTERM);
    for (const auto end = Clock::now() + time_to_tidy; Clock::now() < end && !m_child.ended();)
      std::this_thread::sleep_for(milliseconds{5});
    m_child.end(SIGKILL); // what ignored the first
  }

  std::chrono::seconds m_patience;
  Child& m_child;
  GitRun& m_run;
  std::array<Stream, 2> m_streams;
  Clock::time_point m_last_sign, m_end;
};

} // namespace

GitRun run_git_watched(const GitCall& call) {
  std::vector<std::string> words{"git", "-C", call.root}, variables = environment_of(call);
  words.insert(words.end(), call.words.begin(), call.words.end());
  const auto arguments = pointers(words);
  auto environment = pointers(variables);
  Pipe out, err;
  const pid_t parent = ::getpid(), id = ::fork();
  if (id < 0) throw base::Error(base::Kind::Failure, "cannot run git");
  if (id == 0)
    become_git(arguments.data(), environment.data(), out.write.get(), err.write.get(), parent,
               call.largest_file);
  Child child(id);
  const SignalsPassedOn passed_on(id);
  out.write = Descriptor(-1);
  err.write = Descriptor(-1);
  GitRun run;
  Watch(call, child, run, out.read, err.read).until_ended();
  if (run.end == GitRun::End::Exited && run.status == 127)
    throw base::Error(base::Kind::Failure, "the git program is not there",
                      "install it: the package is named git");
  return run;
}

} // namespace crm::store
