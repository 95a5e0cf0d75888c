#include "store/library.hpp"

#include "store/git_error.hpp"

#include <git2.h>
#include <utility>

namespace crm::store {
namespace {

struct Library {
  Library() {
    leave_transport_out();
    check_git(git_libgit2_init(), "start libgit2");
    // A store behaves alike on every device: no user's or machine's git configuration has a say in it.
    for (const int level : {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
                            GIT_CONFIG_LEVEL_PROGRAMDATA})
      check_git(git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, ""), "set up libgit2");
    check_git(git_libgit2_opts(GIT_OPT_SET_TEMPLATE_PATH, ""), "set up libgit2");
    check_git(git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1), "set up libgit2");
    // See Repository::distrust_disk().
    check_git(git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0), "set up libgit2");
    // What a new folder or commit names was written or read the moment before: it is not looked for again.
    check_git(git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 0), "set up libgit2");
    // Its default of 256 MB would hold the trees of a whole store while one is walked.
    check_git(git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, static_cast<ssize_t>(16 * 1024 * 1024)),
              "set up libgit2");
    // A merge looks at the same records and folders several times over. By default records are not kept at
    // all, nor folders of more than some sixty files.
    for (const auto& [kind, most] :
         {std::pair{GIT_OBJECT_BLOB, 16 * 1024}, std::pair{GIT_OBJECT_TREE, 64 * 1024}})
      check_git(git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, kind, static_cast<size_t>(most)),
                "set up libgit2");
  }
};

} // namespace

void start_library() {
  // Never shut down: the process ends soon, and open handles of other static objects would outlive the
  // library.
  static const Library library;
  (void)library;
}

} // namespace crm::store
