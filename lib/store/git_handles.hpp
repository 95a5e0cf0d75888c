// Owners of libgit2's objects: move-only, one line each. For this folder's .cpp files alone.
#pragma once

#include <git2.h>

#include <memory>
#include <utility>

namespace crm::store::git {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using RepositoryHandle = std::unique_ptr<git_repository, Freed<git_repository_free>>;
using OdbHandle = std::unique_ptr<git_odb, Freed<git_odb_free>>;
using OdbObjectHandle = std::unique_ptr<git_odb_object, Freed<git_odb_object_free>>;
using ObjectHandle = std::unique_ptr<git_object, Freed<git_object_free>>;
using CommitHandle = std::unique_ptr<git_commit, Freed<git_commit_free>>;
using TreeHandle = std::unique_ptr<git_tree, Freed<git_tree_free>>;
using TreeEntryHandle = std::unique_ptr<git_tree_entry, Freed<git_tree_entry_free>>;
using TreeBuilderHandle = std::unique_ptr<git_treebuilder, Freed<git_treebuilder_free>>;
using IndexerHandle = std::unique_ptr<git_indexer, Freed<git_indexer_free>>;
using ReferenceHandle = std::unique_ptr<git_reference, Freed<git_reference_free>>;
using ReflogHandle = std::unique_ptr<git_reflog, Freed<git_reflog_free>>;
using SignatureHandle = std::unique_ptr<git_signature, Freed<git_signature_free>>;
using ConfigHandle = std::unique_ptr<git_config, Freed<git_config_free>>;

/// Bytes that libgit2 gives away.
struct Buffer {
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { git_buf_dispose(&buffer); }
  git_buf buffer = GIT_BUF_INIT;
};

/// Calls `make(&object, arguments...)` and keeps what it made. The result is libgit2's.
template <typename Handle, typename Make, typename... Arguments>
[[nodiscard]] int take(Handle& handle, Make make, Arguments&&... arguments) {
  typename Handle::pointer object = nullptr;
  const int code = make(&object, std::forward<Arguments>(arguments)...);
  handle.reset(object);
  return code;
}

} // namespace crm::store::git
