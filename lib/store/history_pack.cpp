#include "store/history_pack.hpp"

#include "store/git_program.hpp"
#include "store/plain_file.hpp"
#include "store/remotes.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace crm::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* scratch_name = "scratch.";

std::string unique_folder(std::string beginning) {
  beginning += "XXXXXX";
  if (::mkdtemp(beginning.data()) == nullptr)
    throw base::Error(base::Kind::Failure,
                      "cannot make the folder " + beginning + ": " + std::strerror(errno));
  return beginning;
}

void clear_left_behind(const std::string& folder) {
  std::error_code ignored;
  const auto yesterday = fs::file_time_type::clock::now() - std::chrono::hours{24};
  for (const auto& each : fs::directory_iterator(folder, ignored))
    if (each.path().filename().string().starts_with(scratch_name) &&
        fs::last_write_time(each, ignored) < yesterday)
      fs::remove_all(each.path(), ignored);
}

void write_whole(const std::string& file, const std::string& text) {
  PlainFile out(file);
  out.write(text);
  out.finish();
}

} // namespace

TemporaryFolder::TemporaryFolder(const Repository& repository) {
  std::error_code ignored;
  fs::create_directories(repository.private_dir(), ignored);
  clear_left_behind(repository.private_dir());
  m_path = unique_folder(repository.private_dir() + "/" + scratch_name);
}

TemporaryFolder::TemporaryFolder() {
  std::error_code error;
  const auto folder = fs::temp_directory_path(error);
  m_path = unique_folder((error ? fs::path("/tmp") : folder).string() + "/crm-" + scratch_name);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(m_path, ignored);
}

HistoryPack pack_history(const Repository& repository, const Oid& commit, const std::string& branch,
                         const TemporaryFolder& scratch) {
  // A git folder that holds one ref and nothing else: neither this clone's other refs nor its settings have a
  // say in what is packed, and in which order.
  const std::string git_dir = scratch.path() + "/git";
  std::error_code error;
  fs::create_directories(git_dir + "/objects", error);
  fs::create_directories(git_dir + "/refs/heads", error);
  if (error)
    throw base::Error(base::Kind::Failure, "cannot make the folder " + git_dir + ": " + error.message());
  const std::string ref = "refs/heads/" + branch;
  write_whole(git_dir + "/HEAD", "ref: " + ref + "\n");
  write_whole(git_dir + "/packed-refs", commit + " " + ref + "\n");
  write_whole(git_dir + "/config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
  const std::string objects = std::string(git_repository_commondir(open_again(repository).get())) + "objects";
  const auto run = run_git_watched({.root = scratch.path(),
                                    .words = {"-c",
                                              "pack.compression=6",
                                              "-c",
                                              "core.compression=6",
                                              "-c",
                                              "pack.deltaCacheSize=16m",
                                              "-c",
                                              "pack.windowMemory=32m",
                                              "-c",
                                              "core.bigFileThreshold=1m",
                                              "pack-objects",
                                              "--revs",
                                              "--all",
                                              "--no-reuse-delta",
                                              "--no-reuse-object",
                                              "--no-use-bitmap-index",
                                              "--delta-base-offset",
                                              "--threads=1",
                                              "--window=10",
                                              "--depth=50",
                                              "--progress",
                                              scratch.path() + "/history"},
                                    .environment = {{"GIT_DIR", git_dir},
                                                    {"GIT_OBJECT_DIRECTORY", objects},
                                                    {"GIT_CONFIG_GLOBAL", "/dev/null"},
                                                    {"GIT_CONFIG_NOSYSTEM", "1"},
                                                    {"GIT_NO_REPLACE_OBJECTS", "1"}},
                                    .patience = std::chrono::seconds{600}});
  if (run.end != GitRun::End::Exited || run.status != 0)
    throw base::Error(base::Kind::Failure, "git could not pack the history: " + run.errors,
                      "`crm doctor --deep` looks at every object");
  HistoryPack out{"# v2 git bundle\n" + commit + " " + ref + "\n\n", ""};
  for (const auto& each : fs::directory_iterator(scratch.path(), error))
    if (each.path().extension() == ".pack") out.pack_file = each.path().string();
  if (out.pack_file.empty())
    throw base::Error(base::Kind::Failure, "git packed the history and left no pack");
  return out;
}

} // namespace crm::store
