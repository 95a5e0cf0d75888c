// Where a remote is. What git would take for an option, a command or a helper program is no URL here.
#pragma once

#include <string>
#include <string_view>

namespace crm::store {

enum class Place {
  Folder, ///< a path or file://
  Ssh,    ///< ssh:// or host:path
  Http,   ///< http:// or https://
  Git     ///< git://
};

struct RemoteUrl {
  Place place;
  std::string folder; ///< of a Folder: the path itself
};

/// Why a store cannot have a remote there, or "".
std::string url_problem(std::string_view url);
/// For a URL without a problem; told apart as git does.
RemoteUrl parse_url(std::string_view url);

/// A relative path made absolute from the current folder: git would take it from the store's. All else as it
/// is.
std::string absolute_url(const std::string& url);

/// Why a remote cannot have that name, or "": it becomes part of a ref's name.
std::string remote_name_problem(std::string_view name);

/// Text in which URLs may occur, without what stands before "@" in those of http, and without the passwords
/// of others.
std::string without_secrets(std::string_view text);

/// A URL that may be a bad one, for messages: printable, without a password in any of its forms.
std::string shown_url(std::string_view url);

} // namespace crm::store
