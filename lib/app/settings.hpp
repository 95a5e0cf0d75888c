// crm.yaml: what a store says of itself.
#pragma once

#include "core/clash.hpp"
#include "core/problem.hpp"
#include "core/value.hpp"
#include "store/repository.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace crm::app {

struct Settings {
  int format = 1;
  std::string store; ///< the store's own id
  std::string name;
  std::string zone = "UTC";
  std::chrono::weekday week_start = std::chrono::Monday;
  std::string country;  ///< ISO 3166-1 alpha-2
  std::string currency; ///< ISO 4217
  core::Hours hours;    ///< when the shop is open; slots are proposed within them
  /// Queries with a name, used as @name in lists.
  std::vector<std::pair<std::string, std::string>> filters;
};

/// Throws Error(InvalidData) naming file, line and field.
Settings parse_settings(const std::string& text);
/// Of a commit's crm.yaml: without sound settings no store can be opened, so none are taken in.
std::vector<core::Problem> settings_problems(const store::Repository& repository, const store::Oid& commit);
std::string emit_settings(const Settings& settings);

} // namespace crm::app
