#include "store/branch_move.hpp"

#include "store/files.hpp"
#include "store/git_error.hpp"
#include "store/lock.hpp"
#include "store/objects.hpp"
#include "store/sync_at_once.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace crm::store {
namespace {

using Clock = std::chrono::steady_clock;

/// git's own way of moving a ref, by hand: a lock beside it that is renamed into its place, so that the new
/// value and the logs become durable at once and not one after the other.
class RefMove {
 public:
  enum class Done { Moved, Locked, Elsewhere, Failed };

  RefMove(const Repository::Impl& repository, const Move& move)
      : m_repository(repository), m_move(move), m_name("refs/heads/" + move.branch),
        m_file(repository.common_dir + "/" + m_name), m_lock(m_file + ".lock") {}

  Done run() {
    make_folder_of(m_file);
    const Descriptor lock(::open(m_lock.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!lock) return errno == EEXIST ? Done::Locked : failed(errno);
    try {
      if (!is_as_expected()) return give_up(Done::Elsewhere);
      write_all(lock.get(), m_move.to + "\n", m_lock);
      std::vector<std::string> written{m_lock};
      for (const auto& log :
           {m_repository.common_dir + "/logs/" + m_name, m_repository.git_dir + "/logs/HEAD"})
        if (append_to(log)) written.push_back(log);
      sync_at_once(written);
    } catch (const base::Error& error) {
      m_why = error.message;
      return give_up(Done::Failed);
    }
    if (::rename(m_lock.c_str(), m_file.c_str()) != 0) {
      failed(errno);
      return give_up(Done::Failed);
    }
    try {
      sync_at_once({m_file.substr(0, m_file.rfind('/'))});
    } catch (const base::Error& error) {
      m_why = error.message;
      return Done::Failed;
    }
    return Done::Moved;
  }

  const std::string& why() const { return m_why; }

 private:
  static void make_folder_of(const std::string& file) {
    std::error_code error; // what is wrong is told by opening the file
    std::filesystem::create_directories(file.substr(0, file.rfind('/')), error);
  }

  Done failed(int error) {
    m_why = m_lock + ": " + std::generic_category().message(error);
    return Done::Failed;
  }

  Done give_up(Done done) const {
    ::unlink(m_lock.c_str());
    return done;
  }

  bool is_as_expected() const {
    git_oid now;
    const int code = git_reference_name_to_id(&now, m_repository.get(), m_name.c_str());
    if (code == GIT_ENOTFOUND) return m_move.from.empty();
    check_git(code, "read", m_name);
    return to_oid(now) == m_move.from;
  }

  /// One line, as git has it. False when the store keeps no logs.
  bool append_to(const std::string& log) const {
    git::ConfigHandle config;
    int kept = 1;
    if (git::take(config, git_repository_config, m_repository.get()) != 0 ||
        git_config_get_bool(&kept, config.get(), "core.logallrefupdates") != 0)
      kept = 1; // unset, or "always"
    if (kept != 0) make_folder_of(log);
    const Descriptor file(
        ::open(log.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | (kept != 0 ? O_CREAT : 0), 0666));
    if (!file && errno == ENOENT && kept == 0) return false;
    if (!file) fail_system(errno, "write", log);
    const std::string from = m_move.from.empty() ? Oid(GIT_OID_HEXSZ, '0') : m_move.from;
    std::string why = m_move.why;
    std::replace(why.begin(), why.end(), '\n', ' ');
    write_all(file.get(),
              from + " " + m_move.to + " " + m_move.who.name + " <" + m_move.who.email + "> " +
                  std::to_string(std::time(nullptr)) + " +0000\t" + why + "\n",
              log);
    return true;
  }

  const Repository::Impl& m_repository;
  const Move& m_move;
  std::string m_name, m_file, m_lock, m_why;
};

/// The error may have come after the rename, from making it durable: then that is tried once more.
Moved ask_again(const Repository::Impl& repository, const Move& move, const std::string& name,
                std::string why) {
  git_oid now;
  const int code = git_reference_name_to_id(&now, repository.get(), name.c_str());
  if (code == GIT_ENOTFOUND && move.from.empty()) return {Outcome::NotCommitted, why};
  if (code < 0) return {Outcome::Unknown, why + "; " + git_words(code)};
  const git_oid to = from_oid(move.to);
  if (!git_oid_equal(&now, &to)) {
    if (to_oid(now) == move.from) return {Outcome::NotCommitted, why};
    const int descends = git_graph_descendant_of(repository.get(), &now, &to);
    if (descends <= 0) return {descends == 0 ? Outcome::NotCommitted : Outcome::Unknown, why};
  }
  const std::string file = repository.common_dir + "/" + name;
  const Descriptor folder(
      ::open(file.substr(0, file.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0)
    return {Outcome::Unknown, why + "; " + std::generic_category().message(errno)};
  return {Outcome::Committed, why};
}

} // namespace

Moved move_branch(const Repository::Impl& repository, const Move& move, Clock::time_point deadline) {
  const std::string name = "refs/heads/" + move.branch;
  for (std::chrono::milliseconds pause(5);; pause = std::min(pause * 2, std::chrono::milliseconds(50))) {
    RefMove attempt(repository, move);
    const auto done = attempt.run();
    if (done == RefMove::Done::Moved) return {Outcome::Committed, ""};
    if (done == RefMove::Done::Locked) {
      if (Clock::now() >= deadline) fail_git_lock(repository.common_dir + "/" + name + ".lock");
      std::this_thread::sleep_for(std::min<Clock::duration>(pause, deadline - Clock::now()));
      continue;
    }
    const auto moved = ask_again(repository, move, name, attempt.why());
    if (moved.outcome == Outcome::NotCommitted && done == RefMove::Done::Elsewhere)
      throw base::Error(base::Kind::Busy,
                        "the branch " + move.branch + " was moved by git while this was being written",
                        "nothing was changed; run the command again");
    return moved;
  }
}

} // namespace crm::store
