// A tree as git stores it, read in place: no entry is copied, and none of its bytes is made into another.
#pragma once

#include "store/git_handles.hpp"

#include <optional>
#include <string_view>

namespace crm::store {

struct TreeEntry {
  std::string_view mode; ///< the octal digits
  std::string_view name; ///< any bytes but NUL; may hold a "/"
  git_oid id;
};

/// "100644 name\0" and the 20 bytes of an id, again and again.
class TreeEntries {
 public:
  TreeEntries() = default;
  /// Of a tree object, which must outlive what is read from it.
  explicit TreeEntries(const git_odb_object* tree);

  /// Nothing at the end, and where it goes on with what is no entry.
  std::optional<TreeEntry> next();
  bool is_damaged() const { return m_damaged; }

  /// Goes on, in both, behind the entries that both have next. Of a folder with a thousand files a batch has
  /// changed one.
  void skip_common(TreeEntries& other);

 private:
  std::string_view m_rest;
  bool m_damaged = false;
};

} // namespace crm::store
