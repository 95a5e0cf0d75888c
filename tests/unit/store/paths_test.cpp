#include "catch.hpp"

#include "base/error.hpp"
#include "store/paths.hpp"

namespace crm::store {

TEST_CASE("a record's path is made of its folder and id, and read back", "[paths]") {
  const auto path = record_path("contacts", "7f3k2m9qxv0tbn4c");
  REQUIRE(path == "contacts/7f/7f3k2m9qxv0tbn4c.yaml");
  const auto parts = parse_record_path(path);
  REQUIRE(parts);
  REQUIRE(parts->folder == "contacts");
  REQUIRE(parts->id == "7f3k2m9qxv0tbn4c");
}

TEST_CASE("what is not exactly a record's path is none", "[paths]") {
  const auto path = GENERATE(as<std::string>{}, "", "crm.yaml", "contacts/7f3k2m9qxv0tbn4c.yaml",
                             "contacts/7g/7f3k2m9qxv0tbn4c.yaml", "contacts/7f/7f3k2m9qxv0tbn4c.yml",
                             "contacts/7f/7f3k2m9qxv0tbn4.yaml", "contacts/7f/7F3K2M9QXV0TBN4C.yaml",
                             "a/contacts/7f/7f3k2m9qxv0tbn4c.yaml", "/7f/7f3k2m9qxv0tbn4c.yaml",
                             ".git/7f/7f3k2m9qxv0tbn4c.yaml", "../7f/7f3k2m9qxv0tbn4c.yaml",
                             "contacts/7f/7f3k2m9qxv0tbn4c.yaml/");
  INFO(path);
  REQUIRE_FALSE(parse_record_path(path));
}

TEST_CASE("a path that could lead out of the store, into git, or surprise a shell is refused", "[paths]") {
  const auto path = GENERATE(as<std::string>{}, "", "/etc/passwd", "..", "contacts/../x", "a/./b", "a//b",
                             "a/", ".git/config", ".GIT/config", "a/.Git/hooks", "a b", "a\nb", "a\\b", "a:b",
                             "git~1", "caf\xc3\xa9", "a/b/c/d/e", std::string("a\0b", 3), ".crm-tmp-x",
                             "contacts/.crm-tmp-x", std::string(201, 'a'));
  INFO(path);
  REQUIRE_FALSE(path_problem(path).empty());
  REQUIRE_THROWS_AS(check_path(path), base::Error);
}

TEST_CASE("what an editor leaves beside a file is known by its name", "[paths]") {
  const auto leftover = GENERATE(as<std::string>{}, "x.yaml~", ".x.yaml.swp", ".x.yaml.swo", ".x.yaml.swn",
                                 "4913", "#x.yaml#", ".#x.yaml", "x.yaml.orig", "x.yaml.bak", "x.yaml.tmp");
  INFO(leftover);
  CHECK(is_leftover(leftover));
  const auto other = GENERATE(as<std::string>{}, "7f3k2m9qxv0tbn4c.yaml", "crm.yaml", "x.swp", ".sw",
                              ".swp.yaml", ".gitignore", "x.yml", "bak", "49130");
  INFO(other);
  CHECK_FALSE(is_leftover(other));
}

TEST_CASE("a store's own files are allowed", "[paths]") {
  const auto path = GENERATE(as<std::string>{}, "crm.yaml", ".gitattributes", "schemas/contact.yaml",
                             "contacts/7f/7f3k2m9qxv0tbn4c.yaml", "a/b/c/d");
  REQUIRE(path_problem(path).empty());
}

} // namespace crm::store
