// `crm as bob …`: several people at one device, each with a key of their own.
#pragma once

#include "base/env.hpp"

#include <string>
#include <utility>

namespace crm::cmd {

/// The environment as it is, but for who acts: what CRM_MEMBER would say.
class ActingEnvironment final : public base::Environment {
 public:
  ActingEnvironment(base::Environment& inner, std::string member)
      : m_inner(inner), m_member(std::move(member)) {}
  base::Millis now() const override { return m_inner.now(); }
  void random(std::span<std::byte> out) override { m_inner.random(out); }
  std::optional<std::string> variable(std::string_view name) const override {
    return name == "CRM_MEMBER" ? m_member : m_inner.variable(name);
  }
  std::vector<std::string> variables(std::string_view prefix) const override {
    return m_inner.variables(prefix);
  }
  std::string zone() const override { return m_inner.zone(); }
  std::string user() const override { return m_inner.user(); }
  std::string host() const override { return m_inner.host(); }

 private:
  base::Environment& m_inner;
  std::string m_member;
};

} // namespace crm::cmd
