#include "sync/read_files.hpp"

#include "codec/schema.hpp"
#include "store/sha256.hpp"

#include <utility>

namespace crm::sync {

const ReadFiles::Read<core::Schema>& ReadFiles::schema(const std::string& path, const std::string& text) {
  const auto [at, is_new] = m_schemas.try_emplace(store::sha256(path + '\n' + text));
  if (is_new) at->second = codec::parse_schema(text, path);
  return at->second;
}

std::shared_ptr<const ReadFiles::Read<Version>> ReadFiles::record(const store::Repository& repository,
                                                                  const store::Oid& blob,
                                                                  const std::string& path,
                                                                  const core::Schema& schema) {
  Key key{blob, path, &schema};
  if (const auto known = m_records.find(key); known != m_records.end()) return known->second;
  auto text = repository.blob(blob);
  const auto size = text.size();
  return add(std::move(key), read_version(std::move(text), path, schema), size);
}

void ReadFiles::keep(const store::Oid& blob, const std::string& path, const core::Schema& schema,
                     Version version) {
  const auto size = version.text.size();
  add({blob, path, &schema}, std::move(version), size);
}

std::shared_ptr<const ReadFiles::Read<Version>> ReadFiles::add(Key key, Read<Version> read,
                                                               std::size_t size) {
  auto out = std::make_shared<const Read<Version>>(std::move(read));
  if (m_bytes + size > most) {
    m_records.clear();
    m_bytes = 0;
  }
  if (m_records.emplace(std::move(key), out).second) m_bytes += size;
  return out;
}

} // namespace crm::sync
