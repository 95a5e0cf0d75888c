// A clock that stands and randomness that repeats.
#pragma once

#include "base/env.hpp"

#include <random>

namespace crm::store {

struct KeyEnvironment final : base::Environment {
  explicit KeyEnvironment(unsigned seed) : generator(seed) {}
  base::Millis now() const override { return base::Millis(std::chrono::milliseconds(1'700'000'000'000)); }
  void random(std::span<std::byte> out) override {
    for (auto& each : out)
      each = static_cast<std::byte>(generator());
  }
  std::optional<std::string> variable(std::string_view) const override { return std::nullopt; }
  std::string zone() const override { return "UTC"; }
  std::string user() const override { return "alice"; }
  std::string host() const override { return "desk"; }
  std::mt19937 generator;
};

} // namespace crm::store
