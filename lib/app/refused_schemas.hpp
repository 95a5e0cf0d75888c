// What may not be written because only a schema by hand, which the policy refuses, knows of it.
#pragma once

#include "app/workspace.hpp"
#include "base/error.hpp"
#include "core/problem.hpp"

#include <map>
#include <optional>
#include <string>

namespace crm::app {

/// Such schemas stay on this device: what only they allow, no other one would know.
class RefusedSchemas {
 public:
  explicit RefusedSchemas(Workspace& workspace) : m_workspace(workspace) {}

  /// Whether one of them is of this type.
  bool any(const std::string& type);
  /// Throws Error(Denied or InvalidData) where the record, committed as `before` (null: it is new), needs
  /// one.
  void check(const core::Record& record, const core::Record* before);

 private:
  struct Refused {
    base::Kind kind;
    core::Problem why;
    std::optional<core::Schema> committed; ///< nothing: there is no such type for others
  };
  std::optional<Refused> look_at(const std::string& type) const;
  [[noreturn]] static void deny(const Refused& refused, const std::string& what);

  Workspace& m_workspace;
  std::map<std::string, std::optional<Refused>, std::less<>> m_known; ///< by type
};

} // namespace crm::app
