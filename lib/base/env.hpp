// The outside world, injected: no other code in lib reads the clock, the environment or the terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crm::base {

/// UTC, milliseconds since the Unix epoch: the resolution of stamps.
using Millis = std::chrono::sys_time<std::chrono::milliseconds>;

class Environment {
 public:
  virtual ~Environment() = default;
  virtual Millis now() const = 0;
  /// Fills `out` from the operating system's cryptographic source. Throws Error(Failure).
  virtual void random(std::span<std::byte> out) = 0;
  /// Nothing when unset; an empty variable counts as unset.
  virtual std::optional<std::string> variable(std::string_view name) const = 0;
  /// The names of all variables that begin so.
  virtual std::vector<std::string> variables(std::string_view /*prefix*/) const { return {}; }
  /// IANA name of the machine's zone ("Europe/London"); "UTC" when it cannot be told.
  virtual std::string zone() const = 0;
  virtual std::string user() const = 0;
  virtual std::string host() const = 0;
};

/// The real one. `CRM_NOW` (RFC 3339 instant, "2026-11-24T09:00:00Z") replaces the clock when set.
class SystemEnvironment final : public Environment {
 public:
  Millis now() const override;
  void random(std::span<std::byte> out) override;
  std::optional<std::string> variable(std::string_view name) const override;
  std::vector<std::string> variables(std::string_view prefix) const override;
  std::string zone() const override;
  std::string user() const override;
  std::string host() const override;
};

} // namespace crm::base
