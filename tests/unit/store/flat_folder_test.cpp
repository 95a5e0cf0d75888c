#include "scratch_store.hpp"
#include "store/flat_folder.hpp"

#include <sys/stat.h>

using namespace crm;
using namespace crm::store;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 0777;
}

struct Umask {
  explicit Umask(mode_t mask) : before(::umask(mask)) {}
  ~Umask() { ::umask(before); }
  mode_t before;
};

} // namespace

TEST_CASE("whoever may not read a file may not read what is written over it") {
  const ScratchFolder scratch;
  const Umask as_usual(022);
  const FlatFolder folder(scratch.path, FlatFolder::Missing::Refuse);
  REQUIRE(::chmod(scratch.path.c_str(), 0755) == 0);
  const auto file = scratch.path + "/one.ics";
  folder.write("one.ics", "first");
  CHECK(mode_of(file) == 0644);
  for (const mode_t mode : {0600, 0640, 0664}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    folder.write("one.ics", "again");
    CHECK(mode_of(file) == mode);
    CHECK(folder.look("one.ics").content == "again");
  }
}

TEST_CASE("a new file is as the umask has it, and its owner's alone in a folder that is") {
  const ScratchFolder scratch;
  const FlatFolder folder(scratch.path, FlatFolder::Missing::Refuse);
  REQUIRE(::chmod(scratch.path.c_str(), 0755) == 0);
  {
    const Umask closed(027);
    folder.write("closed.ics", "");
    CHECK(mode_of(scratch.path + "/closed.ics") == 0640);
  }
  const Umask open(0);
  folder.write("open.ics", "");
  CHECK(mode_of(scratch.path + "/open.ics") == 0666);
  REQUIRE(::chmod(scratch.path.c_str(), 0700) == 0);
  folder.write("own.ics", "");
  CHECK(mode_of(scratch.path + "/own.ics") == 0600);
}
