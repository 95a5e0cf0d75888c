#include "app/occurrences.hpp"
#include "random_store.hpp"

#include <fstream>
#include <sys/stat.h>

namespace crm::app {
namespace {

ino_t inode(const std::string& file) {
  struct stat found {};
  REQUIRE(::stat(file.c_str(), &found) == 0);
  return found.st_ino;
}

/// All but the first page.
void spoil(const std::string& file) {
  constexpr std::streamoff page = 4096;
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(page);
  out << std::string(static_cast<std::size_t>(std::filesystem::file_size(file) - page), '\xff');
}

std::vector<std::string> visited(Workspace& workspace, const index::Query& query,
                                 const std::function<void()>& between = {}) {
  std::vector<std::string> out;
  each_row(workspace, query, [&](const index::Row& row) {
    out.push_back(row.id);
    if (out.size() == 3 && between) between();
    return true;
  });
  return out;
}

} // namespace

TEST_CASE("each row is visited once, though the index turns out to be damaged on the way", "[occurrences]") {
  RandomStore store(11);
  store.write(900);
  const index::Query query{.type = "note", .order = index::Order::Id};
  auto before = store.open();
  const auto expected = visited(before, query);
  REQUIRE(expected.size() > 50);
  const auto file = inode(store.index_file());
  auto workspace = store.open();
  CHECK(visited(workspace, query, [&] { spoil(store.index_file()); }) == expected);
  CHECK(inode(store.index_file()) != file);
}

TEST_CASE("a row at which a question within the reading meets damage comes once more", "[occurrences]") {
  RandomStore store(12);
  store.write(900);
  const index::Query query{.type = "note", .order = index::Order::Id};
  auto before = store.open();
  const auto expected = visited(before, query);
  REQUIRE(expected.size() > 50);
  auto workspace = store.open();
  std::vector<std::string> begun, ended;
  each_row(workspace, query, [&](const index::Row& row) {
    begun.push_back(row.id);
    if (begun.size() == 3) spoil(store.index_file());
    if (begun.size() >= 3) { // not within CHECK, which would keep what it throws
      const auto again = workspace.with_index([&](index::Index& index) { return index.by_id(row.id); });
      CHECK(again->id == row.id);
    }
    ended.push_back(row.id);
    return true;
  });
  CHECK(ended == expected);
  auto twice = expected;
  twice.insert(twice.begin() + 2, expected[2]);
  CHECK(begun == twice);
}

} // namespace crm::app
