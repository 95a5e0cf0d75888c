// How a workspace keeps its index in step with HEAD: by what changed where it can, anew where it must.
#include "app/readers.hpp"
#include "app/redirects.hpp"
#include "app/workspace.hpp"
#include "base/error.hpp"
#include "base/trace.hpp"
#include "core/time.hpp"
#include "store/paths.hpp"

#include <algorithm>
#include <thread>

namespace crm::app {
namespace {

/// What the index is derived from beside the tree. The number grows when `project` changes.
std::string derivation(const SchemaSet& schemas) {
  return " entries:5 schemas:" + schemas.digest() + " zones:" + core::zone_data_version();
}

constexpr std::string_view tree_label = "tree:";

std::string tree_in(const std::string& basis, const std::string& expected_rest) {
  if (!basis.starts_with(tree_label)) return {};
  const auto space = basis.find(' ');
  if (space == std::string::npos || basis.substr(space) != expected_rest) return {};
  return basis.substr(tree_label.size(), space - tree_label.size());
}

std::string file_of(const store::Repository& repository) {
  return repository.private_dir() + "/index.sqlite";
}

bool changes_everything(const std::string& path) {
  return path.starts_with("schemas/") || path == "crm.yaml";
}

/// The order in which types are put: what others refer to through merges, then what takes no time, then what
/// takes some, as its buffers are in the services' records.
enum class Turn { Merging, Still, TakingTime };
constexpr Turn turns[] = {Turn::Merging, Turn::Still, Turn::TakingTime};
Turn turn_of(const core::Schema& schema) {
  if (!schema.busy.empty()) return Turn::TakingTime;
  return core::may_merge(schema) ? Turn::Merging : Turn::Still;
}

bool is_merged(const index::Entry& entry) {
  return std::any_of(entry.links.begin(), entry.links.end(),
                     [](const index::Link& link) { return link.target == merged_mark; });
}

Buffers buffers_in(const core::Record& service) {
  const auto seconds = [&](const char* field) {
    const auto duration = core::parse_duration(service.text(field));
    return duration ? duration->time + duration->days : std::chrono::seconds{0};
  };
  return {seconds("buffer_before"), seconds("buffer_after")};
}

} // namespace

void Workspace::drop_index() {
  m_index.reset();
  m_indexed.clear();
  index::Index::remove(file_of(*m_repository));
}

ProjectContext Workspace::project_context() {
  return {m_settings.zone,
          [this](const std::string& key) {
            const auto row = m_index->by_key("service", key);
            return row && !row->deleted ? buffers_in(to_record(*row)) : Buffers{};
          },
          [this](const std::string& id) { return landing(*m_index, *m_schemas, id).id; }};
}

ProjectContext Workspace::still_context() {
  std::map<std::string, Buffers> buffers;
  for (const auto& row : m_index->by_key_prefix("service", "", 0)) // by key, then by id
    buffers.emplace(row.key, buffers_in(to_record(row)));
  return {m_settings.zone,
          [buffers = std::move(buffers)](const std::string& key) {
            const auto found = buffers.find(key);
            return found == buffers.end() ? Buffers{} : found->second;
          },
          {}};
}

void Workspace::bring_forward(const Batched& batch) {
  m_batched = &batch;
  try {
    bring_forward();
  } catch (...) {
    m_batched = nullptr;
    throw;
  }
  m_batched = nullptr;
}

void Workspace::bring_forward() {
  if (!m_index) m_index = std::make_unique<index::Index>(index::Index::open(file_of(*m_repository)));
  const store::Oid& tree = this->tree();
  if (m_indexed == tree)
    return; // one command works on one tree: what others add meanwhile is for the next one
  m_indexed.clear();
  m_index->rollback();
  const std::string rest = derivation(*m_schemas), basis = std::string(tree_label) + tree + rest;
  for (int damaged = 0;;) {
    try {
      m_index->hold();
      const std::string have = m_index->basis();
      if (have == basis) {
        m_indexed = tree;
        return;
      }
      const std::string old_tree = tree_in(have, rest);
      const base::Span span("bringing the index forward");
      m_index->begin(index::Index::Fill::Increment);
      if (m_index->basis() != have) { // another process was first
        m_index->rollback();
        continue;
      }
      if (old_tree.empty() || !increment(old_tree, tree)) {
        m_index->rollback();
        m_index->begin(index::Index::Fill::Fresh);
        if (m_index->superseded()) { // another process has filled it meanwhile
          m_index->rollback();
          continue;
        }
        m_batched = nullptr; // all is read, and not everything can be asked of what is filled anew
        rebuild(tree);
      }
      m_index->finish(basis);
      m_index->hold();
      m_indexed = tree;
      return;
    } catch (const index::Stale&) { // it was damaged, and is empty now
      if (damaged++ > 0) throw;
    }
  }
}

const core::Record* Workspace::at_hand(const std::string& path, const store::Oid& blob) const {
  if (m_batched == nullptr) return nullptr;
  const auto& files = m_batched->files;
  const auto at =
      std::lower_bound(files.begin(), files.end(), path,
                       [](const Put& put, const std::string& wanted) { return put.path < wanted; });
  return at != files.end() && at->path == path && at->blob == blob ? at->record : nullptr;
}

std::optional<index::Entry> Workspace::entry_of(const std::string& path, const store::Oid& blob) {
  const auto parts = store::parse_record_path(path);
  if (!parts) return std::nullopt;
  const core::Schema* schema = m_schemas->by_folder(parts->folder);
  if (schema == nullptr) return std::nullopt;
  // A batch writes what fits, but for what was unfit before.
  if (const auto* record = at_hand(path, blob); record != nullptr && !m_index->is_referred_to(unfit_mark))
    return project(*record, *schema, path, project_context());
  return project_file(m_repository->blob(blob), *schema, path, project_context());
}

bool Workspace::put(const std::string& path, const store::Oid& blob) {
  const auto entry = entry_of(path, blob);
  if (entry) m_index->put(*entry);
  return entry.has_value();
}

void Workspace::rebuild(const store::Oid& tree) {
  constexpr int folders_down = 2; // contacts/7f/….yaml
  constexpr std::size_t few = 500, to_a_slice = 100, most_threads = 16;
  const std::size_t total = m_repository->count(tree, folders_down);
  // Few records are read before threads would have opened the repository.
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  std::optional<Readers> readers;
  if (total > few) readers.emplace(m_repository->root(), std::min(cores, most_threads));
  std::size_t done = 0;
  const auto told = [&] {
    if (m_progress && ++done % 256 == 0) m_progress("reading the records", done, total);
  };
  std::vector<std::pair<std::string, std::string>> merged; ///< path and id
  std::map<std::string, std::string> landings;
  std::vector<std::pair<std::string, std::string>> among_merging; ///< path, and an id that it refers to
  const auto put_entry = [&](const index::Entry& entry) {
    m_index->put(entry);
    if (turn_of(m_schemas->get(entry.type)) != Turn::Merging) return;
    if (is_merged(entry)) merged.emplace_back(entry.path, entry.id);
    for (const auto& link : entry.links)
      if (base::Id::parse(link.target) && link.field != core::redirect_field)
        among_merging.emplace_back(entry.path, link.target);
  };
  const auto put_oldest = [&] {
    for (const auto& entry : readers->take().entries)
      put_entry(entry);
  };
  for (const Turn turn : turns) {
    ProjectContext still = still_context();
    if (!landings.empty())
      still.landing = [&landings](const std::string& id) {
        const auto found = landings.find(id);
        return found == landings.end() ? id : found->second;
      };
    const auto context = std::make_shared<const ProjectContext>(std::move(still));
    for (const auto& type : m_schemas->types()) {
      const core::Schema& schema = m_schemas->get(type);
      if (turn_of(schema) != turn) continue;
      Slice slice{&schema, context, {}, {}};
      const auto give = [&] {
        if (readers->full()) put_oldest();
        readers->give(std::exchange(slice, Slice{&schema, context, {}, {}}));
      };
      m_repository->each(tree, schema.folder, [&](std::string_view path, const store::Oid& blob) {
        told();
        if (!readers) {
          if (const auto entry = entry_of(std::string(path), blob)) put_entry(*entry);
        } else if (const auto parts = store::parse_record_path(path);
                   parts && parts->folder == schema.folder) {
          slice.files.emplace_back(path, blob);
          if (slice.files.size() == to_a_slice) give();
        }
      });
      if (readers && !slice.files.empty()) give();
    }
    while (readers && !readers->empty())
      put_oldest();
    if (turn != Turn::Merging) continue;
    // Now that all of them are there it is known where they lead.
    std::set<std::string> again;
    for (const auto& [path, id] : merged) {
      landings.emplace(id, landing(*m_index, *m_schemas, id).id);
      again.insert(path);
    }
    for (const auto& [path, target] : among_merging)
      if (landings.contains(target)) again.insert(path);
    for (const auto& path : again)
      if (const auto blob = m_repository->blob_id(tree, path)) put(path, *blob);
  }
  if (m_progress) m_progress("", done, done);
}

bool Workspace::increment(const store::Oid& before, const store::Oid& after) {
  std::vector<store::Difference> differences;
  if (m_batched != nullptr && m_batched->before == before && m_batched->after == after) {
    for (const auto& file : m_batched->files)
      differences.push_back({file.path, "", file.blob});
  } else {
    try {
      differences = m_repository->diff(before, after);
    } catch (const base::Error&) {
      return false; // the old tree is gone: git has cleaned up after a rewritten history
    }
  }
  for (const auto& difference : differences)
    if (changes_everything(difference.path)) return false;
  const auto moved = put_merging(differences, after);
  std::size_t done = 0;
  for (const Turn turn : {Turn::Still, Turn::TakingTime}) {
    for (const auto& difference : differences) {
      if (constexpr std::size_t pace = 256; ++done % pace == 0)
        progress("Bringing the index forward", done, 2 * differences.size());
      const auto parts = store::parse_record_path(difference.path);
      const core::Schema* schema = parts ? m_schemas->by_folder(parts->folder) : nullptr;
      if (schema == nullptr || turn_of(*schema) != turn) continue;
      if (difference.after.empty() || !put(difference.path, difference.after))
        m_index->erase_path(difference.path);
      if (schema->type == "service" && !difference.after.empty()) put_users(parts->id, after);
    }
  }
  for (const auto& id : moved)
    for (const auto& user : m_index->referring(id, "", 0))
      if (!moved.contains(user.id))
        if (const auto blob = m_repository->blob_id(after, user.path)) put(user.path, *blob);
  progress("", 0, 0);
  return true;
}

std::set<std::string> Workspace::put_merging(const std::vector<store::Difference>& differences,
                                             const store::Oid& tree) {
  // Where a redirect comes, goes or changes, or its target does, all that come by there may lead elsewhere.
  std::set<std::string> touched;
  for (const auto& difference : differences) {
    const auto parts = store::parse_record_path(difference.path);
    const core::Schema* schema = parts ? m_schemas->by_folder(parts->folder) : nullptr;
    if (schema == nullptr || turn_of(*schema) != Turn::Merging) continue;
    const auto before = m_index->by_id(parts->id);
    const auto was = before ? redirect_of(*m_schemas, *before) : std::nullopt;
    const auto entry = difference.after.empty() ? std::nullopt : entry_of(difference.path, difference.after);
    entry ? m_index->put(*entry) : m_index->erase_path(difference.path);
    // What was just put need not be asked for, unless it may lead elsewhere.
    const bool plain = entry && entry->data.find(core::redirect_field) == std::string::npos;
    const auto now = plain ? std::nullopt : m_index->by_id(parts->id);
    const auto is = now ? redirect_of(*m_schemas, *now) : std::nullopt;
    const bool same = was && is ? was->target == is->target && was->stamp == is->stamp : !was && !is;
    if (!same) {
      touched.insert(parts->id);
    } else if (before.has_value() != (plain || now) &&
               upstream(*m_index, *m_schemas, {parts->id}).size() > 1) {
      touched.insert(parts->id);
    }
  }
  if (touched.empty()) return touched;
  touched = upstream(*m_index, *m_schemas, touched);
  for (const auto& id : touched)
    if (const auto row = m_index->by_id(id))
      if (const auto blob = m_repository->blob_id(tree, row->path)) put(row->path, *blob);
  return touched;
}

/// A service's buffers are part of what its appointments take.
void Workspace::put_users(const std::string& service_id, const store::Oid& tree) {
  const auto service = m_index->by_id(service_id);
  if (!service || service->key.empty()) return;
  for (const auto& user : m_index->referring(service->key, "", 0))
    if (const auto blob = m_repository->blob_id(tree, user.path)) put(user.path, *blob);
}

} // namespace crm::app
