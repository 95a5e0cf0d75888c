// What a store says of who may do what, as of one commit: its policy, its members with their roles and keys,
// and the devices that were revoked.
#pragma once

#include "core/agreement.hpp"
#include "core/problem.hpp"
#include "core/schema.hpp"
#include "store/commit_proof.hpp"
#include "store/repository.hpp"
#include "sync/read_files.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm::sync {

inline constexpr std::string_view policy_path = "policy/roles.yaml";
/// Where a member keeps the policy that they want: whole, so that those who agree have the same file.
std::string proposal_path(std::string_view member);
/// Whose proposal a path is; "" for what is none.
std::string proposer_of(std::string_view path);

/// Every member's to add to, whatever the policy says, and nobody's to change.
inline constexpr std::string_view reads_type = "reads";
/// What a file that is no record is to a policy: "schema", "settings" or "policy"; "reads" for the log of
/// reads;
/// "" for a record.
std::string_view file_type(std::string_view path);

/// Of the policy's text in a blob; 0 for none ("") and for what cannot be read.
std::int64_t policy_version(const store::Repository& repository, const store::Oid& blob);

/// A key that is not believed any more, but for what any of `last` holds: commits, not a time, as a lost
/// device's clock says what its finder likes. One for each writing: of several about a key all count, so that
/// what one of them has put aside stays so.
struct Revocation {
  std::string fingerprint;      ///< of the key, whoever has it: "SHA256:…"
  std::vector<store::Oid> last; ///< sorted
  friend auto operator<=>(const Revocation&, const Revocation&) = default;
};
/// A line of a member's `revoked`: "SHA256:… 40-digits".
std::string revocation_line(const store::PublicKey& key, const store::Oid& last);

/// Keys and revocations are only added: what a key has signed is judged by them for ever, and by devices that
/// have not seen each other for as long as they like.
struct Trust {
  std::vector<store::AllowedKey> keys; ///< of deleted members too: what they wrote is theirs for ever
  std::vector<Revocation> revoked;
};
Trust trust_of(const core::Record& member, const core::Schema& schema);
/// Why it may not become that; nothing where all that was there is there still.
std::optional<core::Forbidden> decide_trust(const Trust& before, const Trust& after);

struct Authority : Trust {
  std::optional<core::Policy> policy;    ///< nothing: the store has none, and everybody may do everything
  std::vector<core::Problem> unreadable; ///< the policy is there, and cannot be read: nobody may do anything
  core::Actors members;
  std::map<std::string, std::string> proposals; ///< by member: the text of the policy that they want
  const core::Schema* schema_of(const std::string& folder) const;
  std::map<std::string, const core::Schema*, std::less<>> schemas; ///< by folder; as long as Authorities
};

/// The keys alone, of the members' own type: less to read.
std::vector<store::AllowedKey> keys_at(const store::Repository& repository, const store::Oid& commit);

/// Read once for each state of the files that it comes from: the policy, the schemas, and the members, who
/// are in whatever folder their schema names.
class Authorities {
 public:
  explicit Authorities(const store::Repository& repository,
                       std::shared_ptr<ReadFiles> files = std::make_shared<ReadFiles>())
      : m_repository(repository), m_files(std::move(files)) {}
  const Authority& at(const store::Oid& commit_or_tree);

 private:
  using ByFolder = decltype(Authority::schemas);
  ByFolder read_schemas(const store::Oid& tree);
  Authority read(const store::Oid& tree, const ByFolder& schemas);
  const store::Repository& m_repository;
  std::shared_ptr<ReadFiles> m_files;
  std::map<std::string, std::unique_ptr<Authority>> m_known;
  std::map<store::Oid, ByFolder> m_schemas; ///< by the id of schemas/
};

} // namespace crm::sync
