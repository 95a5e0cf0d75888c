// The store's own schemas: HEAD's copy rules, or the working copy while a person is changing it.
#pragma once

#include "core/problem.hpp"
#include "core/schema.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crm::store {
class Repository;
}

namespace crm::app {

struct FolderMove {
  std::string from, to;
};

class SchemaSet {
 public:
  /// Keeps a reference to `repository`; reads nothing yet.
  explicit SchemaSet(const store::Repository& repository);

  /// Names of all types, sorted. What a person has begun to write, and is no schema yet, is none.
  const std::vector<std::string>& types() const;
  bool has(std::string_view type) const;
  /// Loaded at the first call. Throws Error(NotFound) with suggestions, or Error(InvalidData), for a schema
  /// that is only begun too.
  const core::Schema& get(std::string_view type) const;
  /// The schema whose records live in `folder`, or nullptr.
  const core::Schema* by_folder(std::string_view folder) const;
  /// The type whose plural (folder) or name this is, or "".
  std::string type_named(std::string_view word) const;
  /// Why the schema that HEAD has at `path` may not become `text` (nothing: go), as no other device would
  /// take it in: the records in its folder, those that are marked as deleted too, would mean nothing any
  /// more, or it wants the folder of another type; or as what other devices write meanwhile would be lost. ""
  /// when it may, and for what is no schema or cannot be read.
  std::string objection(const std::string& path, const std::optional<std::string>& text) const;
  /// Where the type's records have to go when the schema that HEAD has at `path` becomes `text`; nothing
  /// where there are none, or where there is no room for them.
  std::optional<FolderMove> move(const std::string& path, const std::string& text) const;
  /// HEAD has moved: texts are looked at again, and those that are the same are not parsed again.
  void refresh();
  /// Of all texts that are in use: what this answers hangs on nothing else.
  std::string digest() const;
  /// The id of the text that `get` reads the type from; "" for what is no type.
  std::string text_in_use(std::string_view type) const;
  /// Whether a person is changing it: its working copy is not what HEAD has.
  bool is_edited(std::string_view type) const;
  /// Working copies that do not parse, and so are not used: one sentence each.
  const std::vector<std::string>& warnings() const { return m_warnings; }

 private:
  const store::Repository& m_repository;
  mutable std::vector<std::string> m_types;
  mutable std::map<std::string, std::string, std::less<>> m_committed; ///< ids of HEAD's texts, by type
  mutable std::map<std::string, std::string, std::less<>> m_begun;     ///< what speaks against each
  mutable bool m_listed = false;
  struct Loaded {
    std::string text; ///< what it was parsed from
    std::unique_ptr<core::Schema> schema;
    bool fresh = true;
  };
  /// As it stood when it was first asked for.
  const std::optional<std::string>& working_copy(std::string_view type) const;
  /// "" for what HEAD has not.
  std::string committed_id(std::string_view type) const;
  std::string folder_of(const std::string& type) const;
  /// "" for none.
  std::string other_type_in(const std::string& folder, const std::string& than) const;
  const core::Schema* reuse(Loaded& loaded, std::string_view type) const;
  std::variant<core::Schema, std::vector<core::Problem>> parse(const std::string& text,
                                                               const std::string& path) const;
  /// The text as the schema of that type, or what speaks against it.
  std::variant<core::Schema, std::string> parse_as(std::string_view type, const std::string& text) const;
  mutable std::map<std::string, std::optional<std::string>, std::less<>> m_working;
  mutable std::map<std::string, Loaded, std::less<>> m_loaded;
  mutable std::vector<std::string> m_warnings;
};

/// Path of a type's schema within a store.
std::string schema_path(std::string_view type);

} // namespace crm::app
