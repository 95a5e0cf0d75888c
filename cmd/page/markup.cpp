#include "cmd/page/markup.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace crm::cmd {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : base::printable(text, base::Newlines::Keep)) {
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      out += c;
    }
  }
  return out;
}

Markup& Markup::open(std::string_view tag, std::string_view attributes) {
  m_out += fmt::format("<{}{}{}>", tag, attributes.empty() ? "" : " ", attributes);
  m_open.emplace_back(tag);
  return *this;
}

Markup& Markup::close() {
  m_out += "</" + m_open.back() + ">\n";
  m_open.pop_back();
  return *this;
}

Markup& Markup::text(std::string_view text) {
  m_out += escaped(text);
  return *this;
}

Markup& Markup::element(std::string_view tag, std::string_view attributes, std::string_view text) {
  m_out += fmt::format("<{0}{1}{2} dir=\"auto\">{3}</{0}>\n", tag, attributes.empty() ? "" : " ", attributes,
                       escaped(text));
  return *this;
}

Markup& Markup::verbatim(std::string_view html) {
  m_out += html;
  return *this;
}

std::string Markup::finish() {
  while (!m_open.empty())
    close();
  return std::move(m_out);
}

} // namespace crm::cmd
