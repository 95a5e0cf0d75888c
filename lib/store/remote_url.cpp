#include "store/remote_url.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace crm::store {
namespace {

constexpr std::size_t longest_url = 2000;
constexpr std::size_t longest_name = 40;
constexpr std::string_view behind_scheme = "://";

struct Scheme {
  std::string_view name;
  Place place;
};
constexpr std::array schemes{Scheme{"file", Place::Folder}, Scheme{"ssh", Place::Ssh},
                             Scheme{"https", Place::Http}, Scheme{"http", Place::Http},
                             Scheme{"git", Place::Git}};

const Scheme* scheme_named(std::string_view name) {
  const auto* found =
      std::find_if(schemes.begin(), schemes.end(), [&](const Scheme& each) { return each.name == name; });
  return found == schemes.end() ? nullptr : found;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c);
}

/// "ext::sh -c …": git would start a helper program named git-remote-ext.
bool names_helper(std::string_view url) {
  const auto colons = url.find("::");
  if (colons == std::string_view::npos) return false;
  return std::all_of(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(colons),
                     [](char c) { return is_word(c) || c == '+' || c == '-' || c == '.' || c == '_'; });
}

/// host:path, where no slash comes before the colon.
bool is_short_ssh(std::string_view url) {
  const auto colon = url.find(':');
  return colon != std::string_view::npos && url.find('/') > colon;
}

int hex(char c) {
  if (base::is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string host_problem(std::string_view user_and_host) {
  const auto at = user_and_host.rfind('@');
  const auto user = at == std::string_view::npos ? std::string_view() : user_and_host.substr(0, at);
  const auto host = at == std::string_view::npos ? user_and_host : user_and_host.substr(at + 1);
  if (user.find(':') != std::string_view::npos)
    return "it holds a password, which everybody could read in the store's configuration; git's credential "
           "helpers keep passwords";
  if (host.empty()) return "it names no host";
  if (host.front() == '-' || user.starts_with('-')) return "a host cannot begin with \"-\"";
  return "";
}

} // namespace

std::string url_problem(std::string_view url) {
  if (url.empty()) return "it is empty";
  if (url.size() > longest_url) return "it is longer than 2000 bytes";
  if (url.front() == '-') return "git would take what begins with \"-\" for an option";
  if (!base::is_utf8(url) || base::printable(url) != url) return "it holds characters that cannot be shown";
  if (names_helper(url))
    return "\"::\" would start a helper program; a folder, ssh, https, http and git will do";
  if (const auto end = url.find(behind_scheme); end != std::string_view::npos && url.find('/') > end) {
    const auto* scheme = scheme_named(url.substr(0, end));
    if (scheme == nullptr) return "only file, ssh, https, http and git are known before \"://\"";
    const auto rest = url.substr(end + behind_scheme.size());
    if (scheme->place == Place::Folder) return rest.starts_with('/') ? "" : "file:// wants an absolute path";
    return host_problem(rest.substr(0, rest.find('/')));
  }
  if (!is_short_ssh(url)) return "";
  const auto colon = url.find(':');
  const auto rest = url.substr(colon + 1);
  if (const auto at = rest.find('@'); at < rest.find('/') && rest.find(':', at) < rest.find('/'))
    return host_problem(url.substr(0, colon + 2 + at)); // user:password@host:path
  if (rest.starts_with('-')) return "a path cannot begin with \"-\"";
  // [::1]:path and [user@host:22]:path keep their colons.
  return url.front() == '[' ? "" : host_problem(url.substr(0, colon));
}

RemoteUrl parse_url(std::string_view url) {
  if (const auto end = url.find(behind_scheme); end != std::string_view::npos)
    if (const auto* scheme = scheme_named(url.substr(0, end)); scheme != nullptr)
      return {scheme->place, scheme->place == Place::Folder
                                 ? percent_decoded(url.substr(end + behind_scheme.size()))
                                 : std::string()};
  if (is_short_ssh(url)) return {Place::Ssh, ""};
  return {Place::Folder, std::string(url)};
}

std::string absolute_url(const std::string& url) {
  if (url.empty() || url.front() == '/' || !url_problem(url).empty()) return url;
  const auto parsed = parse_url(url);
  if (parsed.place != Place::Folder || parsed.folder != url) return url;
  std::error_code error;
  const auto path = std::filesystem::absolute(url, error);
  return error ? url : path.lexically_normal().string();
}

std::string remote_name_problem(std::string_view name) {
  if (name.empty() || name.size() > longest_name) return "it must have 1 to 40 characters";
  const bool good = std::all_of(name.begin(), name.end(),
                                [](char c) { return is_word(c) || c == '-' || c == '_' || c == '.'; });
  if (!good || !is_word(name.front()))
    return "only letters, digits and \"- _ .\" are allowed, a letter first";
  if (name.find("..") != std::string_view::npos || name.ends_with('.') || name.ends_with(".lock"))
    return "\"..\", \".\" at the end and \".lock\" are git's own";
  return "";
}

std::string without_secrets(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto at = text.find(behind_scheme);
    if (at == std::string_view::npos) break;
    const auto start = at + behind_scheme.size();
    const bool http = text.substr(0, at).ends_with("http") || text.substr(0, at).ends_with("https");
    out += text.substr(0, start);
    text.remove_prefix(start);
    const auto authority = text.substr(0, text.find_first_of("/ \t\r\n'\""));
    const auto user_end = authority.rfind('@');
    if (user_end == std::string_view::npos) continue;
    const auto user = authority.substr(0, std::min(authority.find(':'), user_end));
    if (!http) out += std::string(user) + "@";
    text.remove_prefix(user_end + 1);
  }
  return out + std::string(text);
}

std::string shown_url(std::string_view url) {
  if (url.find(behind_scheme) != std::string_view::npos) return base::printable(without_secrets(url));
  const auto at = url.find('@');
  const bool secret = at != std::string_view::npos && url.substr(0, at).find(':') != std::string_view::npos;
  return base::printable(secret ? url.substr(at + 1) : url);
}

} // namespace crm::store
