// The archive's first file. For this folder alone.
#pragma once

#include "app/exchange/archive.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace crm::app {

inline constexpr std::string_view archive_folder = "crm-archive/", manifest_name = "manifest.json",
                                  sums_name = "SHA256SUMS", records_name = "records.ndjson",
                                  bundle_name = "history.bundle";
inline constexpr std::uint64_t largest_manifest = std::uint64_t{64} << 20;

std::string to_text(const Manifest& manifest);
/// Nothing for a text that is no manifest, or names what no archive holds.
std::optional<Manifest> parse_manifest(std::string_view text);
/// What SHA256SUMS holds; the manifest's own text is summed too.
std::string sums_of(const Manifest& manifest, std::string_view text);

} // namespace crm::app
