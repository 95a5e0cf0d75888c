#include "cmd/render/formats.hpp"

#include "base/text.hpp"
#include "codec/yaml.hpp"

#include <array>
#include <fmt/format.h>
#include <utility>

namespace crm::cmd {
namespace {

std::string plain(const core::Value& value) {
  if (value.if_map() != nullptr) return json_text(value);
  const auto* list = value.if_list();
  if (list == nullptr) return core::to_text(value);
  std::vector<std::string> items;
  for (const auto& item : *list)
    items.push_back(plain(item));
  return base::join(items, "; ");
}

std::string csv_cell(std::string text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string tsv_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
    case '\t':
      out += "\\t";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\\':
      out += "\\\\";
      break;
    default:
      out += c;
    }
  }
  return out;
}

std::string separated(Format format, const std::vector<std::string>& columns,
                      const std::vector<core::Map>& rows, Reader reader) {
  const bool csv = format == Format::Csv;
  const auto cell = [&](std::string text) {
    if (!csv) text = tsv_cell(text);
    if (reader == Reader::Screen) text = base::printable(text, base::Newlines::Keep);
    return csv ? csv_cell(std::move(text)) : text;
  };
  std::string out;
  const auto line = [&](const auto& text_of) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += csv ? ',' : '\t';
      out += cell(text_of(columns[i]));
    }
    out += csv ? "\r\n" : "\n";
  };
  line([](const std::string& name) { return name; });
  for (const auto& row : rows) {
    line([&](const std::string& name) {
      const core::Value* value = row.find(name);
      return value != nullptr ? plain(*value) : std::string();
    });
  }
  return out;
}

/// The code point at `at` when it is one that JSON leaves raw and a terminal obeys, and its length; else 0.
std::pair<unsigned, std::size_t> obeyed_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[at + i])) : 0U;
  };
  if (byte(0) == 0x7f) return {0x7f, 1};
  if (byte(0) == 0xc2 && byte(1) < 0xa0 && byte(1) != 0) return {byte(1), 2};
  if (byte(0) != 0xe2 || byte(2) == 0) return {0, 0};
  const unsigned code = 0x2000 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
  const bool reorders = (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return reorders ? std::pair{code, std::size_t{3}} : std::pair{0U, std::size_t{0}};
}

} // namespace

std::optional<Format> parse_format(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Format>, 6> formats{{{"table", Format::Table},
                                                                               {"json", Format::Json},
                                                                               {"ndjson", Format::Ndjson},
                                                                               {"csv", Format::Csv},
                                                                               {"tsv", Format::Tsv},
                                                                               {"yaml", Format::Yaml}}};
  for (const auto& [known, format] : formats)
    if (known == name) return format;
  return std::nullopt;
}

std::string write_rows(Format format, const std::vector<std::string>& columns,
                       const std::vector<core::Map>& rows, Reader reader) {
  if (format == Format::Csv || format == Format::Tsv) return separated(format, columns, rows, reader);
  std::string out;
  for (const auto& row : rows)
    out += format == Format::Yaml ? "---\n" + codec::emit_document(row) : json_text(row) + "\n";
  return out;
}

std::string json_text(const core::Value& value, codec::Layout layout) {
  const std::string raw = codec::to_json(value, layout);
  std::string out;
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size();) {
    // These characters stand within strings only, where JSON has an escape for them.
    const auto [code, length] = obeyed_at(raw, at);
    if (length > 0) {
      out += fmt::format("\\u{:04x}", code);
      at += length;
    } else {
      out += raw[at++];
    }
  }
  return out;
}

} // namespace crm::cmd
