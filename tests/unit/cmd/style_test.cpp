#include "catch.hpp"

#include "base/text.hpp"
#include "cmd/render/progress.hpp"
#include "cmd/render/style.hpp"

#include <cstdlib>
#include <map>

using namespace crm::cmd;
namespace base = crm::base;

namespace {

/// The environment for one detection; what was there comes back.
class Variables {
 public:
  explicit Variables(const std::map<std::string, std::string>& wanted) {
    for (const char* name : {"NO_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG"}) {
      if (const char* value = std::getenv(name)) m_before[name] = value;
      ::unsetenv(name);
      m_names.push_back(name);
    }
    for (const auto& [name, value] : wanted)
      ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~Variables() {
    for (const auto& name : m_names)
      ::unsetenv(name.c_str());
    for (const auto& [name, value] : m_before)
      ::setenv(name.c_str(), value.c_str(), 1);
  }

 private:
  std::vector<std::string> m_names;
  std::map<std::string, std::string> m_before;
};

Terminal detected(const std::map<std::string, std::string>& variables) {
  const Variables set(variables);
  return Terminal::detect();
}

} // namespace

TEST_CASE("COLUMNS gives the width, within what tables are made for") {
  const auto& [columns, width] = GENERATE(table<std::string, int>(
      {{"100", 100}, {"40", 40}, {"3", 40}, {"400", 400}, {"99999", 400}, {"999999999999999999999", 400}}));
  CHECK(detected({{"COLUMNS", columns}}).width == width);
}

TEST_CASE("NO_COLOR is stronger than CLICOLOR_FORCE, and empty or 0 is no wish") {
  CHECK(detected({{"CLICOLOR_FORCE", "1"}}).colour);
  CHECK_FALSE(detected({{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}).colour);
  CHECK(detected({{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", ""}}).colour);
  CHECK_FALSE(detected({{"CLICOLOR_FORCE", "0"}, {"TERM", "dumb"}}).colour);
}

TEST_CASE("The locale says whether UTF-8 can be shown") {
  CHECK(detected({{"LANG", "en_GB.UTF-8"}}).unicode);
  CHECK(detected({{"LANG", "C.utf8"}}).unicode);
  CHECK_FALSE(detected({{"LC_ALL", "C"}, {"LANG", "en_GB.UTF-8"}}).unicode);
  CHECK_FALSE(detected({{"LANG", "de_DE.ISO-8859-1"}}).unicode);
  CHECK_FALSE(detected({}).unicode);
  CHECK_FALSE(is_utf8_locale("utf8"));
}

TEST_CASE("Without colour a text is painted as it is") {
  for (const auto role : {Role::Plain, Role::Id, Role::Name, Role::Time, Role::Good, Role::Warn, Role::Bad,
                          Role::Dim, Role::Heading})
    CHECK(Style(false).paint(role, "x") == "x");
  CHECK(Style(true).paint(Role::Bad, "x") == "\x1b[31mx\x1b[0m");
  CHECK(Style(true).paint(Role::Plain, "x") == "x");
  CHECK(Style(true).paint(Role::Bad, "").empty());
}

TEST_CASE("What is shortened ends in a sign that the screen can show") {
  Terminal terminal;
  CHECK(shorten("Lovelace", 5, terminal) == "Love…");
  terminal.unicode = false;
  CHECK(shorten("Lovelace", 5, terminal) == "Love~");
  CHECK(shorten("wait…", 5, terminal) == "wait…");
}

TEST_CASE("A progress line says what, how far and how much, and fits") {
  Terminal terminal;
  terminal.unicode = false;
  CHECK(progress_line("Reading", 0, 200, terminal) == "Reading  [                        ]   0%");
  CHECK(progress_line("Reading", 100, 200, terminal) == "Reading  [############            ]  50%");
  CHECK(progress_line("Reading", 500, 200, terminal) == "Reading  [########################] 100%");
  CHECK(progress_line("Reading", 17, 0, terminal) == "Reading  17");
  for (int width = 40; width < 100; ++width) {
    terminal.width = width;
    CHECK(base::width(progress_line(std::string(200, 'x'), 1, 3, terminal)) <
          static_cast<std::size_t>(width));
  }
}
