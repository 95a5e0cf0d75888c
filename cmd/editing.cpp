#include "cmd/editing.hpp"

#include "app/reads.hpp"
#include "app/records.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/shape.hpp"
#include "core/record.hpp"
#include "store/small_file.hpp"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <sys/wait.h>
#include <unistd.h>

namespace crm::cmd {
namespace {

/// A private file that is gone when the edit is over.
class Scratch {
 public:
  explicit Scratch(const std::string& text) {
    std::string name = "/tmp/crm-edit-XXXXXX.yaml";
    constexpr int suffix = 5;
    const int fd = ::mkstemps(name.data(), suffix);
    if (fd < 0) throw base::Error(base::Kind::Failure, "cannot make a file to edit in /tmp");
    m_path = name;
    const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    if (!written) throw base::Error(base::Kind::Failure, "cannot write " + m_path);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    if (!m_kept) ::unlink(m_path.c_str());
  }
  const std::string& path() const { return m_path; }
  void keep() { m_kept = true; }

 private:
  std::string m_path;
  bool m_kept = false;
};

/// Nothing where none is named: then it is vi, which needs a terminal.
std::optional<std::string> named_editor(Context& context) {
  auto visual = context.env().variable("VISUAL");
  return visual ? visual : context.env().variable("EDITOR");
}

void open_editor(Context& context, const std::string& path) {
  const std::string editor = named_editor(context).value_or("vi");
  // As git does: the editor may come with arguments, so a shell reads it; the path is an argument, never part
  // of the script.
  const std::string script = editor + " \"$@\"";
  context.rest();
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl("/bin/sh", "sh", "-c", script.c_str(), editor.c_str(), path.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw base::Error(base::Kind::Failure,
                      "the editor \"" + base::printable(editor) + "\" did not end well; nothing was changed",
                      "set VISUAL or EDITOR, or use field=value");
}

} // namespace

void run_edit(Context& context, const EditOptions& options) {
  auto& workspace = context.workspace();
  if (!options.assignments.empty())
    return answer(context,
                  app::set(workspace, {options.type,
                                       {options.record},
                                       options.assignments,
                                       options.force,
                                       options.mode,
                                       options.reach}),
                  "Changed");
  if (options.reach == app::Reach::Future || options.reach == app::Reach::All)
    throw base::Error(base::Kind::Usage, "the editor changes one record",
                      "give what is to change for several as field=value");
  const auto terminal = context.terminal();
  if (!named_editor(context) && !(terminal.tty_in && terminal.tty_out))
    throw base::Error(base::Kind::Usage, "an editor needs a terminal, and this is none",
                      "give what is to change as field=value, or set VISUAL or EDITOR");
  const auto found = app::resolve(workspace, options.type, options.record);
  app::note_reads(workspace, "edit", {found.record});
  const auto before = app::text_for_editor(workspace, found);
  Scratch scratch(before.text);
  while (true) {
    open_editor(context, scratch.path());
    const auto text = store::read_small_file(scratch.path(), core::largest_record);
    if (!text) throw base::Error(base::Kind::Failure, "cannot read what the editor left");
    if (*text == before.text) return context.say("nothing was changed");
    try {
      return answer(context,
                    app::save_from_editor(workspace, found, before, *text, options.force, options.mode),
                    "Changed");
    } catch (const base::Error& error) {
      const bool again = context.wants_prompt();
      context.say("crm: " + error.message);
      const auto answered = again ? context.ask("Edit again? [Y/n] ") : std::nullopt;
      if (answered && (answered->empty() || answered->front() == 'y' || answered->front() == 'Y')) continue;
      scratch.keep();
      throw base::Error(error.kind, "nothing was changed; your text is kept in " + scratch.path(),
                        error.hint);
    }
  }
}

} // namespace crm::cmd
