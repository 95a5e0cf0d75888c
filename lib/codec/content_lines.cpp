#include "codec/content_lines.hpp"

#include "base/text.hpp"
#include "codec/charset.hpp"

#include <algorithm>
#include <optional>

namespace crm::codec {
namespace {

int hex_digit(char c) {
  if (base::is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string from_quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// RFC 6868.
std::string from_carets(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '^' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == 'n' || next == '\'' || next == '^') {
      out += next == 'n' ? '\n' : next == '\'' ? '"' : '^';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Where `wanted` stands outside quotes.
std::size_t unquoted(std::string_view text, std::string_view wanted, std::size_t from) {
  bool quoted = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (!quoted && wanted.find(text[i]) != wanted.npos) return i;
  }
  return text.npos;
}

void add_parameter(Property& out, std::string_view text) {
  const auto equals = text.find('=');
  if (equals != text.npos) {
    std::string value(base::trim(text.substr(equals + 1)));
    value.erase(std::remove(value.begin(), value.end(), '"'), value.end());
    out.parameters.emplace_back(base::upper(base::trim(text.substr(0, equals))), from_carets(value));
  } else if (const auto word = base::upper(base::trim(text)); !word.empty()) {
    const bool encoding = word == "QUOTED-PRINTABLE" || word == "BASE64" || word == "B" || word == "8BIT";
    out.parameters.emplace_back(encoding ? "ENCODING" : "TYPE", word);
  }
}

/// Name and parameters; the value as it stands. Nothing for a line that is none.
std::optional<Property> split_property(std::string_view line) {
  auto colon = unquoted(line, ":", 0);
  if (colon == line.npos) colon = line.find(':'); // a quote that nobody closes
  if (colon == line.npos || colon == 0) return std::nullopt;
  const auto head = line.substr(0, colon);
  Property out;
  auto at = head.find(';');
  std::string_view name = head.substr(0, at);
  if (const auto dot = name.rfind('.'); dot != name.npos) {
    out.group = base::printable(to_utf8(base::trim(name.substr(0, dot))));
    name.remove_prefix(dot + 1);
  }
  out.name = base::upper(base::trim(name));
  constexpr std::size_t longest_name = 100, most_parameters = 50;
  if (out.name.empty() || out.name.size() > longest_name ||
      out.name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != std::string::npos)
    return std::nullopt;
  while (at != head.npos && out.parameters.size() < most_parameters) {
    const auto end = unquoted(head, ";", at + 1);
    add_parameter(out, head.substr(at + 1, end == head.npos ? head.npos : end - at - 1));
    at = end;
  }
  out.value = line.substr(colon + 1);
  return out;
}

/// Of BEGIN and END: whatever stands there, it can be said.
std::string component_name(std::string_view text) {
  constexpr std::size_t widest = 100;
  return base::fit(base::printable(to_utf8(base::upper(base::trim(text)))), widest);
}

} // namespace

std::string_view Property::parameter(std::string_view wanted) const {
  for (const auto& [key, text] : parameters)
    if (key == wanted) return text;
  return {};
}

const Property* Component::find(std::string_view wanted) const {
  const auto it = std::find_if(properties.begin(), properties.end(),
                               [&](const Property& each) { return each.name == wanted; });
  return it != properties.end() ? &*it : nullptr;
}

std::string text_of(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      const char next = value[++i];
      if (next == 'n' || next == 'N')
        out += '\n';
      else if (std::string_view("\\,;:\"").find(next) != std::string_view::npos)
        out += next;
      else
        (out += '\\') += next;
    } else {
      out += value[i];
    }
  }
  return out;
}

std::vector<std::string> parts_of(std::string_view value, char separator) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && value[i] == '\\') {
      ++i;
    } else if (i >= value.size() || value[i] == separator) {
      out.push_back(text_of(value.substr(std::min(begin, value.size()), i - begin)));
      begin = i + 1;
    }
  }
  if (begin < value.size()) out.push_back(text_of(value.substr(begin))); // it ends in a backslash
  return out;
}

