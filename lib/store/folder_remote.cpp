#include "store/folder_remote.hpp"

#include "store/git_program.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace crm::store {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes dead{10};
// git's own threshold is some 6,700 objects, told from one of 256 folders.
constexpr auto too_many_in_one = 27;

} // namespace

void clear_dead_lock(const std::string& folder, const std::string& branch) {
  for (const char* git : {"", "/.git"}) {
    const fs::path lock = folder + git + "/refs/heads/" + branch + ".lock";
    std::error_code error;
    const auto written = fs::last_write_time(lock, error);
    if (!error && written + dead < fs::file_time_type::clock::now()) fs::remove(lock, error);
  }
}

void pack_sometimes(const std::string& folder) noexcept {
  try {
    std::error_code error;
    const auto begin = fs::directory_iterator(folder + "/objects/17", error);
    if (error || std::distance(begin, fs::directory_iterator()) <= too_many_in_one) return;
    run_git_watched({.root = folder,
                     .words = {"-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c",
                               "gc.autoDetach=false", "gc", "--auto", "--quiet"},
                     .environment = {},
                     .patience = std::chrono::minutes{10}});
  } catch (...) {
    // Packed or not, the batches are there.
  }
}

} // namespace crm::store
