#include "catch.hpp"

#include "base/error.hpp"
#include "cmd/render/output_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

using namespace crm::cmd;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "crm-output-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    m_path = name;
  }
  ~Folder() { fs::remove_all(m_path); }
  std::string operator/(const char* name) const { return (m_path / name).string(); }
  const fs::path& path() const { return m_path; }

 private:
  fs::path m_path;
};

std::string content(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TEST_CASE("An output file is replaced whole, keeps its mode, and leaves nothing beside it") {
  const Folder folder;
  const std::string path = folder / "out.csv";
  write_file_atomically(path, "first");
  CHECK(content(path) == "first");
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  write_file_atomically(path, "second\n");
  CHECK(content(path) == "second\n");
  CHECK(fs::status(path).permissions() == fs::perms{0640});
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("A new output file has the mode that the umask gives") {
  const Folder folder;
  const mode_t before = ::umask(027);
  write_file_atomically(folder / "out", "x");
  ::umask(before);
  CHECK(fs::status(folder / "out").permissions() == fs::perms{0640});
}

TEST_CASE("A symbolic link stays one, and what it names is written") {
  const Folder folder;
  write_file_atomically(folder / "target", "old");
  fs::create_symlink("target", folder / "link");
  write_file_atomically(folder / "link", "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(content(folder / "target") == "new");
}

TEST_CASE("A device is written to and never replaced") {
  write_file_atomically("/dev/null", "x");
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("What cannot be written is said, with its name") {
  const Folder folder;
  for (const auto& path : {folder / "missing/out", folder.path().string()}) {
    std::string message;
    try {
      write_file_atomically(path, "x");
    } catch (const crm::base::Error& error) {
      CHECK(error.kind == crm::base::Kind::Failure);
      message = error.message;
    }
    CHECK(message.find(path) != std::string::npos);
  }
}
