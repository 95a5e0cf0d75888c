// The text of policy/roles.yaml ↔ its meaning.
#pragma once

#include "core/policy.hpp"
#include "core/problem.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crm::codec {

/// All problems with their lines: unknown operations, a role without rules, bounds (50 roles, 200 types a
/// role, 200 fields a rule).
std::variant<core::Policy, std::vector<core::Problem>> parse_policy(std::string_view text,
                                                                    const std::string& file);

/// The policy that a new store begins with, as text.
std::string_view first_policy();

} // namespace crm::codec
