// yaml-cpp's events → Node. Nothing is built from an event before it has been checked, and yaml-cpp's own
// loader, which follows aliases and keeps the first of two equal keys, is not used.
#include "base/text.hpp"
#include "codec/yaml.hpp"
#include "codec/yaml_guard.hpp"
#include "codec/yaml_scalar.hpp"

#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace crm::codec {
namespace {

using core::Problem;

/// Thrown through the parser, which has no other way to be stopped, and caught in `parse_yaml`.
struct Refused {
  Problem problem;
};

class Builder final : public YAML::EventHandler {
 public:
  Builder(std::string_view text, const std::string& file, const Limits& limits)
      : m_text(text), m_file(file), m_limits(limits) {
    m_line_starts.push_back(0);
    for (std::size_t at = 0; at < text.size(); ++at)
      if (text[at] == '\n') m_line_starts.push_back(at + 1);
  }

  Node take_root() { return std::move(m_root); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (m_documents++ > 0) refuse(mark.line + 1, {}, "must hold one YAML document: a second one begins here");
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    refuse(mark.line + 1, "&" + name, "must not hold YAML anchors");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark.line + 1, {}, "must not hold YAML aliases");
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    // An empty value's mark is that of whatever comes next.
    const bool value = !m_open.empty() && m_open.back().key_line > 0;
    Node node = begin(mark, value ? m_open.back().key_line : mark.line + 1, "?", anchor);
    node.plain = true;
    attach(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = begin(mark, mark.line + 1, tag == "!" ? "?" : tag, anchor);
    const char first = character_at(mark);
    node.plain = tag == "?";
    node.block = !node.plain && (first == '|' || first == '>');
    node.value = node.plain ? resolve_plain(value) : core::Value(value);
    node.source = value;
    // yaml-cpp makes single bytes of the escapes \N and \_.
    if (!base::is_utf8(value)) refuse(node.line, value, "must be valid UTF-8 behind its escapes, too");
    if (first == '"' || first == '\'') check_closed(mark, first);
    attach(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(begin(mark, mark.line + 1, tag, anchor), false);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(begin(mark, mark.line + 1, tag, anchor), true);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    bool map = false;
    std::string key;
    int key_line = 0; ///< 0 while a key is awaited
  };

  [[noreturn]] void refuse(int line, std::string_view found, std::string message) const {
    throw Refused{{m_file, line, path(), base::fit(base::printable(found), 60), std::move(message)}};
  }

  std::string path() const {
    std::string out;
    for (const auto& frame : m_open)
      if (frame.map && frame.key_line > 0)
        out += (out.empty() ? "" : ".") + base::fit(base::printable(frame.key), 60);
    return out;
  }

  std::size_t offset_of(const YAML::Mark& mark) const {
    if (mark.line < 0 || static_cast<std::size_t>(mark.line) >= m_line_starts.size()) return m_text.size();
    return std::min(m_line_starts[static_cast<std::size_t>(mark.line)] +
                        static_cast<std::size_t>(mark.column),
                    m_text.size());
  }

  char character_at(const YAML::Mark& mark) const {
    const auto at = offset_of(mark);
    return at < m_text.size() ? m_text[at] : '\0';
  }

  /// yaml-cpp lets a quote run to the end of the file, over whatever fields are below.
  void check_closed(const YAML::Mark& mark, char quote) const {
    int line = mark.line + 1;
    for (auto at = offset_of(mark) + 1; at < m_text.size(); ++at) {
      const char c = m_text[at], next = at + 1 < m_text.size() ? m_text[at + 1] : '\0';
      if (c == '\n') {
        ++line;
        if (at + 1 < m_text.size() && std::string_view(" \r\n").find(next) == std::string_view::npos &&
            !m_open.empty())
          refuse(line, {},
                 "must be indented: the quote of line " + std::to_string(mark.line + 1) + " is still open");
      } else if (quote == '"' ? c == '\\' && next != '\n' : c == quote && next == quote) {
        ++at;
      } else if (c == quote) {
        return;
      }
    }
    refuse(mark.line + 1, {}, "is not valid YAML: the quote is never closed");
  }

  void count(int line) {
    if (++m_events > m_limits.events)
      refuse(line, {},
             "must have at most " + std::to_string(m_limits.events) + " parts (keys, values, lists)");
  }

  Node begin(const YAML::Mark& mark, int line, const std::string& tag, YAML::anchor_t anchor) {
    Node node;
    node.line = line;
    count(node.line);
    if (anchor != YAML::NullAnchor) refuse(node.line, {}, "must not hold YAML anchors");
    // `! x` and `!<?> x` look untagged in the event: only the text tells.
    if (tag != "?" || (line == mark.line + 1 && character_at(mark) == '!'))
      refuse(node.line, tag == "?" ? "!" : tag, "must not hold YAML tags");
    return node;
  }

  void open(Node node, bool map) {
    if (m_open.size() >= static_cast<std::size_t>(m_limits.depth))
      refuse(node.line, {}, "must be at most " + std::to_string(m_limits.depth) + " levels deep");
    if (!m_open.empty() && m_open.back().map && m_open.back().key_line == 0)
      refuse(node.line, {}, "must have text as keys, not lists or mappings");
    m_open.push_back({std::move(node), map, {}, 0});
  }

  void close() {
    Open closed = std::move(m_open.back());
    m_open.pop_back();
    count(closed.node.line);
    if (closed.map) {
      core::Map map;
      for (const auto& [key, node] : closed.node.entries)
        map.set(key, node.value);
      closed.node.value = std::move(map);
    } else {
      core::List list;
      for (const auto& node : closed.node.items)
        list.push_back(node.value);
      closed.node.value = std::move(list);
    }
    attach(std::move(closed.node));
  }

  void attach(Node node) {
    if (m_open.empty()) {
      m_root = std::move(node);
      return;
    }
    Open& parent = m_open.back();
    if (!parent.map) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.key_line == 0) {
      take_key(parent, node);
    } else {
      node.entry_line = parent.key_line;
      parent.node.entries.emplace_back(std::move(parent.key), std::move(node));
      parent.key_line = 0;
    }
  }

