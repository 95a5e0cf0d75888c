#include "sync/merge_history.hpp"

#include "base/error.hpp"
#include "core/renaming.hpp"
#include "store/missing_object.hpp"
#include "sync/merge_schemas.hpp"

#include <utility>

namespace crm::sync {
namespace {

Moment moment_of(const store::Commit& commit) {
  if (const auto clock = core::parse_stamp_time(commit.trailer("Crm-Clock")))
    return {*clock, commit.trailer("Crm-Device"), commit.id};
  return {commit.author.time, commit.id, commit.id};
}

} // namespace

SideHistory::SideHistory(const store::Repository& repository, store::Oid from, store::Oid without)
    : m_repository(repository), m_from(std::move(from)), m_without(std::move(without)) {}

void SideHistory::walk() const {
  if (std::exchange(m_walked, true)) return;
  std::set<std::string> became;
  m_repository.since(m_from, m_without, [&](const store::Commit& commit) {
    m_begins_elsewhere = m_begins_elsewhere || commit.parents.empty();
    const auto device = commit.trailer("Crm-Device");
    if (!commit.trailer(core::becomes_trailer).empty()) became.insert(device);
    if (commit.parents.size() == 1) m_commits.push_back(commit);
    auto* by_device = device.empty() ? nullptr : &m_by_device[device];
    for (const auto& [name, value] : commit.trailers) {
      if (name != "Crm-Record") continue;
      m_written.insert(value.substr(value.find(' ') + 1));
      if (by_device != nullptr) by_device->insert(value);
    }
    return true;
  });
  for (const auto& device : became)
    m_by_device.erase(device);
}

bool SideHistory::wrote(const std::string& id) const {
  walk();
  return m_written.contains(id);
}

const std::map<std::string, std::set<std::string>>& SideHistory::by_device() const {
  walk();
  return m_by_device;
}

bool SideHistory::begins_elsewhere() const {
  walk();
  return m_begins_elsewhere;
}

void SideHistory::load() const {
  walk();
  for (const auto& commit : m_commits) {
    std::vector<store::Difference> differences;
    try {
      differences = m_repository.diff(commit.parents.front(), commit.tree);
    } catch (const base::Error& error) {
      // What a shallow clone's oldest commit changed cannot be known. One with folders that go too deep
      // counts as one that changed nothing, on every device: a later commit has put that right, as nobody
      // takes in such a tip.
      if (!store::is_missing(error) && error.kind != base::Kind::InvalidData) throw;
    }
    const Moment moment = moment_of(commit);
    for (auto& difference : differences) {
      if (is_schema_path(difference.path) && !difference.after.empty()) {
        auto& standing = m_standing[difference.path];
        if (standing.moment < moment) standing = {moment, difference.after};
      }
      auto& newest = m_newest[std::move(difference.path)];
      newest = std::max(newest, moment);
    }
  }
  m_loaded = true;
}

std::optional<Moment> SideHistory::newest(const std::string& path) const {
  if (!m_loaded) load();
  const auto found = m_newest.find(path);
  if (found == m_newest.end()) return std::nullopt;
  return found->second;
}

std::optional<Standing> SideHistory::newest_standing(const std::string& schema_path) const {
  if (!m_loaded) load();
  const auto found = m_standing.find(schema_path);
  if (found == m_standing.end()) return std::nullopt;
  return found->second;
}

} // namespace crm::sync
