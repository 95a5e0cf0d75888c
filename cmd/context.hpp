// What every command gets: the outside world, the options that all commands share, the open store, and one
// way out for data.
#pragma once

#include "app/batch.hpp"
#include "app/workspace.hpp"
#include "cmd/render/formats.hpp"
#include "cmd/render/style.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace crm::cmd {

/// What a word on the command line stands for, so that completion can offer it.
enum class Completes {
  Nothing,
  Record,
  Type,
  Verb,
  State,
  Assignment,
  Zone,
  Day,
  Format,
  Shell,
  Topic,
  Remote,
  Device,
  Batch,
  PutAside,   ///< batches that wait in the quarantine
  Disputed,   ///< records with a conflict
  KeyRequest, ///< members and keys that wait for approval
  Proposal,   ///< of a policy
  Filter,
  Field,
  Columns, ///< several fields with commas between them
  Sort,    ///< the same, "-" before any
  Choice,  ///< of the words that `type` has, with commas between them
  Folder
};
struct Completion {
  Completes what = Completes::Nothing;
  std::string type; ///< of records, states and fields; "" for any
};

struct Shared {
  std::string store, format, output;
  bool json = false, quiet = false;
};

/// `crm … | head -1` has seen enough: no failure, and an end to what would go on telling.
struct ReaderGone {};

class Context {
 public:
  Context(base::Environment& env, Terminal terminal, std::vector<std::string> words);
  ~Context();

  base::Environment& env() { return m_env; }
  /// What standard output is; no terminal when the output goes to a file, which wants nothing shortened.
  Terminal terminal() const;
  Style style() const;
  Shared& shared() { return m_shared; }
  const std::vector<std::string>& words() const { return m_words; } ///< the command line without argv[0]

  /// Opened at the first call.
  app::Workspace& workspace();
  /// Before waiting for a person: see Workspace.
  void rest() const;
  /// Forgets the open store, so that the next call sees it as it is then.
  void reopen() { m_workspace.reset(); }
  /// The terminal may have got another size.
  void measure_terminal() { m_terminal = Terminal::detect(); }
  /// The store's schema, or the built-in one where there is no store. Throws Error(NotFound) for an unknown
  /// type.
  const core::Schema& schema(std::string_view type);
  /// Types of the store here, or the built-in ones.
  std::vector<std::string> types();

  Format format() const; ///< --json and --format; Table when neither was given
  bool for_people() const { return format() == Format::Table; }
  /// Data, to standard output or the file of -o. Written when the command has ended well.
  void print(std::string_view text) { m_out += text; }
  /// Takes back what has been printed and not yet been written.
  std::string discard() { return std::exchange(m_out, {}); }
  /// Yaml when that was asked for; else JSON. Throws Error(Usage) when a table for scripts was.
  void print_json(const core::Map& document);
  bool is_tabular() const { return format() == Format::Csv || format() == Format::Tsv; }
  /// For what is no list: throws Error(Usage) when a table for scripts was asked for, before anything is
  /// done.
  void want_document() const;
  /// In the format that was asked for, which is neither Table nor Json.
  void print_rows(const std::vector<std::string>& columns, const std::vector<core::Map>& rows);
  /// Notices, to standard error at once. Not with --quiet.
  void say(std::string_view sentence) const;
  /// What was not done, where the exit code is not 0 for it. With --quiet too: nothing goes wrong in silence.
  void complain(std::string_view sentence) const;
  /// For standard error: on a terminal in lines that fit it.
  std::string for_screen(std::string_view text) const;
  /// Throws ReaderGone where nobody reads standard output any more.
  void flush();
  /// The file of -o, "" for standard output, for a command that writes it by itself.
  std::string take_output() { return std::exchange(m_shared.output, {}); }
  /// What the workspace collected on the way.
  std::vector<std::string> take_warnings() {
    return m_workspace ? m_workspace->take_warnings() : std::vector<std::string>{};
  }
  /// The batch that this command has written, "" when none.
  std::string committed() const { return m_workspace ? m_workspace->committed() : std::string(); }
  bool wants_prompt() const { return m_terminal.tty_in && m_terminal.tty_err; }
  /// One line from the terminal, without its newline; nothing at its end.
  std::optional<std::string> ask(std::string_view question);
  /// Whether nobody would notice if the command were given once more: no batch, no output, nothing asked or
  /// read from standard input.
  bool can_begin_again() const;

  int exit_code = 0;
  std::map<const CLI::Option*, Completion> completions;
  CLI::App* root = nullptr;

 private:
  base::Environment& m_env;
  Terminal m_terminal;
  std::vector<std::string> m_words;
  Shared m_shared;
  std::unique_ptr<app::Workspace> m_workspace;
  std::map<std::string, std::unique_ptr<core::Schema>, std::less<>> m_builtin;
  std::string m_out;
  bool m_heard = false; ///< something was written to, or asked of, whoever is outside
};

} // namespace crm::cmd