std::vector<std::string> unread_parameters(const Property& property,
                                           const std::vector<std::string_view>& read) {
  std::vector<std::string> out;
  constexpr std::size_t widest = 40;
  for (const auto& [name, value] : property.parameters)
    if (std::find(read.begin(), read.end(), name) == read.end())
      out.push_back(property.name + ";" + base::fit(base::printable(to_utf8(name)), widest) +
                    ": a parameter");
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == ',' || c == ';' || c == '\\')
      (out += '\\') += c;
    else if (c != '\r')
      out += c;
  }
  return out;
}

std::string folded_line(std::string_view name, std::string_view value) {
  constexpr std::size_t widest = 75;
  std::string line = std::string(name) + ":" + std::string(value), out;
  std::string_view left = line;
  std::size_t room = widest;
  while (left.size() > room) {
    std::size_t cut = room;
    while (cut > 0 && (static_cast<unsigned char>(left[cut]) & 0xc0) == 0x80)
      --cut;
    out += left.substr(0, cut);
    out += "\r\n ";
    left.remove_prefix(cut);
    room = widest - 1;
  }
  return out + std::string(left) + "\r\n";
}

void Components::feed(std::string_view piece) {
  if (m_break != 0) return lines(piece);
  m_head += piece;
  const auto end = m_head.find_first_of("\r\n");
  if (end == m_head.npos ? m_head.size() <= longest_property : end + 1 == m_head.size()) return;
  m_break = end != m_head.npos && m_head[end] == '\r' && m_head[end + 1] != '\n' ? '\r' : '\n';
  lines(std::exchange(m_head, {}));
}

void Components::lines(std::string_view piece) {
  while (!piece.empty()) {
    const auto end = piece.find(m_break);
    const auto part = piece.substr(0, end);
    const std::size_t room = longest_property - m_line.size();
    m_line_cut = m_line_cut || part.size() > room;
    m_line += part.substr(0, room);
    if (end == piece.npos) return;
    piece.remove_prefix(end + 1);
    physical_line(m_line);
    m_line.clear();
  }
}

void Components::finish() {
  if (m_break == 0) {
    m_break = m_head.ends_with('\r') ? '\r' : '\n';
    lines(std::exchange(m_head, {}));
  }
  if (!m_line.empty()) physical_line(m_line);
  m_line.clear();
  logical_line();
  while (!m_open.empty()) {
    if (m_open.back().problem.empty()) m_open.back().problem = "has no END:" + m_open.back().name;
    close(std::string(m_open.back().name)); // which moves it away
  }
}

void Components::physical_line(std::string_view line) {
  ++m_number;
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool folded = !line.empty() && (line.front() == ' ' || line.front() == '\t');
  const bool cut = std::exchange(m_line_cut, false);
  std::size_t fresh = 0; // where what this line adds begins
  if (folded || m_soft) {
    m_cut = m_cut || cut;
    if (m_started == 0) m_started = m_number; // the first line of all goes on from nothing
    if (m_soft) m_logical.pop_back();
    fresh = m_logical.size();
    if (m_logical.size() + line.size() <= longest_property)
      m_logical += folded ? line.substr(1) : line;
    else
      m_cut = true;
  } else {
    logical_line();
    m_started = m_number;
    m_logical = line;
    m_cut = cut;
  }
  look_for_value(fresh);
  m_soft = m_logical.ends_with('=') && !m_cut && m_quoted_printable;
  if (m_open.empty()) return;
  auto& raw = m_open[std::min(m_depth, m_open.size() - 1)].raw;
  if (raw.size() <= longest_raw) raw.append(line).append("\r\n");
}

