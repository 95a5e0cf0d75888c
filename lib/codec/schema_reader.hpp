// Reading a schema document piece by piece; only the schema*.cpp files include this. Each piece complains and
// goes on.
#pragma once

#include "codec/yaml.hpp"
#include "core/problem.hpp"
#include "core/schema.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::codec {

/// What is wrong with one document, by line.
class Complaints {
 public:
  explicit Complaints(std::string file) : m_file(std::move(file)) {}
  /// Of what stands at `node`: its line, and its text when it is a scalar.
  void add(const Node& node, std::string_view path, std::string message);
  /// Of something that is not there: the line is that of what it should be in.
  void missing(const Node& in, std::string_view path, std::string message);
  bool empty() const { return m_problems.empty(); }
  std::vector<core::Problem> take();

 private:
  std::string m_file;
  std::vector<core::Problem> m_problems;
};

/// A map of annotations (`x-crm`, or one within it). Entries of the wrong kind and unknown ones are
/// complained of once.
class Annotations {
 public:
  /// `node` may be nullptr: then nothing is there, and nothing is wrong.
  Annotations(const Node* node, std::string path, std::initializer_list<std::string_view> known,
              Complaints& complaints);

  const Node* find(std::string_view key) const { return m_node == nullptr ? nullptr : m_node->find(key); }
  std::string text(std::string_view key) const;               ///< "" when absent
  bool flag(std::string_view key) const;                      ///< false when absent
  std::vector<std::string> texts(std::string_view key) const; ///< a list of strings; empty when absent
  std::string path(std::string_view key) const { return m_path + "." + std::string(key); }
  /// At the entry when it is there, else at the map.
  void complain(std::string_view key, std::string message) const;
  /// At one element of a list of strings.
  void complain(std::string_view key, std::size_t element, std::string message) const;

 private:
  const Node* m_node;
  std::string m_path;
  Complaints& m_complaints;
};

/// Nothing when a `$ref` cannot be followed. Otherwise the document without any: each is replaced by what it
/// names within the document, so that no reader of it can be sent elsewhere or in circles.
std::optional<Node> without_references(const Node& root, Complaints& complaints);

/// Every keyword is one that crm enforces, of the kind that JSON Schema says; patterns are sound and bounded.
void check_vocabulary(const Node& root, Complaints& complaints);

/// The fields in document order. `record` strictness leaves no room for groups and rules of single fields.
std::vector<core::Field> read_fields(const Node& root, core::Strictness strictness, Complaints& complaints);
/// The fields that say `columns: true`.
std::vector<std::string> marked_columns(const Node& root);

/// `x-crm.states`; also sets the rule of the field that they are of.
std::optional<core::States> read_states(const Node& root, std::vector<core::Field>& fields,
                                        Complaints& complaints);

core::Value to_value(const Node& node);
bool is_map(const Node& node);
bool is_list(const Node& node);
/// A string of the document, or nullptr.
const std::string* text_of(const Node* node);
bool contains(const std::vector<std::string>& list, std::string_view word);
/// [first][rest]{0,most-1} in lower case: what names of types, fields and states are made of.
bool is_word(std::string_view text, std::string_view punctuation, std::size_t most);

} // namespace crm::codec
