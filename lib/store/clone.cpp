// A first copy of a store.
#include "store/git_error.hpp"
#include "store/library.hpp"
#include "store/made_folder.hpp"
#include "store/remotes.hpp"
#include "store/transport.hpp"
#include "store/transport_call.hpp"
#include "store/transport_trouble.hpp"
#include "store/unfinished_clone.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <filesystem>

namespace crm::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* first_remote = "origin";
constexpr const char* usual_branch = "main";
constexpr std::string_view heads = "refs/heads/";

bool is_plain(std::string_view branch) {
  return !branch.empty() && branch.size() <= 100 && remote_name_problem(branch.substr(0, 40)).empty() &&
         branch.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
             std::string_view::npos;
}

/// The remote's own choice, else the usual one, else the only one; "" when there is none.
std::string branch_in(std::string_view listing) {
  std::string chosen;
  std::vector<std::string> all;
  for (const auto line : base::split(listing, '\n')) {
    const auto parts = base::split(line, '\t');
    if (parts.size() != 2) continue;
    constexpr std::string_view symbolic = "ref: refs/heads/";
    if (parts[1] == "HEAD" && parts[0].starts_with(symbolic))
      chosen = parts[0].substr(symbolic.size());
    else if (parts[1].starts_with(heads) && is_plain(parts[1].substr(heads.size())))
      all.emplace_back(parts[1].substr(heads.size()));
  }
  const auto has = [&](const std::string& name) {
    return std::find(all.begin(), all.end(), name) != all.end();
  };
  if (has(chosen)) return chosen;
  if (has(usual_branch)) return usual_branch;
  return all.size() == 1 ? all.front() : "";
}

void make_repository(const std::string& path, const std::string& branch) {
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  options.flags = GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_NO_REINIT;
  options.initial_head = branch.c_str();
  git::RepositoryHandle made;
  check_git(git::take(made, git_repository_init_ext, path.c_str(), &options), "make a repository in", path);
}

void check_place(const std::string& path) {
  std::error_code error;
  const auto status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::not_found || UnfinishedClone::is_fresh(path)) return;
  if (status.type() != fs::file_type::directory || !fs::is_empty(path, error) || error)
    throw base::Error(base::Kind::Usage, base::printable(path) + " is there and no empty folder",
                      "clone into a folder of its own");
}

/// Of a folder that is absent or empty, fetch() says what there is to say.
bool is_worth_asking(const RemoteUrl& url) {
  if (url.place != Place::Folder) return true;
  std::error_code error;
  return fs::exists(url.folder, error) &&
         (!fs::is_directory(url.folder, error) || !fs::is_empty(url.folder, error));
}

/// Listed from an empty repository of our own: no configuration but the user's has a say, and no remote there
/// has that name.
Contact find_branch(const std::string& root, const std::string& url, std::chrono::seconds patience,
                    std::string& branch) {
  const auto place = parse_url(url);
  if (!is_worth_asking(place)) return {};
  const auto run = talk(root, place,
                        {"ls-remote", "--symref", "--upload-pack=" + other_end(place).upload_pack, "--", url,
                         "HEAD", "refs/heads/*"},
                        patience);
  const auto trouble = trouble_of(run);
  if (trouble != Trouble::None) return {trouble, said_by(run)};
  if (auto found = branch_in(run.output); !found.empty()) branch = std::move(found);
  return {};
}

} // namespace

Contact clone(const std::string& url, const std::string& path, std::chrono::seconds patience) {
  start_library();
  if (const auto problem = url_problem(url); !problem.empty())
    throw base::Error(base::Kind::Usage, "cannot clone \"" + shown_url(url) + "\": " + problem);
  check_place(path);
  const Remote remote{first_remote, absolute_url(url)};
  MadeFolder made(fs::absolute(path));
  make_repository(path, usual_branch);
  auto repository = Repository::open(path);
  std::string branch = usual_branch;
  if (auto listed = find_branch(repository.root(), remote.url, patience, branch); !listed.ok()) return listed;
  if (branch != usual_branch)
    check_git(git_repository_set_head(open_again(repository).get(), (std::string(heads) + branch).c_str()),
              "set HEAD of", path);
  add_remote(repository, remote);
  if (auto fetched = fetch(repository, remote, patience); !fetched.ok()) return fetched;
  made.keep();
  return {};
}

} // namespace crm::store
