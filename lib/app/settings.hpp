// crm.yaml: what a store says of itself.
#pragma once

#include "core/clash.hpp"
#include "core/value.hpp"

#include <chrono>
#include <string>

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
};

/// Throws Error(InvalidData) naming file, line and field.
Settings parse_settings(const std::string& text);
std::string emit_settings(const Settings& settings);

} // namespace crm::app
