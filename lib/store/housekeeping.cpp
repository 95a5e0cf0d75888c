#include "store/housekeeping.hpp"

#include "store/paths.hpp"

#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace crm::store {
namespace {

// gc.auto's default of 6,700 objects, estimated as git does from one of the 256 folders.
constexpr int most_in_one_folder = 27;
constexpr time_t a_day = 24 * 60 * 60;

bool has_many_objects(const std::string& common_dir) {
  DIR* folder = ::opendir((common_dir + "/objects/17").c_str());
  if (folder == nullptr) return false;
  int count = 0;
  while (const dirent* entry = ::readdir(folder))
    count += entry->d_name[0] != '.' ? 1 : 0;
  ::closedir(folder);
  return count > most_in_one_folder;
}

/// True when a day has passed since the last stamp, which is then renewed.
bool is_due(const std::string& stamp) {
  struct stat info {};
  const time_t now = ::time(nullptr);
  if (::stat(stamp.c_str(), &info) == 0 && info.st_mtime <= now && now - info.st_mtime < a_day) return false;
  const Descriptor file(::open(stamp.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
  return file && ::futimens(file.get(), nullptr) == 0;
}

[[noreturn]] void run_git(const char* root) {
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd <= 2; ++fd)
    ::dup2(null, fd);
  ::setpriority(PRIO_PROCESS, 0, 19);
#ifdef SYS_ioprio_set
  constexpr int whose_process = 1, idle_class = 3 << 13;
  ::syscall(SYS_ioprio_set, whose_process, 0, idle_class);
#endif
  // A hook's environment names a repository and an index that are not to be ours.
  for (const char* name :
       {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"})
    ::unsetenv(name);
  ::execlp("git", "git", "-C", root, "gc", "--auto", "--quiet", static_cast<char*>(nullptr));
  ::_exit(127);
}

} // namespace

void collect_garbage_sometimes(const Repository::Impl& repository) noexcept {
  try {
    if (!has_many_objects(repository.common_dir) ||
        !is_due(repository.private_dir + "/" + std::string(gc_file)))
      return;
  } catch (...) { // no memory for a path: another time
    return;
  }
  const pid_t child = ::fork();
  if (child < 0) return;
  if (child == 0) {
    // Twice, so that nobody has to wait for it.
    ::setsid();
    const pid_t grandchild = ::fork();
    if (grandchild == 0) run_git(repository.root.c_str());
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

} // namespace crm::store
