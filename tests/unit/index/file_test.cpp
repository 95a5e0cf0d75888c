// The file itself: opened, damaged, replaced, shared.
#include "base/error.hpp"
#include "catch.hpp"
#include "index/naive_index.hpp"

#include <fstream>
#include <sys/wait.h>

using namespace crm;
using namespace crm::index;

namespace {

Entry person(int number) {
  const std::string digits = std::to_string(100000 + number), id = digits + "aaaaaaaaaa";
  Entry out{.id = id,
            .type = "contact",
            .path = path_of("contact", id),
            .name = "Person " + digits,
            .folded = "person " + digits};
  out.data = "{\"fields\":{\"name\":\"" + out.name + "\"}}";
  out.links.push_back({"owner", "bob"});
  return out;
}

void put_people(Index& index, Index::Fill fill, int first, int end, const std::string& basis) {
  index.begin(fill);
  for (int i = first; i < end; ++i)
    index.put(person(i));
  index.finish(basis);
}

std::vector<char> read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& file, const std::vector<char>& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc)
      .write(content.data(), static_cast<std::streamsize>(content.size()));
}

/// Everything that can be asked; whether the index says meanwhile that it is damaged.
bool found_stale(Index& index) {
  try {
    std::size_t seen = 0;
    index.each({.order = Order::Name}, [&](const Row&) { return ++seen > 0; });
    index.by_id("100007aaaaaaaaaa");
    index.by_part("person", "contact", 0);
    index.near("persom 100008", "", 10);
    index.referring("bob", "", 0);
    index.sums("contact", "name");
    index.taken("member", "bob", {});
    return false;
  } catch (const Stale&) {
    return true;
  }
}

} // namespace

TEST_CASE("A new index is empty and says so") {
  const ScratchIndex scratch;
  Index index = Index::open(scratch.file());
  CHECK(index.basis().empty());
  CHECK(index.count({}) == 0);
  CHECK_FALSE(index.by_id("0000000000000000").has_value());
  CHECK(index.shortest_prefix("0000000000000000") == 4);
}

TEST_CASE("What was finished is there for the next one, what was not is nowhere") {
  const ScratchIndex scratch;
  const auto fill = GENERATE(Index::Fill::Increment, Index::Fill::Fresh);
  {
    Index index = Index::open(scratch.file());
    put_people(index, fill, 0, 10, "ten");
    const bool rolled_back = GENERATE(false, true);
    index.begin(GENERATE(Index::Fill::Increment, Index::Fill::Fresh));
    index.put(person(10));
    index.erase_path(person(3).path);
    if (rolled_back) {
      index.rollback();
      CHECK(index.count({}) == 10);
    }
  }
  Index index = Index::open(scratch.file());
  CHECK(index.basis() == "ten");
  CHECK(index.count({}) == 10);
  CHECK(index.by_part("person", "", 0).size() == 10);
  CHECK_FALSE(std::filesystem::exists(scratch.file() + ".new"));
}

TEST_CASE("Beginning again rolls back what was begun") {
  const ScratchIndex scratch;
  Index index = Index::open(scratch.file());
  index.rollback();
  index.begin(Index::Fill::Increment);
  index.put(person(1));
  put_people(index, GENERATE(Index::Fill::Increment, Index::Fill::Fresh), 2, 3, "x");
  CHECK_FALSE(index.by_id(person(1).id).has_value());
  CHECK(index.by_id(person(2).id).has_value());
}

TEST_CASE("What has been put can be asked for before it is finished") {
  const ScratchIndex scratch;
  Index index = Index::open(scratch.file());
  index.begin(GENERATE(Index::Fill::Increment, Index::Fill::Fresh));
  Entry service = person(1);
  service.type = "service";
  service.key = "checkup";
  index.put(service);
  CHECK(index.by_key("service", "checkup").has_value());
  CHECK(index.by_id(service.id).has_value());
  CHECK(Index::open(scratch.file()).count({}) == 0);
  index.finish("x");
  CHECK(Index::open(scratch.file()).count({}) == 1);
}

TEST_CASE("A record that moved to another type is found there alone") {
  const ScratchIndex scratch;
  Index index = Index::open(scratch.file());
  put_people(index, Index::Fill::Fresh, 0, 3, "x");
  Entry moved = person(1);
  moved.type = "vehicle";
  moved.path = path_of("vehicle", moved.id);
  index.begin(GENERATE(Index::Fill::Increment, Index::Fill::Fresh));
  for (int i = 0; i < 3; ++i)
    index.put(person(i));
  index.put(moved);
  index.erase_path(person(1).path); // of the old place, which is no longer this record's
  index.finish("y");
  CHECK(index.list({.type = "contact"}).size() == 2);
  CHECK(index.by_part("person", "contact", 0).size() == 2);
  CHECK(index.by_part("person", "vehicle", 0).size() == 1);
  CHECK(index.referring("bob", "", 0).size() == 3);
  index.begin(Index::Fill::Increment);
  index.erase_path(moved.path);
  index.finish("z");
  CHECK(index.by_part("person", "", 0).size() == 2);
  CHECK(index.referring("bob", "", 0).size() == 2);
}

