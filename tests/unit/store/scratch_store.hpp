// A real store in a folder of its own, and the git program to check it with.
#pragma once

#include "catch.hpp"

#include "base/error.hpp"
#include "store/paths.hpp"
#include "store/repository.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace crm::store {

struct ScratchFolder {
  ScratchFolder() {
    // In memory where that is to be had: what these tests look at is not whether the disk keeps it.
    const bool memory = std::filesystem::is_directory("/dev/shm") && ::access("/dev/shm", W_OK) == 0;
    std::string pattern =
        (memory ? "/dev/shm" : std::filesystem::temp_directory_path().string()) + "/crm-store-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ~ScratchFolder() { std::filesystem::remove_all(path); }
  std::string path;
};

struct Ran {
  int code;
  std::string output; ///< standard output and error
};

inline Ran run(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  Ran out{0, ""};
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    out.output.append(buffer.data(), got);
  const int status = ::pclose(pipe);
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return out;
}

inline std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline void spill(const std::string& path, const std::string& content) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

inline const Signature alice{"Alice", "alice@front-desk",
                             std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000))};

inline Message message(const std::string& summary, const std::string& batch = "1") {
  return {summary, "", {{"Crm-Op", "test"}, {"Crm-Batch", batch}}};
}

inline const std::string ada = record_path("contacts", "7f3k2m9qxv0tbn4c");
inline const std::string bob = record_path("contacts", "9hq2k2m9qxv0tbn4");

/// Holds crm.yaml and Ada.
struct ScratchStore {
  ScratchStore()
      : repository(Repository::create(
            folder.path + "/store", {{"crm.yaml", "format: 1\n"}, {ada, "id: 7f3k2m9qxv0tbn4c\nname: Ada\n"}},
            message("Make the store"), alice)) {}

  Ran git(const std::string& arguments) const { return run("git -C " + repository.root() + " " + arguments); }
  std::string file(const std::string& path) const { return repository.root() + "/" + path; }
  std::string git_file(const std::string& path) const { return repository.root() + "/.git/" + path; }
  Oid write(const std::string& path, const std::string& content, const std::string& batch = "2") {
    return repository.begin(std::chrono::seconds(1))
        .commit({{path, content}}, message("Change " + path, batch), alice);
  }

  void require_sound() const {
    const auto fsck = git("fsck --strict --no-dangling");
    INFO(fsck.output);
    REQUIRE(fsck.code == 0);
    REQUIRE(fsck.output.empty());
  }
  void require_clean() const { REQUIRE(git("status --porcelain").output.empty()); }

  ScratchFolder folder;
  Repository repository;
};

template <typename Work>
base::Error error_of(Work work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error;
  }
  FAIL("no error was thrown");
  return {base::Kind::Failure, ""};
}

} // namespace crm::store
