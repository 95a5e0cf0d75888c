#include "cmd/render/style.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace crm::cmd {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

int detected_width() {
  constexpr int usual = 80, narrowest = 40, widest = 400;
  const long wished = std::strtol(variable("COLUMNS").c_str(), nullptr, 10);
  if (wished > 0) return static_cast<int>(std::clamp<long>(wished, narrowest, widest));
  winsize size{};
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO})
    if (::ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
      return std::clamp<int>(size.ws_col, narrowest, widest);
  return usual;
}

bool detected_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const auto locale = variable(name); !locale.empty()) return is_utf8_locale(locale);
  return false;
}

std::string_view sgr(Role role) {
  switch (role) {
  case Role::Plain:
    return "";
  case Role::Id:
    return "36";
  case Role::Name:
    return "1";
  case Role::Time:
    return "";
  case Role::Good:
    return "32";
  case Role::Warn:
    return "33";
  case Role::Bad:
    return "31";
  case Role::Dim:
    return "2";
  case Role::Heading:
    return "1;4";
  }
  return "";
}

} // namespace

bool is_utf8_locale(std::string_view locale) {
  std::string bare;
  for (const char c : locale)
    if (c != '-') bare += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return bare.find(".utf8") != std::string::npos;
}

Terminal Terminal::detect() {
  Terminal out;
  out.tty_in = ::isatty(STDIN_FILENO) == 1;
  out.tty_out = ::isatty(STDOUT_FILENO) == 1;
  out.tty_err = ::isatty(STDERR_FILENO) == 1;
  out.width = detected_width();
  out.unicode = detected_unicode();
  out.can_erase = variable("TERM") != "dumb";
  const auto forced = variable("CLICOLOR_FORCE");
  const bool wanted = (out.tty_out && out.can_erase) || (!forced.empty() && forced != "0");
  out.colour = wanted && variable("NO_COLOR").empty();
  return out;
}

std::string Style::paint(Role role, std::string_view text) const {
  const auto code = sgr(role);
  if (!m_colour || code.empty() || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::string on_lines(std::string_view text, const Terminal& terminal, std::size_t indent) {
  const auto columns = static_cast<std::size_t>(std::max(terminal.width, 1));
  const std::size_t room = columns - std::min(indent, columns - 1);
  if (!terminal.tty_out || base::width(text) <= room) return std::string(text);
  std::string out;
  for (auto& line : base::wrap(text, room)) {
    while (line.ends_with(' '))
      line.pop_back();
    out += (out.empty() ? "" : "\n" + std::string(indent, ' ')) + line;
  }
  return out;
}

std::string shorten(std::string_view text, std::size_t columns, const Terminal& terminal) {
  constexpr std::string_view ellipsis = "…";
  std::string out = base::fit(text, columns);
  if (!terminal.unicode && out.size() != text.size() && out.ends_with(ellipsis))
    out.replace(out.size() - ellipsis.size(), ellipsis.size(), "~");
  return out;
}

} // namespace crm::cmd
