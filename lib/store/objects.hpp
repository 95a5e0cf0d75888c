// Git objects: ids, writing, and what a power loss can make of them.
#pragma once

#include "store/git_handles.hpp"
#include "store/repository.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::store {

/// Blobs beyond this are no files of ours and are not read.
inline constexpr std::size_t largest_blob = 32 * 1024 * 1024;

Oid to_oid(const git_oid& id);
/// Throws Error(NotFound) unless `id` is 40 hex digits.
git_oid from_oid(std::string_view id);

/// The id that git gives a file of this content.
Oid hash_blob(std::string_view content);
/// The id that git gives a commit of these bytes.
Oid hash_commit(std::string_view bytes);
inline constexpr std::string_view empty_blob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

std::string loose_path(const std::string& common_dir, const Oid& id);
/// The object's own file is there and empty or zeroed: never how git leaves one, and what a power loss makes
/// of it.
bool is_blanked(const std::string& common_dir, const Oid& id);
/// Every object whose own file is empty.
std::vector<Oid> blanked_objects(const std::string& common_dir);

/// Of whole seconds, in UTC. Throws Error(Failure) for a name that git takes for none.
git::SignatureHandle make_signature(const Signature& who);

/// Writes through libgit2, which takes an existing file for the object itself: a blanked one is written anew.
class ObjectWriter {
 public:
  ObjectWriter(git_repository* repository, std::string common_dir);
  git_oid blob(std::string_view content);
  git_oid tree(git_treebuilder* builder);
  /// `signer` may be empty.
  git_oid commit(const git_signature* author, const std::string& message, const git_oid& tree,
                 const std::vector<git_oid>& parents, const Signer& signer = {});
  const std::vector<Oid>& written() const { return m_written; } ///< or there before

 private:
  template <typename Write>
  git_oid sound(Write write);
  git_repository* m_repository;
  git::OdbHandle m_odb;
  std::string m_common_dir;
  std::vector<Oid> m_written;
};

/// Throws Error(Failure) for what is no blob or too large.
std::string read_blob(git_repository* repository, const Oid& id);
/// The same without a copy: the bytes are there while `visit` runs.
void visit_blob(git_repository* repository, const Oid& id,
                const std::function<void(std::string_view bytes)>& visit);

} // namespace crm::store
