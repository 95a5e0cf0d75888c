#include "catch.hpp"

#include "sync/git_files.hpp"

using namespace crm::sync;

TEST_CASE("attributes by which git would change records are found wherever git would find them",
          "[incoming]") {
  const auto [text, allowed] = GENERATE(table<std::string, bool>({
      {"", true},
      {"*.yaml merge=crm -text\n# who has which identity: ident, filter\n  # filter\n", true},
      {"filter merge=crm\nident.txt text\n", true},
      {"*.yaml diff=ident x-filter\n", true},
      {"*.png filter=lfs diff=lfs merge=lfs -text\n", false},
      {"*.yaml ident", false},
      {"*.yaml text -ident", false},
      {"*.yaml\ttext\t!filter\r\n", false},
      {"*.yaml text\r\n  *.txt working-tree-encoding=UTF-16\n", false},
      {"[attr]ours filter=x\n*.yaml ours\n", false},
      {"\"*.yaml\"filter=x\n", false},
      {"\"a b\" text ident\n", false},
      {"\xef\xbb\xbf# filter\n", true},
      {"\xef\xbb\xbf*.yaml filter\n", false},
      {"*.yaml caf\xe9\n", false},
  }));
  INFO(text);
  CHECK(git_file_problem(".gitattributes", text).empty() == allowed);
}

TEST_CASE(".gitignore must be text, and may name what it likes", "[incoming]") {
  CHECK(git_file_problem(".gitignore", "filter\nident\n").empty());
  CHECK(git_file_problem(".gitignore", "caf\xe9\n") == "is no text");
  CHECK(git_file_problem(".gitignore", std::string_view("a\0b", 3)) == "is no text");
}
