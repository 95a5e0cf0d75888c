#include "core/attachment.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace crm::core {
namespace {

constexpr std::size_t sha256_digits = 64, longest_file_name = 120, longest_ending = 12;
constexpr std::string_view unknown_type = "application/octet-stream";

struct KnownStart {
  std::size_t at;
  std::string_view bytes, type;
};

using namespace std::string_view_literals;

/// The first that fits is the type.
constexpr std::array known_starts{
    KnownStart{0, "%PDF-"sv, "application/pdf"sv},
    KnownStart{0, "\x89PNG\r\n\x1a\n"sv, "image/png"sv},
    KnownStart{0, "\xff\xd8\xff"sv, "image/jpeg"sv},
    KnownStart{0, "GIF87a"sv, "image/gif"sv},
    KnownStart{0, "GIF89a"sv, "image/gif"sv},
    KnownStart{8, "WEBP"sv, "image/webp"sv},
    KnownStart{0, "II*\0"sv, "image/tiff"sv},
    KnownStart{0, "MM\0*"sv, "image/tiff"sv},
    KnownStart{4, "ftypheic"sv, "image/heic"sv},
    KnownStart{4, "ftypheix"sv, "image/heic"sv},
    KnownStart{4, "ftypmif1"sv, "image/heif"sv},
    KnownStart{4, "ftypavif"sv, "image/avif"sv},
    KnownStart{4, "ftypM4A"sv, "audio/mp4"sv},
    KnownStart{4, "ftypqt"sv, "video/quicktime"sv},
    KnownStart{4, "ftyp"sv, "video/mp4"sv},
    KnownStart{8, "WAVE"sv, "audio/wav"sv},
    KnownStart{0, "OggS"sv, "audio/ogg"sv},
    KnownStart{0, "fLaC"sv, "audio/flac"sv},
    KnownStart{0, "ID3"sv, "audio/mpeg"sv},
    KnownStart{0, "\xff\xfb"sv, "audio/mpeg"sv},
    KnownStart{0, "\x1a\x45\xdf\xa3"sv, "video/webm"sv},
    KnownStart{0, "{\\rtf"sv, "application/rtf"sv},
    KnownStart{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "application/msword"sv}, // any old office document
    KnownStart{30, "mimetypeapplication/vnd.oasis.opendocument.text"sv,
               "application/vnd.oasis.opendocument.text"sv},
    KnownStart{30, "mimetypeapplication/vnd.oasis.opendocument.spreadsheet"sv,
               "application/vnd.oasis.opendocument.spreadsheet"sv},
    KnownStart{0, "PK\x03\x04"sv, "application/zip"sv},
    KnownStart{0, "\x1f\x8b"sv, "application/gzip"sv},
    KnownStart{0, "7z\xbc\xaf\x27\x1c"sv, "application/x-7z-compressed"sv},
};

/// New office documents are zip archives that say in their first names what they are.
std::string_view office_type(std::string_view bytes) {
  const auto start = bytes.substr(0, 4096);
  if (start.find("word/") != start.npos)
    return "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  if (start.find("xl/") != start.npos)
    return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  if (start.find("ppt/") != start.npos)
    return "application/vnd.openxmlformats-officedocument.presentationml.presentation";
  return "application/zip";
}

bool is_media_type(std::string_view text) {
  const auto slash = text.find('/');
  return slash != text.npos && slash > 0 && slash + 1 < text.size() && text.size() <= 100 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || base::is_digit(c) || c == '/' || c == '-' || c == '.' || c == '+';
         });
}

/// Whole characters of UTF-8, at most so many bytes.
std::string_view first_bytes(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80)
    --most;
  return text.substr(0, most);
}

} // namespace

std::string to_text(const Attachment& attachment) {
  return attachment.sha256 + " " + std::to_string(attachment.bytes) + " " + attachment.type + " " +
         attachment.name;
}

std::optional<Attachment> parse_attachment(std::string_view line) {
  const auto first = line.find(' ');
  const auto second = first == line.npos ? first : line.find(' ', first + 1);
  const auto third = second == line.npos ? second : line.find(' ', second + 1);
  if (third == line.npos || first != sha256_digits) return std::nullopt;
  Attachment out;
  out.sha256 = line.substr(0, first);
  if (out.sha256.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
  const auto number = line.substr(first + 1, second - first - 1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), out.bytes);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  out.type = line.substr(second + 1, third - second - 1);
  out.name = line.substr(third + 1);
  if (!is_media_type(out.type) || out.name.empty()) return std::nullopt;
  return out;
}

std::vector<Attachment> attachments_of(const Record& record) {
  std::vector<Attachment> out;
  if (const auto* list = record.get(attachments_field).if_list())
    for (const auto& each : *list)
      if (auto attachment = parse_attachment(each.string_or_empty())) out.push_back(std::move(*attachment));
  return out;
}

std::string plain_file_name(std::string_view path) {
  if (!base::is_utf8(path)) path = {};
  while (path.ends_with('/'))
    path.remove_suffix(1);
  path = path.substr(path.find_last_of("/\\") == path.npos ? 0 : path.find_last_of("/\\") + 1);
  // What printable() would show in another way has no place in a name.
  std::string out;
  for (std::size_t at = 0; at < path.size();) {
    std::size_t size = 1;
    while (at + size < path.size() && (static_cast<unsigned char>(path[at + size]) & 0xC0U) == 0x80)
      ++size;
    const auto character = path.substr(at, size);
    const bool plain = character != ":" && base::printable(character) == character;
    out += plain ? character : "_"sv;
    at += size;
  }
  const auto start = out.find_first_not_of(".- ");
  out.erase(0, start == std::string::npos ? out.size() : start);
  out = base::trim(out);
  if (out.size() > longest_file_name) {
    const auto dot = out.rfind('.');
    const std::string ending =
        dot != std::string::npos && out.size() - dot <= longest_ending ? out.substr(dot) : std::string();
    out = std::string(first_bytes(out, longest_file_name - ending.size())) + ending;
  }
  return out.empty() ? "file" : out;
}

std::string_view media_type(std::string_view bytes) {
  for (const auto& kind : known_starts)
    if (bytes.size() >= kind.at + kind.bytes.size() && bytes.substr(kind.at, kind.bytes.size()) == kind.bytes)
      return kind.type == "application/zip" ? office_type(bytes) : kind.type;
  const bool text = !bytes.empty() && bytes.find('\0') == bytes.npos && base::is_utf8(bytes);
  return text ? "text/plain" : unknown_type;
}

bool is_program(std::string_view bytes) {
  constexpr std::array starts{"\x7f"
                              "ELF"sv,
                              "MZ"sv,
                              "#!"sv,
                              "\xfe\xed\xfa\xce"sv,
                              "\xfe\xed\xfa\xcf"sv,
                              "\xce\xfa\xed\xfe"sv,
                              "\xcf\xfa\xed\xfe"sv,
                              "\xca\xfe\xba\xbe"sv};
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view each) { return bytes.starts_with(each); });
}

} // namespace crm::core