  void take_key(Open& parent, const Node& key) {
    const int line = std::max(key.line, 1);
    if (key.plain && key.source == "<<") refuse(line, "<<", "must not hold YAML merge keys");
    const auto* text = key.value.if_string();
    if (text == nullptr) refuse(line, key.source, "must have text as keys: put quotes around it");
    if (text->empty()) refuse(line, "\"\"", "must not have empty keys");
    const Node* present = parent.node.find(*text);
    parent.key = *text;
    parent.key_line = line;
    if (present != nullptr)
      refuse(line, *text, "stands twice: it is already on line " + std::to_string(present->entry_line));
  }

  std::string_view m_text;
  const std::string& m_file;
  const Limits& m_limits;
  std::vector<std::size_t> m_line_starts;
  std::vector<Open> m_open;
  Node m_root;
  int m_documents = 0, m_events = 0;
};

Problem not_yaml(const YAML::Exception& error, const std::string& file) {
  return {file, error.mark.is_null() ? 0 : error.mark.line + 1, "", "",
          "is not valid YAML: " + base::printable(error.msg)};
}

} // namespace

const Node* Node::find(std::string_view key) const {
  for (const auto& [name, node] : entries)
    if (name == key) return &node;
  return nullptr;
}

std::variant<Node, std::vector<Problem>> parse_yaml(std::string_view text, const std::string& file,
                                                    const Limits& limits) {
  if (auto problems = check_bytes(text, file, limits); !problems.empty()) return problems;
  Builder builder(text, file, limits);
  try {
    std::istringstream input{std::string(text)};
    YAML::Parser parser(input);
    if (!parser.HandleNextDocument(builder)) return Node{core::Map{}, 1, false, {}, {}, {}};
    // Anything after the first document arrives as a second one, garbage too.
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refused& refused) {
    return std::vector{refused.problem};
  } catch (const YAML::Exception& error) {
    return std::vector{not_yaml(error, file)};
  }
  return builder.take_root();
}

} // namespace crm::codec
