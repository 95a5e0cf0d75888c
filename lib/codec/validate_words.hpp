// What is wrong with one value, in words: valijson knows that it is wrong, people want to know what is
// allowed.
#pragma once

#include "codec/record_file.hpp"

namespace crm::codec {

/// Collects problems of one record, each once, with the line of its field.
class Findings {
 public:
  Findings(const std::string& file, const Node* root) : m_file(file), m_root(root) {}

  void add(std::span<const std::string> path, const core::Value* found, std::string message);
  void add(core::Problem problem); ///< with everything but the file and the line, which `field` leads to
  bool has(std::span<const std::string> path) const;
  std::size_t size() const { return m_problems.size(); }
  std::vector<core::Problem> take() { return std::move(m_problems); }

 private:
  const std::string& m_file;
  const Node* m_root;
  std::vector<core::Problem> m_problems;
};

/// Everything that `schema` itself (not what it says of entries and elements) says against `value`. Returns
/// whether there was anything. `broken_pattern` is valijson's word on the pattern.
bool explain(const core::Value& value, const core::Value* schema, std::span<const std::string> path,
             bool broken_pattern, Findings& findings);

/// Text that does not have the form that its format names.
void check_format(const core::Value& value, core::Shape shape, std::span<const std::string> path,
                  Findings& findings);

} // namespace crm::codec
