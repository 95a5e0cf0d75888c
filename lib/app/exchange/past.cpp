#include "app/exchange/past.hpp"

#include "codec/record.hpp"

#include <algorithm>

namespace crm::app {

void PastImports::list() {
  if (std::exchange(m_listed, true)) return;
  constexpr std::size_t enough = 200;
  const auto& repository = m_workspace.repository();
  repository.since(repository.head(), "", [&](const store::Commit& commit) {
    if (!commit.trailer("Crm-Op").starts_with("import")) return true;
    if (const auto time = core::parse_stamp_time(commit.trailer("Crm-Clock")))
      m_stamps.insert({*time, commit.trailer("Crm-Device"), commit.trailer("Crm-Actor")});
    m_commits.push_back(commit);
    return m_commits.size() < enough;
  });
}

bool PastImports::wrote(const core::Stamp& stamp) {
  list();
  return m_stamps.contains(stamp);
}

std::vector<core::Value> PastImports::said(const std::string& path, const core::Schema& schema,
                                           const std::string& field) {
  list();
  std::vector<core::Value> out;
  store::Oid last;
  for (const auto& commit : m_commits) {
    const auto blob = m_workspace.repository().blob_id(commit.tree, path);
    if (!blob || *blob == last) continue;
    last = *blob;
    auto parsed = codec::read_record(m_workspace.repository().blob(*blob), path, schema);
    if (const auto* record = std::get_if<core::Record>(&parsed))
      if (std::find(out.begin(), out.end(), record->get(field)) == out.end())
        out.push_back(record->get(field));
  }
  return out;
}

} // namespace crm::app