TEST_CASE("A file that is not an index of this format is made anew") {
  const ScratchIndex scratch;
  put_people(*std::make_unique<Index>(Index::open(scratch.file())), Index::Fill::Fresh, 0, 200, "old");
  auto content = read(scratch.file());
  const auto what = GENERATE(as<std::string>{}, "empty", "text", "zeros", "short", "application", "format");
  INFO(what);
  if (what == "empty") content.clear();
  if (what == "text") content.assign(5000, 'x');
  if (what == "zeros") content.assign(5000, '\0');
  if (what == "short") content.resize(50);
  if (what == "application") content[71] ^= 1; // SQLite's file format: offset 68, 4 bytes
  if (what == "format") content[63] ^= 1;      // offset 60, 4 bytes
  write(scratch.file(), content);
  Index index = Index::open(scratch.file());
  CHECK(index.basis().empty());
  put_people(index, Index::Fill::Increment, 0, 5, "new");
  CHECK(Index::open(scratch.file()).count({}) == 5);
}

TEST_CASE("Damage anywhere in the file is noticed or harms nothing, and is mended by filling again") {
  const ScratchIndex scratch;
  put_people(*std::make_unique<Index>(Index::open(scratch.file())), Index::Fill::Fresh, 0, 400, "old");
  const auto sound = read(scratch.file());
  int noticed = 0;
  for (std::size_t page = 0; page * 4096 < sound.size(); page += page < 12 ? 1 : 4) {
    auto content = sound;
    for (std::size_t i = page * 4096 + (page == 0 ? 100 : 0); i < std::min(sound.size(), (page + 1) * 4096);
         ++i)
      content[i] = '\xa5';
    Index::remove(scratch.file());
    write(scratch.file(), content);
    try {
      Index index = Index::open(scratch.file());
      if (index.basis() == "old" && found_stale(index)) {
        ++noticed;
        CHECK(index.basis().empty());
      }
      put_people(index, Index::Fill::Fresh, 0, 20, "new");
      CHECK_FALSE(found_stale(index));
      CHECK(index.count({}) == 20);
    } catch (const Stale&) { // noticed by basis or begin: the next one finds it empty
      ++noticed;
      CHECK(Index::open(scratch.file()).basis().empty());
    }
  }
  CHECK(noticed > 12);
}

TEST_CASE("A file cut short is noticed") {
  const ScratchIndex scratch;
  put_people(*std::make_unique<Index>(Index::open(scratch.file())), Index::Fill::Fresh, 0, 400, "old");
  auto content = read(scratch.file());
  content.resize(content.size() / 2);
  write(scratch.file(), content);
  Index index = Index::open(scratch.file());
  CHECK((index.basis().empty() || found_stale(index)));
  CHECK(index.basis().empty());
}

TEST_CASE("Damage found while writing loses no more than the index") {
  const ScratchIndex scratch;
  put_people(*std::make_unique<Index>(Index::open(scratch.file())), Index::Fill::Fresh, 0, 400, "old");
  auto content = read(scratch.file());
  std::fill(content.begin() + 8192, content.end(), '\xa5');
  write(scratch.file(), content);
  Index index = Index::open(scratch.file());
  CHECK_THROWS_AS(put_people(index, Index::Fill::Increment, 0, 400, "new"), Stale);
  CHECK(index.basis().empty());
  put_people(index, Index::Fill::Increment, 0, 4, "new");
  CHECK(Index::open(scratch.file()).basis() == "new");
}

TEST_CASE("Damage found by a question within another one leaves that one what it reads") {
  const ScratchIndex scratch;
  put_people(*std::make_unique<Index>(Index::open(scratch.file())), Index::Fill::Fresh, 0, 400, "old");
  Index index = Index::open(scratch.file());
  auto content = read(scratch.file());
  std::fill(content.begin() + 4096, content.end(), '\xff');
  const auto read_on = [&] {
    std::size_t seen = 0;
    index.each({.type = "contact", .order = Order::Id}, [&](const Row&) {
      if (++seen == 2) write(scratch.file(), content);
      if (seen >= 2) {
        CHECK_THROWS_AS(index.by_id("100007aaaaaaaaaa"), Stale);
        CHECK_THROWS_AS(index.basis(), Stale);
      }
      return seen < 5;
    });
  };
  try {
    read_on(); // as far as it had it
  } catch (const Stale&) {
  }
  CHECK(index.basis().empty());
  put_people(index, Index::Fill::Fresh, 0, 20, "new");
  CHECK(index.count({}) == 20);
}

