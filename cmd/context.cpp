#include "cmd/context.hpp"

#include "base/error.hpp"
#include "base/heap.hpp"
#include "base/text.hpp"
#include "cmd/render/lines.hpp"
#include "cmd/render/output_file.hpp"
#include "cmd/render/progress.hpp"
#include "codec/json.hpp"
#include "codec/schema.hpp"
#include "codec/yaml.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

namespace crm::cmd {

Context::Context(base::Environment& env, Terminal terminal, std::vector<std::string> words)
    : m_env(env), m_terminal(terminal), m_words(std::move(words)) {}
Context::~Context() = default;

Terminal Context::terminal() const {
  Terminal out = m_terminal;
  if (!m_shared.output.empty() && m_shared.output != "-") out.tty_out = false;
  return out;
}

Style Context::style() const {
  return Style(m_terminal.colour && m_shared.output.empty());
}

app::Workspace& Context::workspace() {
  if (!m_workspace) {
    auto progress = std::make_shared<std::unique_ptr<Progress>>();
    const auto sink = [terminal = m_terminal, progress](std::string_view what, std::size_t done,
                                                        std::size_t total) {
      if (what.empty()) {
        if (*progress) (*progress)->finish();
        progress->reset();
        return;
      }
      if (!*progress) *progress = std::make_unique<Progress>(terminal, std::string(what), total);
      (*progress)->update(done);
    };
    const auto folder = m_shared.store.empty() ? std::nullopt : std::optional(m_shared.store);
    constexpr std::size_t what_most_commands_take = 1 << 20;
    base::ready_heap(what_most_commands_take);
    m_workspace = std::make_unique<app::Workspace>(app::Workspace::open(m_env, folder, sink));
  }
  return *m_workspace;
}

const core::Schema& Context::schema(std::string_view type) {
  const auto folder = m_shared.store.empty() ? m_env.variable("CRM_STORE") : std::optional(m_shared.store);
  if (m_workspace || app::find_store(folder.value_or("."))) return workspace().schemas().get(type);
  if (const auto it = m_builtin.find(type); it != m_builtin.end()) return *it->second;
  for (const auto& [name, text] : codec::embedded_schemas()) {
    if (name != type) continue;
    auto parsed = codec::parse_schema(text, std::string(name) + ".yaml");
    return *m_builtin
                .emplace(std::string(type),
                         std::make_unique<core::Schema>(std::get<core::Schema>(std::move(parsed))))
                .first->second;
  }
  throw base::Error(base::Kind::NotFound, "no record type \"" + base::printable(type) + "\"");
}

std::vector<std::string> Context::types() {
  const auto folder = m_shared.store.empty() ? m_env.variable("CRM_STORE") : std::optional(m_shared.store);
  if (m_workspace || app::find_store(folder.value_or("."))) return workspace().schemas().types();
  std::vector<std::string> out;
  for (const auto& [name, text] : codec::embedded_schemas())
    out.emplace_back(name);
  std::sort(out.begin(), out.end());
  return out;
}

Format Context::format() const {
  if (m_shared.json) return Format::Json;
  if (m_shared.format.empty()) return Format::Table;
  if (const auto format = parse_format(m_shared.format)) return *format;
  throw base::Error(base::Kind::Usage, "no format \"" + base::printable(m_shared.format) + "\"",
                    "table, json, ndjson, csv, tsv or yaml");
}

void Context::want_document() const {
  if (is_tabular())
    throw base::Error(base::Kind::Usage,
                      "what this command says is no list, and there is no " + m_shared.format + " of it",
                      "its formats are table, json, ndjson and yaml");
}

void Context::print_json(const core::Map& document) {
  want_document();
  if (format() == Format::Yaml) return print("---\n" + codec::emit_document(document));
  if (format() == Format::Ndjson) return print(json_text(document) + "\n");
  print(json_text(document, terminal().tty_out ? codec::Layout::Indented : codec::Layout::Compact) + "\n");
}

void Context::print_rows(const std::vector<std::string>& columns, const std::vector<core::Map>& rows) {
  print(write_rows(format(), columns, rows, terminal().tty_out ? Reader::Screen : Reader::Program));
}

void Context::say(std::string_view sentence) const {
  if (!m_shared.quiet) complain(sentence);
}

void Context::complain(std::string_view sentence) const {
  std::string text = base::printable(sentence, base::Newlines::Keep);
  if (text.starts_with("crm: ") && !text.starts_with("crm: note: ")) text = behind_crm(std::move(text));
  std::cerr << for_screen(text) << '\n';
}

std::string Context::for_screen(std::string_view text) const {
  return m_terminal.tty_err ? on_screen(text, static_cast<std::size_t>(m_terminal.width)) : std::string(text);
}

void Context::rest() const {
  if (m_workspace) m_workspace->rest();
}

void Context::flush() {
  rest(); // who reads may be a person
  if (m_out.empty() && m_shared.output.empty()) return;
  m_heard = true;
  if (m_shared.output.empty() || m_shared.output == "-") {
    if (m_terminal.tty_out && for_people())
      m_out = on_screen(m_out, static_cast<std::size_t>(m_terminal.width));
    const bool written =
        std::fwrite(m_out.data(), 1, m_out.size(), stdout) == m_out.size() && std::fflush(stdout) == 0;
    if (!written && errno == EPIPE) throw ReaderGone();
    if (!written)
      throw base::Error(base::Kind::Failure, std::string("cannot write the output: ") + std::strerror(errno));
  } else {
    write_file_atomically(m_shared.output, m_out);
  }
  m_out.clear();
}

std::optional<std::string> Context::ask(std::string_view question) {
  m_heard = true;
  rest();
  std::cerr << question << std::flush;
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return line;
}

bool Context::can_begin_again() const {
  // "-" is standard input to some commands; for the few to whom it is not, the answer is only too careful.
  return !m_heard && committed().empty() && std::find(m_words.begin(), m_words.end(), "-") == m_words.end();
}

} // namespace crm::cmd
