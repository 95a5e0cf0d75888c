// What speaks against a commit whose signature is good: that its author may not do what it does, or that it
// speaks in somebody else's name. For this folder's .cpp files alone.
#pragma once

#include "core/foreign.hpp"
#include "core/record.hpp"
#include "sync/authority.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace crm::sync {

struct Objection {
  std::string reason; ///< "forbidden", "no-member", "policy", "stamps", "removal", "unreadable"
  std::string detail; ///< for people
};

class Rights {
 public:
  Rights(const store::Repository& repository, Authorities& authorities, ReadFiles& files)
      : m_repository(repository), m_authorities(authorities), m_files(files) {}

  /// Against what `commit`, signed by a key of that member on that device, makes of `tree`. `authority`: what
  /// the store said before it.
  std::optional<Objection> against(const store::Commit& commit, const core::Writer& by,
                                   const Authority& authority, const store::Oid& tree);

 private:
  struct Case;
  using Shared = std::shared_ptr<const core::Record>;
  std::optional<Objection> record(const Case& now, const store::Difference& difference,
                                  const std::string& folder);
  static std::optional<Objection> forbidden(const Case& now, const core::Record* before,
                                            const core::Record* after, const core::Schema& schema);
  std::optional<Objection> removal(const Case& now, const store::Difference& difference,
                                   const core::Schema& schema);
  std::optional<Objection> attachment(const Case& now, const store::Difference& difference);
  std::optional<Objection> file(const Case& now, const store::Difference& difference);
  std::optional<Objection> stamps(const Case& now, const std::string& path, const Shared& before,
                                  const Shared& after, const core::Schema& schema);
  bool goes_on(const Case& now, const core::Record& fresh, const core::Schema& schema);
  Shared adopted(const Case& now, const store::Oid& id, const std::string& path, const core::Schema& schema);
  /// Null for what is not there. Throws the problems.
  Shared read(const store::Oid& blob, const std::string& path, const core::Schema& schema);
  Shared read_at(const store::Oid& tree, const std::string& path, const core::Schema& schema);

  const store::Repository& m_repository;
  Authorities& m_authorities;
  ReadFiles& m_files; ///< what one commit left is what the next one begins with
};

} // namespace crm::sync
