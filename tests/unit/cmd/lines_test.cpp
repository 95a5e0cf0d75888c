#include "catch.hpp"
#include "cmd/render/lines.hpp"

using crm::cmd::on_screen;

TEST_CASE("lines that fit stay as they are, however long the text is") {
  CHECK(on_screen("", 20).empty());
  CHECK(on_screen("a b\n\n  c   d  \n", 20) == "a b\n\n  c   d  \n");
}

TEST_CASE("a line that does not fit goes on below what it goes on with") {
  CHECK(on_screen("one two three four", 10) == "one two\nthree four");
  CHECK(on_screen("last    a long sentence here\nnext", 24) == "last    a long sentence\n        here\nnext");
  CHECK(on_screen("crm: no such thing is here", 20) == "crm: no such thing\n     is here");
  CHECK(on_screen("    deep in and going on", 16) == "    deep in and\n      going on");
}

TEST_CASE("a command in backquotes stays whole, and a word that is too long") {
  CHECK(on_screen("see `crm help sync` there", 20) == "see `crm help sync`\nthere");
  CHECK(on_screen("you see `crm help sync` there", 20) == "you see\n`crm help sync`\nthere");
  CHECK(on_screen("https://example.org/a/long/address x", 10) == "https://example.org/a/long/address\nx");
}

TEST_CASE("colours take no room") {
  CHECK(on_screen("\x1b[31mred\x1b[0m word", 8) == "\x1b[31mred\x1b[0m word");
  CHECK(on_screen("\x1b[31mcrm:\x1b[0m one two", 10) == "\x1b[31mcrm:\x1b[0m one\n     two");
}