TEST_CASE("Who has the old file open reads it to the end while another one takes its place") {
  const ScratchIndex scratch;
  Index reader = Index::open(scratch.file());
  put_people(reader, Index::Fill::Increment, 0, 50, "old");
  Index writer = Index::open(scratch.file());
  std::size_t seen = 0;
  reader.each({.order = Order::Name}, [&](const Row&) {
    if (seen++ == 10) put_people(writer, Index::Fill::Fresh, 0, 5, "new");
    return true;
  });
  CHECK(seen == 50);
  CHECK(Index::open(scratch.file()).basis() == "new");
  CHECK(reader.basis() == "new"); // asked anew, it looks at the new one
  CHECK(reader.count({}) == 5);
}

TEST_CASE("A deleted file is made anew, and those who have it open notice") {
  const ScratchIndex scratch;
  Index index = Index::open(scratch.file());
  put_people(index, Index::Fill::Increment, 0, 50, "old");
  if (GENERATE(true, false)) {
    Index::remove(scratch.file());
  } else {
    std::filesystem::remove(scratch.file()); // its log is left behind
  }
  CHECK(Index::open(scratch.file()).basis().empty());
  CHECK(index.basis().empty());
}

TEST_CASE("Who holds an index sees one state of it, whatever others write, and gets in nobody's way") {
  const ScratchIndex scratch;
  Index index = Index::open(scratch.file());
  put_people(index, Index::Fill::Increment, 0, 3, "three");
  index.hold();
  CHECK(index.basis() == "three");
  Index other = Index::open(scratch.file());
  put_people(other, GENERATE(Index::Fill::Increment, Index::Fill::Fresh), 0, 5, "five");
  CHECK(index.basis() == "three");
  CHECK(index.list({}).size() == 3);
  CHECK_FALSE(index.by_id(person(4).id).has_value());
  SECTION("until it lets go") {
    index.rollback();
    CHECK(index.basis() == "five");
    CHECK(index.by_id(person(4).id).has_value());
  }
  SECTION("until it writes") {
    index.begin(Index::Fill::Increment);
    CHECK(index.basis() == "five");
    index.put(person(5));
    index.finish("six");
    CHECK(index.list({}).size() == 6);
  }
  SECTION("until it holds what there is then") {
    index.rollback();
    index.hold();
    CHECK(index.list({}).size() == 5);
  }
}

TEST_CASE("One process at a time makes the index anew") {
  const ScratchIndex scratch;
  Index one = Index::open(scratch.file()), other = Index::open(scratch.file());
  one.begin(Index::Fill::Fresh);
  one.put(person(1));
  try {
    other.begin(Index::Fill::Fresh);
    FAIL("it began");
  } catch (const base::Error& error) {
    CHECK(error.kind == base::Kind::Busy);
  }
  CHECK_FALSE(one.superseded());
  one.finish("x");
  other.begin(Index::Fill::Fresh);
  CHECK(other.superseded());
  other.rollback();
  CHECK(other.basis() == "x");
  CHECK_FALSE(other.superseded());
}

TEST_CASE("Where there can be no file the error says so") {
  const ScratchIndex scratch;
  try {
    Index::open(scratch.folder() + "/missing/index.sqlite");
    FAIL("it opened");
  } catch (const base::Error& error) {
    CHECK(error.kind == base::Kind::Failure);
  }
}

TEST_CASE("Processes that write and read at once lose nothing") {
  const ScratchIndex scratch;
  constexpr int processes = 4, writes = 30;
  std::vector<::pid_t> children;
  for (int process = 0; process < processes; ++process) {
    const ::pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      int failed = 0, busy = 0;
      for (int i = 0; i < writes;) {
        try {
          Index index = Index::open(scratch.file());
          put_people(index, Index::Fill::Increment, process * writes + i, process * writes + i + 1, "x");
          if (!index.by_id(person(process * writes + i).id)) failed = 1;
          ++i;
        } catch (const base::Error& error) {
          // Busy is said, and nothing is lost by it; again and again it would be a writer who starves.
          if (error.kind != base::Kind::Busy || ++busy > writes) ::_exit(2);
        } catch (...) {
          ::_exit(2);
        }
      }
      ::_exit(failed);
    }
    children.push_back(child);
  }
  for (const auto child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  CHECK(Index::open(scratch.file()).count({}) == processes * writes);
}

TEST_CASE("The log beside the file does not grow without bound") {
  const ScratchIndex scratch;
  std::uintmax_t largest = 0;
  for (int i = 0; i < 300; ++i) {
    Index index = Index::open(scratch.file());
    put_people(index, Index::Fill::Increment, i, i + 2, "x");
    largest = std::max(largest, std::filesystem::file_size(scratch.file() + "-wal"));
  }
  CHECK(largest > 0);
  CHECK(largest < 3 * 1024 * 1024);
}
