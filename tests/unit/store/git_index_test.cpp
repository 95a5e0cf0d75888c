#include "amount.hpp"
#include "catch.hpp"
#include "store/ewah.hpp"
#include "store/git_index.hpp"
#include "store/git_index_file.hpp"
#include "store/git_program.hpp"
#include "store/sha1.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>
#include <unistd.h>

using namespace crm::store;

namespace {

/// A repository in a folder of its own, committed to by plumbing alone, as crm commits: git's index knows
/// nothing of it.
class Plain {
 public:
  Plain() {
    std::string name =
        (std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp") + std::string("/crm-index-XXXXXX");
    m_root = ::mkdtemp(name.data());
    git({"init", "-q", "-b", "main"});
    git({"config", "user.name", "test"});
    git({"config", "user.email", "test@test"});
    git({"commit", "-q", "--allow-empty", "-m", "first"});
  }
  ~Plain() { std::filesystem::remove_all(m_root); }

  std::string git(std::vector<std::string> words) const {
    const auto done = run_git(m_root, std::move(words), Errors::Collect);
    INFO(done.output);
    REQUIRE(done.status == 0);
    return done.output;
  }
  void write(const std::string& path, const std::string& content) const {
    std::filesystem::create_directories(std::filesystem::path(m_root + "/" + path).parent_path());
    std::ofstream(m_root + "/" + path, std::ios::binary) << content;
  }
  /// Writes and commits without git's index, then stages.
  void commit(const std::vector<std::pair<std::string, std::string>>& files,
              const IndexLimits& limits) const {
    std::vector<Staged> staged;
    std::string script = "commit refs/heads/main\ncommitter test <test@test> 1763629964 +0000\ndata 1\nxfrom "
                         "refs/heads/main^0\n";
    for (const auto& [path, content] : files) {
      if (content.empty()) {
        std::filesystem::remove(m_root + "/" + path);
        script += "D " + path + "\n";
        staged.push_back({path, ""});
      } else {
        write(path, content);
        script +=
            "M 100644 inline " + path + "\ndata " + std::to_string(content.size()) + "\n" + content + "\n";
        staged.push_back({path, blob_name(content)});
      }
    }
    write(".git/import", script);
    REQUIRE(::system(
                ("git -C " + m_root + " fast-import --quiet --force < " + m_root + "/.git/import").c_str()) ==
            0);
    stage(m_root + "/.git", m_root, staged, limits);
  }
  void check_clean() const {
    CHECK(git({"status", "--porcelain"}) == "");
    CHECK(git({"diff", "--cached", "--name-only", "HEAD"}) == "");
    CHECK(git({"write-tree"}) == git({"rev-parse", "HEAD^{tree}"}));
  }
  const std::string& root() const { return m_root; }

 private:
  std::string m_root;
};

std::string name_of(std::mt19937& random) {
  const std::string id = std::to_string(random() % 40);
  return (random() % 2 == 0 ? "contacts/" : "notes/") + id.substr(0, 1) + "/" + id + ".yaml";
}

} // namespace

TEST_CASE("sha-1 and blob names are git's") {
  CHECK(to_hex(sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(to_hex(sha1("")) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(to_hex(sha1(std::string(1000000, 'a'))) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  CHECK(blob_name("") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
}

TEST_CASE("bitmaps come back as they were written") {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::set<std::uint32_t> positions;
    const std::uint32_t range = round % 2 == 0 ? 200 : 500000;
    for (std::size_t i = 0; i < 30; ++i)
      positions.insert(static_cast<std::uint32_t>(random() % range));
    const std::string text = encode_ewah(positions) + "rest";
    std::string_view left = text;
    const auto back = decode_ewah(left, range);
    REQUIRE(back);
    CHECK(*back == positions);
    CHECK(left == "rest");
  }
}

TEST_CASE("a damaged bitmap is refused, never read beyond its end") {
  std::mt19937 random(5);
  const std::string good = encode_ewah({1, 70, 5000, 499999});
  for (int round = 0; round < 5000; ++round) {
    std::string bad = good.substr(0, random() % (good.size() + 1));
    if (!bad.empty()) bad[random() % bad.size()] = static_cast<char>(random());
    std::string_view left = bad;
    if (const auto read = decode_ewah(left, 500000)) CHECK((read->empty() || *read->rbegin() < 500000));
  }
}

TEST_CASE("git agrees with the index after every batch, whole and split") {
  for (const IndexLimits limits : {IndexLimits{1 << 20, 2000}, IndexLimits{0, 2000}, IndexLimits{0, 5}}) {
    Plain plain;
    std::mt19937 random(static_cast<unsigned>(limits.apart + limits.whole));
    std::set<std::string> there;
    const int rounds = crm::test::amount(8, 40);
    for (int round = 0; round < rounds; ++round) {
      std::vector<std::pair<std::string, std::string>> files;
      std::set<std::string> now;
      for (std::size_t i = 0; i < 1 + random() % 3; ++i) {
        const std::string path = name_of(random);
        if (!now.insert(path).second) continue;
        const bool remove = there.contains(path) && random() % 4 == 0;
        files.emplace_back(path, remove ? "" : "content " + std::to_string(random() % 1000) + "\n");
        remove ? there.erase(path) : there.insert(path).first->size();
      }
      plain.commit(files, limits);
      switch (random() % 6) { // people use git in between
      case 0:
        plain.git({"status"});
        break;
      case 1:
        plain.git({"update-index", "--refresh"});
        break;
      case 2:
        plain.git({"commit", "-q", "--allow-empty", "-m", "by hand"});
        break;
      case 3:
        plain.git({"update-index", random() % 2 == 0 ? "--split-index" : "--no-split-index"});
        break;
      default:
        break;
      }
      plain.check_clean();
    }
    std::set<std::string> read;
    std::string last;
    CHECK(read_entries(plain.root() + "/.git", [&](const IndexEntry& entry) {
      CHECK(last < entry.path);
      last = entry.path;
      read.insert(entry.path);
    }));
    CHECK(read == there);
    CHECK(plain.git({"fsck", "--strict", "--no-dangling"}).find("error") == std::string::npos);
  }
}

TEST_CASE("an edit by hand shows, though it has the same size and comes in the same second") {
  using namespace std::chrono;
  for (const IndexLimits limits : {IndexLimits{1 << 20, 2000}, IndexLimits{0, 2000}}) {
    Plain plain;
    plain.commit({{"contacts/a/a.yaml", "one\n"}, {"contacts/b/b.yaml", "one\n"}}, limits);
    // The index is written at the end of a second and again in the next one: for git, which compares whole
    // seconds, it would vouch for the edit.
    const auto second = ceil<seconds>(system_clock::now() + milliseconds{100});
    std::this_thread::sleep_until(second - milliseconds{60});
    plain.commit({{"contacts/a/a.yaml", "two\n"}}, limits);
    plain.write("contacts/a/a.yaml", "six\n");
    std::this_thread::sleep_until(second + milliseconds{5});
    plain.commit({{"contacts/c/c.yaml", "one\n"}}, limits);
    CHECK(plain.git({"status", "--porcelain"}) == " M contacts/a/a.yaml\n");
  }
}

TEST_CASE("a file that does not hold the blob is not vouched for") {
  Plain plain;
  plain.write("contacts/a/a.yaml", "by hand\n");
  stage(plain.root() + "/.git", plain.root(),
        {{"contacts/a/a.yaml", plain.git({"rev-parse", "HEAD"}).substr(0, 40)}});
  plain.git({"update-index", "--force-remove", "contacts/a/a.yaml"});
  plain.commit({{"contacts/a/a.yaml", "one\n"}}, {});
  plain.write("contacts/a/a.yaml", "by hand, and longer\n");
  CHECK(plain.git({"status", "--porcelain"}) == " M contacts/a/a.yaml\n");
}

TEST_CASE(
    "an index of a version that only git knows, and a damaged one, are brought up to date all the same") {
  Plain plain;
  plain.commit({{"contacts/a/a.yaml", "one\n"}}, {});
  plain.git({"update-index", "--index-version", "4"});
  plain.commit({{"contacts/b/b.yaml", "one\n"}}, {});
  plain.check_clean();
  plain.write(".git/index", "DIRC and then nothing that makes sense, but long enough to be read as one");
  plain.commit({{"contacts/c/c.yaml", "one\n"}}, {});
  plain.check_clean();
}

TEST_CASE("a live git's lock is respected") {
  Plain plain;
  plain.commit({{"contacts/a/a.yaml", "one\n"}}, {});
  plain.write(".git/index.lock", "");
  CHECK_THROWS(stage(plain.root() + "/.git", plain.root(), {{"contacts/a/a.yaml", ""}}));
  CHECK(std::filesystem::exists(plain.root() + "/.git/index.lock"));
}
