// Formats for scripts.
#pragma once

#include "cmd/render/output_file.hpp"
#include "codec/json.hpp"
#include "core/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::cmd {

enum class Format { Table, Json, Ndjson, Csv, Tsv, Yaml };
std::optional<Format> parse_format(std::string_view name);

/// Where the text will be read. A screen must not be moved or recoloured by what a record holds: there csv
/// and tsv show control characters as visible escapes. Programs get the bytes as they are.
enum class Reader { Program, Screen };

/// Records in a format other than Table and Json. Csv is RFC 4180 with its CRLF line ends; tsv escapes tab,
/// newline, carriage return and backslash as \t, \n, \r and \\; in both, lists are joined by "; ", null is
/// empty, maps are JSON, and a heading comes first even without rows. ndjson and yaml hold whole records, one
/// a line and one a document.
std::string write_rows(Format format, const std::vector<std::string>& columns,
                       const std::vector<core::Map>& rows, Reader reader = Reader::Program);

/// As codec::to_json, with what a terminal would obey (C1 controls, DEL, bidirectional overrides) as \u
/// escapes: the same document, safe on any screen. Without a newline at its end.
std::string json_text(const core::Value& value, codec::Layout layout = codec::Layout::Compact);

} // namespace crm::cmd
