#include "app/exchange/manifest.hpp"

#include "codec/json.hpp"
#include "store/paths.hpp"
#include "store/sha256.hpp"

#include <algorithm>
#include <set>

namespace crm::app {
namespace {

constexpr const char* archive_format = "crm-archive/1";

bool is_digits_of(std::string_view text, std::size_t length) {
  return text.size() == length && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool read_listed(const core::Value& value, ArchivedFile& out) {
  const auto* map = value.if_map();
  const auto* bytes =
      map == nullptr || map->find("bytes") == nullptr ? nullptr : map->find("bytes")->if_int();
  if (bytes == nullptr || *bytes < 0 || map->find("name") == nullptr || map->find("sha256") == nullptr)
    return false;
  out = {map->find("name")->string_or_empty(), static_cast<std::uint64_t>(*bytes),
         map->find("sha256")->string_or_empty()};
  return store::path_problem(out.name).empty() && is_digits_of(out.sha256, 64);
}

} // namespace

std::uint64_t Manifest::record_count() const {
  std::uint64_t out = 0;
  for (const auto& [type, count] : records)
    out += count;
  return out;
}

std::size_t Manifest::attachment_count() const {
  return static_cast<std::size_t>(std::count_if(files.begin(), files.end(), [](const ArchivedFile& each) {
    return store::is_in_attachments(each.name);
  }));
}

std::string to_text(const Manifest& manifest) {
  core::Map out, records;
  out.set("format", archive_format);
  out.set("store", manifest.store);
  out.set("id", manifest.id);
  out.set("commit", manifest.commit);
  out.set("branch", manifest.branch);
  for (const auto& [type, count] : manifest.records)
    records.set(type, static_cast<std::int64_t>(count));
  out.set("records", std::move(records));
  core::List files;
  for (const auto& each : manifest.files) {
    core::Map file;
    file.set("name", each.name);
    file.set("bytes", static_cast<std::int64_t>(each.bytes));
    file.set("sha256", each.sha256);
    files.emplace_back(std::move(file));
  }
  out.set("files", std::move(files));
  return codec::to_json(out, codec::Layout::Indented) + "\n";
}

std::optional<Manifest> parse_manifest(std::string_view text) {
  const auto value = codec::from_json(text);
  const auto* map = value ? value->if_map() : nullptr;
  if (map == nullptr || map->text("format") != archive_format) return std::nullopt;
  Manifest out{map->text("store"), map->text("id"), map->text("commit"), map->text("branch"), {}, {}};
  const auto *records = map->find("records"), *files = map->find("files");
  if (!is_digits_of(out.commit, 40) || out.branch.empty() || records == nullptr ||
      records->if_map() == nullptr || files == nullptr || files->if_list() == nullptr)
    return std::nullopt;
  for (const auto& [type, count] : *records->if_map()) {
    if (count.if_int() == nullptr || *count.if_int() < 0) return std::nullopt;
    out.records[type] = static_cast<std::uint64_t>(*count.if_int());
  }
  std::set<std::string> names{std::string(manifest_name), std::string(sums_name)};
  for (const auto& each : *files->if_list()) {
    ArchivedFile file;
    if (!read_listed(each, file) || !names.insert(file.name).second) return std::nullopt;
    out.files.push_back(std::move(file));
  }
  if (!names.contains(std::string(records_name)) || !names.contains(std::string(bundle_name)))
    return std::nullopt;
  return out;
}

std::string sums_of(const Manifest& manifest, std::string_view text) {
  std::string out = store::sha256(text) + "  " + std::string(manifest_name) + "\n";
  for (const auto& each : manifest.files)
    out += each.sha256 + "  " + each.name + "\n";
  return out;
}

} // namespace crm::app
