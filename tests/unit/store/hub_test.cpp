#include "store/hub.hpp"

#include "catch.hpp"
#include "store/scratch_store.hpp"

#include <sys/stat.h>

namespace crm::store {
namespace {

struct stat state_of(const std::string& file) {
  struct stat out {};
  REQUIRE(::stat(file.c_str(), &out) == 0);
  return out;
}

} // namespace

TEST_CASE("A hub's hook is never seen half written by a push that runs it meanwhile", "[hub]") {
  const ScratchFolder folder;
  create_hub(folder.path + "/hub.git", "main");
  const auto file = hooks_for(folder.path + "/hub.git", folder.path) + "/pre-receive";
  const auto text = slurp(file);
  REQUIRE(text.ends_with("exec crm hub receive\n"));
  const auto first = state_of(file);
  CHECK((first.st_mode & 0777) == 0755);

  hooks_for(folder.path + "/hub.git", folder.path);
  const auto second = state_of(file);
  CHECK(second.st_ino == first.st_ino);
  CHECK(second.st_ctim.tv_sec == first.st_ctim.tv_sec);
  CHECK(second.st_ctim.tv_nsec == first.st_ctim.tv_nsec);

  // By another program, which has moved: what is open stays what it was.
  spill(file, "#!/bin/sh\nexec /elsewhere/crm hub receive\n");
  std::ifstream open(file);
  hooks_for(folder.path + "/hub.git", folder.path);
  CHECK(slurp(file) == text);
  CHECK((state_of(file).st_mode & 0777) == 0755);
  std::string line;
  std::getline(open, line), std::getline(open, line);
  CHECK(line == "exec /elsewhere/crm hub receive");
}

} // namespace crm::store
