// Making a store.
#pragma once

#include "app/settings.hpp"
#include "base/env.hpp"

#include <set>
#include <string>

namespace crm::app {

struct InitRequest {
  std::string folder; ///< "" for the current one
  std::string name;   ///< of the business; the folder's name when empty
  std::string zone;   ///< the machine's when empty
  std::string country, currency;
  std::string member; ///< the founder's key, the first owner; the login name when empty
  std::string device; ///< the host's name when empty
};

struct Initialized {
  std::string root, commit, member, device;
  std::string fingerprint; ///< of the founder's key on this device
  Settings settings;
};
/// Throws Error(Failure) when the folder holds a repository already, Error(Usage) for an unknown zone or a
/// bad name.
Initialized init(base::Environment& env, const InitRequest& request);

/// Throws Error(Usage) for what no member can have as their key.
void check_member_name(const std::string& name);
/// Throws Error(Usage) for what no device can be called.
void check_device_name(const std::string& name);

/// Setting of a clone: the store's first commit, as it was when the store was made or joined. All history has
/// to begin there.
inline constexpr const char* first_commit_setting = "crm.first";

/// Lower-case letters, digits, "-", "_" and "."; what is left of `text` when the rest is dropped, or
/// `otherwise`.
std::string to_name(std::string_view text, std::string_view otherwise);

/// For a device: `name`, or where that is taken "name-2", "name-3" and so on, cut so that it stays a name.
std::string free_name(const std::string& name, const std::set<std::string>& taken);

} // namespace crm::app