void Components::look_for_value(std::size_t from) {
  if (m_has_value) return;
  const auto colon = m_logical.find(':', from);
  if (colon == m_logical.npos) return;
  m_has_value = true;
  m_quoted_printable = base::upper(m_logical.substr(0, colon)).find("QUOTED-PRINTABLE") != std::string::npos;
}

void Components::logical_line() {
  m_soft = m_has_value = m_quoted_printable = false;
  const std::string line = std::exchange(m_logical, {});
  const bool cut = std::exchange(m_cut, false);
  if (!base::trim(line).empty()) property(line, cut);
}

void Components::property(std::string_view line, bool cut) {
  const std::string head = base::upper(base::trim(line.substr(0, 6)));
  if (head.starts_with("BEGIN:")) {
    if (m_open.size() >= deepest) {
      if (m_open.back().problem.empty())
        m_open.back().problem = "holds components too deep within each other";
      return;
    }
    Component fresh;
    fresh.name = component_name(line.substr(6));
    fresh.line = m_started;
    // The next one has begun, and this one was not ended; but vCard 2.1 has a card as the value of AGENT.
    const bool within = !m_open.empty() && !m_open.back().properties.empty() &&
                        m_open.back().properties.back().name == "AGENT" &&
                        m_open.back().properties.back().value.empty();
    if (!within && !m_open.empty() && m_open.back().name == fresh.name && fresh.name != "VCALENDAR") {
      m_open.back().problem = "has no END:" + fresh.name;
      close(fresh.name);
    }
    if (m_open.size() <= m_depth) fresh.raw = std::string(line) + "\r\n";
    m_open.push_back(std::move(fresh));
    return;
  }
  if (base::upper(line.substr(0, 4)) == "END:") return close(component_name(line.substr(4)));
  if (m_open.empty()) {
    ++m_stray;
    return;
  }
  auto parsed = split_property(line);
  Component& component = m_open.back();
  if (component.properties.size() >= most_properties) {
    if (component.problem.empty()) component.problem = "has more than 5000 lines";
    return;
  }
  if (!parsed) {
    component.properties.push_back({"", {}, base::fit(base::printable(to_utf8(line)), 60)});
    return;
  }
  const std::string encoding = base::upper(base::trim(parsed->parameter("ENCODING")));
  parsed->cut = cut || encoding == "B" || encoding == "BASE64" || parsed->value.starts_with("data:");
  if (encoding == "QUOTED-PRINTABLE") {
    parsed->value = from_quoted_printable(parsed->value);
    // Its line breaks are none of the file's: as an escape they survive unescaping.
    std::string kept;
    for (const char c : parsed->value)
      if (c == '\n')
        kept += "\\n";
      else if (c != '\r')
        kept += c;
    parsed->value = std::move(kept);
  }
  parsed->value = from_charset(parsed->value, parsed->parameter("CHARSET"));
  for (auto& [key, text] : parsed->parameters)
    text = to_utf8(text);
  component.properties.push_back(*std::move(parsed));
}

void Components::close(const std::string& name) {
  const auto open =
      std::find_if(m_open.rbegin(), m_open.rend(), [&](const Component& each) { return each.name == name; });
  if (open == m_open.rend()) return;
  bool last = false;
  while (!last) {
    Component done = std::move(m_open.back());
    m_open.pop_back();
    last = done.name == name;
    if (!last && done.problem.empty()) done.problem = "has no END:" + done.name;
    if (done.raw.size() > longest_raw) done.raw.clear();
    done.raw = to_utf8(done.raw);
    if (m_open.size() <= m_depth) {
      m_ended(done, m_open);
    } else {
      if (!done.problem.empty() && m_open.back().problem.empty()) m_open.back().problem = done.problem;
      constexpr std::size_t most_components = 1000;
      if (m_open.back().components.size() < most_components)
        m_open.back().components.push_back(std::move(done));
      else if (m_open.back().problem.empty())
        m_open.back().problem = "holds more than 1000 components";
    }
  }
}

} // namespace crm::codec
