#include "app/workspace.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/views/days.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <string>
#include <sys/ioctl.h>
#include <tuple>
#include <unistd.h>

namespace crm::cmd {
namespace {

volatile std::sig_atomic_t asked_to_end = 0, asked_to_stop = 0;

void on_signal(int signal) {
  if (signal == SIGTSTP) {
    asked_to_stop = 1;
  } else if (signal != SIGWINCH) {
    asked_to_end = 1;
  }
}

/// Whatever ends the watch, the terminal is left as it was: the other screen away, the cursor there.
class Screen {
 public:
  explicit Screen(Context& context) : m_context(context) {
    asked_to_end = 0;
    asked_to_stop = 0;
    struct sigaction action {};
    action.sa_handler = on_signal;
    for (std::size_t i = 0; i < std::size(signals); ++i)
      ::sigaction(signals[i], &action, &m_before[i]);
    enter();
  }
  ~Screen() {
    try {
      leave();
    } catch (const base::Error&) {
      // The terminal is gone, and with it all that could be put in order.
    }
    for (std::size_t i = 0; i < std::size(signals); ++i)
      ::sigaction(signals[i], &m_before[i], nullptr);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Line over line, so that nothing flickers; what is left of the picture before goes.
  void show(const std::string& picture) {
    std::string out = "\x1b[H";
    for (const char c : picture)
      out += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c);
    write(out + "\x1b[J");
  }

  /// Ctrl-Z: the shell gets its screen, and we ours again when it lets us go on.
  void stop() {
    asked_to_stop = 0;
    leave();
    ::raise(SIGSTOP);
    enter();
  }

 private:
  static constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP};

  void write(const std::string& text) {
    m_context.print(text);
    m_context.flush();
  }
  void enter() { write("\x1b[?1049h\x1b[?25l"); }
  void leave() { write("\x1b[?25h\x1b[?1049l"); }

  Context& m_context;
  struct sigaction m_before[std::size(signals)];
};

std::size_t screen_rows() {
  constexpr std::size_t usual = 24;
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1 ? size.ws_row : usual;
}

std::size_t count_lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// The last line says what is not shown.
std::string cut(const std::string& text, std::size_t rows) {
  if (count_lines(text) < rows) return text;
  std::size_t at = 0;
  for (std::size_t line = 0; line + 2 < rows; ++line)
    at = text.find('\n', at) + 1;
  return text.substr(0, at) + "… " + std::to_string(count_lines(text.substr(at))) + " more lines\n";
}

std::string picture(Context& context, const std::function<void(Span)>& draw) {
  const std::size_t rows = screen_rows();
  const auto drawn = [&](Span span) {
    draw(span);
    return context.discard();
  };
  try {
    const std::string whole = drawn(Span::Whole);
    return count_lines(whole) < rows ? whole : cut(drawn(Span::Rest), rows);
  } catch (const base::Error& error) {
    // Busy for a moment, or a file that somebody is editing: the next picture may be better.
    context.discard();
    return "crm: " + base::printable(error.message) + "\n";
  }
}

} // namespace

void watch(Context& context, const std::function<void(Span)>& draw) {
  if (!context.terminal().tty_out || !context.terminal().can_erase)
    throw base::Error(base::Kind::Usage, "--watch needs a terminal", "`crm day` without it works everywhere");
  context.workspace();            // where there is no store, that is said on the usual screen
  constexpr int look_every = 500; // milliseconds: one small file is read
  std::tuple<std::string, std::int64_t, int, std::size_t> shown;
  Screen screen(context);
  while (asked_to_end == 0) {
    if (asked_to_stop != 0) {
      screen.stop();
      shown = {};
    }
    context.measure_terminal();
    const auto minute =
        std::chrono::floor<std::chrono::minutes>(context.env().now()).time_since_epoch().count();
    const std::tuple<std::string, std::int64_t, int, std::size_t> now{
        context.workspace().repository().head(), minute, context.terminal().width, screen_rows()};
    if (now != shown) {
      context.reopen();
      screen.show(picture(context, draw));
      shown = now;
    }
    ::poll(nullptr, 0, look_every); // a signal ends it early
  }
}

} // namespace crm::cmd
