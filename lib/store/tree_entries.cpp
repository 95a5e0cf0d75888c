#include "store/tree_entries.hpp"

#include <cstring>

namespace crm::store {

TreeEntries::TreeEntries(const git_odb_object* tree)
    : m_rest(static_cast<const char*>(git_odb_object_data(const_cast<git_odb_object*>(tree))),
             git_odb_object_size(const_cast<git_odb_object*>(tree))) {}

std::optional<TreeEntry> TreeEntries::next() {
  constexpr std::size_t longest_mode = 7;
  if (m_rest.empty() || m_damaged) return std::nullopt;
  const auto space = m_rest.find(' ');
  const auto end = space == std::string_view::npos ? space : m_rest.find('\0', space);
  if (end == std::string_view::npos || space > longest_mode || m_rest.size() - end - 1 < GIT_OID_RAWSZ) {
    m_damaged = true;
    return std::nullopt;
  }
  TreeEntry out{m_rest.substr(0, space), m_rest.substr(space + 1, end - space - 1), {}};
  git_oid_fromraw(&out.id, reinterpret_cast<const unsigned char*>(m_rest.data() + end + 1));
  m_rest.remove_prefix(end + 1 + GIT_OID_RAWSZ);
  return out;
}

void TreeEntries::skip_common(TreeEntries& other) {
  for (TreeEntries ahead = *this; ahead.next(); *this = ahead) {
    const std::size_t length = m_rest.size() - ahead.m_rest.size();
    if (other.m_rest.size() < length || std::memcmp(m_rest.data(), other.m_rest.data(), length) != 0) return;
    other.m_rest.remove_prefix(length);
  }
}

} // namespace crm::store
