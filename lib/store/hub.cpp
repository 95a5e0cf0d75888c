#include "store/hub.hpp"

#include "store/git_error.hpp"
#include "store/git_program.hpp"
#include "store/library.hpp"
#include "store/paths.hpp"
#include "store/repository_impl.hpp"
#include "store/small_file.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <filesystem>
#include <unistd.h>

namespace crm::store {
namespace {

namespace fs = std::filesystem;

constexpr const char *hub_setting = "crm.hub", *hook_name = "pre-receive";

std::string hook_text() {
  const auto program = this_program();
  return "#!/bin/sh\n# What is pushed here is verified before it is taken in, as on every device.\n" +
         (program.empty()
              ? ""
              : "[ -x " + shell_quoted(program) + " ] && exec " + shell_quoted(program) + " hub receive\n") +
         "exec crm hub receive\n";
}

/// As its configuration says; a hub is bare, so it is in the folder itself.
bool is_hub(const std::string& folder) {
  start_library();
  git::ConfigHandle config;
  int yes = 0;
  return git::take(config, git_config_open_ondisk, (folder + "/config").c_str()) == 0 &&
         git_config_get_bool(&yes, config.get(), hub_setting) == 0 && yes != 0;
}

/// Whole at every moment: several pushes may run it from the same folder, and git lets everything past a hook
/// that is empty.
void write_hook(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  const auto file = (folder / hook_name).string(), text = hook_text();
  if (read_small_file(file) == text && ::access(file.c_str(), X_OK) == 0) return;
  if (!replace_file(file, text, 0755)) fail_system(errno, "write the hook", file);
}

} // namespace

std::string this_program() {
  std::error_code error;
  const auto path = fs::read_symlink("/proc/self/exe", error);
  return error || !fs::exists(path, error) ? "" : path.string();
}

void create_hub(const std::string& folder, const std::string& branch) {
  std::error_code error;
  if (fs::exists(folder, error) && (!fs::is_directory(folder, error) || !fs::is_empty(folder, error)))
    throw base::Error(base::Kind::Usage, base::printable(folder) + " is there and not empty",
                      "a hub has a folder of its own: `crm hub init DIR`");
  fs::create_directories(folder, error);
  if (error)
    throw base::Error(base::Kind::Failure,
                      "cannot make the folder " + base::printable(folder) + ": " + error.message());
  const auto git = [&](std::vector<std::string> words) {
    const auto done = run_git_watched({.root = folder, .words = std::move(words), .environment = {}});
    if (done.status != 0)
      throw base::Error(base::Kind::Failure, "git could not make the hub: " + base::printable(done.errors));
  };
  git({"init", "--quiet", "--bare", "--template=", "--initial-branch=" + branch});
  // Signs of life move freely, so the hook decides what may be rewound, and git sees to the objects.
  for (const auto& [key, value] : {std::pair{"receive.fsckObjects", "true"},
                                   {"receive.denyDeletes", "true"},
                                   {"core.logAllRefUpdates", "true"},
                                   {hub_setting, "true"}})
    git({"config", key, value});
  write_hook(fs::path(folder) / "hooks");
}

Repository Repository::open_receiving(const std::string& incoming) {
  start_library();
  if (incoming.empty())
    throw base::Error(base::Kind::Usage,
                      "`crm hub receive` is git's to call, when something is pushed to a hub");
  auto impl = std::make_unique<Impl>();
  check_git(git::take(impl->repository, git_repository_open_ext, nullptr,
                      GIT_REPOSITORY_OPEN_FROM_ENV | GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr),
            "open the hub");
  std::string path = git_repository_path(impl->get());
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  impl->root = impl->git_dir = impl->common_dir = path;
  impl->private_dir = path + "/" + std::string(private_folder);
  impl->incoming = fs::absolute(incoming).lexically_normal().string();
  return Repository(std::move(impl));
}

std::string hooks_for(const std::string& folder, const std::string& private_dir) {
  if (!is_hub(folder)) return "";
  const auto hooks = private_dir + "/hub-hooks";
  write_hook(hooks);
  return hooks;
}

} // namespace crm::store
