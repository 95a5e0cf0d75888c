// Values for properties: mostly text that YAML could misread.
#pragma once

#include "codec/yaml.hpp"
#include "core/value.hpp"

#include <random>
#include <string>

namespace crm::tests {

class RandomValues {
 public:
  explicit RandomValues(unsigned seed) : m_random(seed) {}

  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(m_random); }

  std::string text() {
    static const std::vector<std::string> nasty{"",
                                                " ",
                                                "  x",
                                                "x ",
                                                "yes",
                                                "no",
                                                "on",
                                                "OFF",
                                                "null",
                                                "Null",
                                                "~",
                                                "true",
                                                "FALSE",
                                                "y",
                                                "N",
                                                "0",
                                                "007",
                                                "0o7",
                                                "0x1F",
                                                "1_000",
                                                "1:30",
                                                "190:20:30",
                                                "+44",
                                                "-1",
                                                "1e3",
                                                "1.5",
                                                ".5",
                                                "5.",
                                                "-.inf",
                                                ".nan",
                                                "2026-11-24",
                                                "2026-11-24T14:00",
                                                "2026-11-24 14:00:00",
                                                "2026-11-20T09:12:44.120Z alice@front-desk",
                                                "2026-11-20T09:12:44.120Z",
                                                "+44 20 7946 0000",
                                                "(020) 7946",
                                                "- x",
                                                "-x",
                                                "? x",
                                                ": x",
                                                "a: b",
                                                "a:",
                                                "a :b",
                                                "a #b",
                                                "a#b",
                                                "#a",
                                                "a, b",
                                                "[a]",
                                                "{a}",
                                                "a]",
                                                "&a",
                                                "*a",
                                                "!a",
                                                "|",
                                                "|-",
                                                ">",
                                                "%a",
                                                "@a",
                                                "`a",
                                                "'a'",
                                                "\"a\"",
                                                "it's",
                                                "say \"x\"",
                                                "back\\slash",
                                                "<<",
                                                "=",
                                                "---",
                                                "--- a",
                                                "...",
                                                "a\nb",
                                                "a\nb\n",
                                                "a\n\nb\n\n",
                                                "\na",
                                                "a\n",
                                                "\n",
                                                "\n\n",
                                                " a\nb",
                                                "a \nb",
                                                "a\n  b\n c",
                                                "a\n \nb",
                                                "# a\nb",
                                                "- a\n- b\n",
                                                "a: b\nc: d\n",
                                                "tab\there",
                                                "\ttab",
                                                "a\n\tb",
                                                "cr\rlf",
                                                "a\r\nb",
                                                std::string("nul\0x", 5),
                                                "\x1b[2J",
                                                "\x7f",
                                                "\xc2\x85",
                                                "\xe2\x80\xa8",
                                                "\xe2\x80\xae"
                                                "evil",
                                                "\xef\xbb\xbf"
                                                "bom",
                                                "Zo\xc3\xab",
                                                "\xe6\x9d\xb1\xe4\xba\xac",
                                                "\xf0\x9f\x92\x87",
                                                "a? b",
                                                "what?",
                                                "https://example.org/?a=b#c",
                                                "room-2",
                                                "PT45M",
                                                "Europe/London",
                                                "7f3k2m9qxv0tbn4c",
                                                "1234567890123456",
                                                "12345678901234e5",
                                                "9223372036854775808",
                                                "a\n...\nb",
                                                "a\n---\n",
                                                "%x\n%y"};
    if (below(3) > 0) return nasty[static_cast<std::size_t>(below(static_cast<int>(nasty.size())))];
    static const std::string alphabet = " \n:#-?,[]{}&*!|>'\"%@`ab1.\\\t~=<";
    std::string out;
    for (int n = below(below(8) == 0 ? 1500 : 12); n > 0; --n)
      out += alphabet[static_cast<std::size_t>(below(static_cast<int>(alphabet.size())))];
    return out;
  }

  core::Value scalar() {
    switch (below(8)) {
    case 0:
      return {};
    case 1:
      return below(2) == 0;
    case 2:
      return static_cast<std::int64_t>(m_random()) * (below(2) == 0 ? 1 : -1);
    case 3: {
      static const std::vector<double> numbers{0.0,    -0.5,   1.0,  1200.0,        0.1,  1e300,
                                               1e-300, 5e-324, 1e21, 123456789.123, -1e15};
      return numbers[static_cast<std::size_t>(below(static_cast<int>(numbers.size())))];
    }
    default:
      return text();
    }
  }

  core::Map map(int depth) {
    core::Map out;
    for (int n = below(5); n > 0; --n) {
      auto key = text();
      if (!key.empty()) out.set(key, value(depth));
    }
    return out;
  }

  core::Value value(int depth) {
    const int kind = depth > 0 ? below(4) : 3;
    if (kind == 0) return map(depth - 1);
    if (kind > 1) return scalar();
    core::List list;
    for (int n = below(5); n > 0; --n)
      list.push_back(value(depth - 1));
    return list;
  }

 private:
  std::mt19937 m_random;
};

} // namespace crm::tests
