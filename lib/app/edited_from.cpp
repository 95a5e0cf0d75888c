#include "app/edited_from.hpp"

#include "base/error.hpp"
#include "codec/record.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <variant>

namespace crm::app {
namespace {

constexpr std::size_t most_commits = 5000;

/// Takes an earlier text of a file and the commit that replaced it; true when it is the one that is looked
/// for.
using Fits = std::function<bool(std::string text, const store::Commit& replaced_by)>;

/// One walk of the history for all, the newest versions first.
void look_back(const store::Repository& repository, std::map<std::string, Fits> wanted) {
  if (wanted.empty()) return;
  std::size_t commits = 0;
  repository.newest_first(repository.head(), [&](const store::Commit& commit) {
    for (const auto& parent : commit.parents)
      for (const auto& each : repository.diff(repository.commit(parent).tree, commit.tree))
        if (const auto file = wanted.find(each.path); file != wanted.end() && !each.before.empty() &&
                                                      file->second(repository.blob(each.before), commit))
          wanted.erase(file);
    return !wanted.empty() && ++commits < most_commits;
  });
}

bool was_ever_committed(const store::Repository& repository, const std::string& content) {
  try {
    return repository.blob_size(store::Repository::id_of(content)) == content.size();
  } catch (const base::Error&) {
    return false;
  }
}

/// How the version that a record's file was made from is known, where it is not HEAD's. `edit` and `out` must
/// outlive it.
Fits version_of_record(const Workspace& workspace, const store::HandEdit& edit, const core::Schema& schema,
                       EditedFrom& out) {
  const auto head = committed_version(workspace, edit.path, schema);
  if (!head) return {};
  out.newest = std::max(out.newest, core::newest(head->record).time);
  const auto parsed = codec::read_record(edit.content, edit.path, schema);
  const auto* now = std::get_if<core::Record>(&parsed);
  if (now == nullptr || now->crm.empty() || now->crm == head->record.crm) return {};
  return [&out, &edit, &schema, crm = now->crm](std::string text, const store::Commit&) {
    auto read = sync::read_version(std::move(text), edit.path, schema);
    auto* version = std::get_if<sync::Version>(&read);
    if (version == nullptr || !(version->record.crm == crm)) return false;
    out.earlier.emplace(edit.path, std::move(*version));
    return true;
  };
}

Fits version_of(const Workspace& workspace, const store::HandEdit& edit, EditedFrom& out) {
  if (const auto parts = store::parse_record_path(edit.path))
    if (const auto* schema = workspace.schemas().by_folder(parts->folder))
      return version_of_record(workspace, edit, *schema, out);
  if ((edit.path != "crm.yaml" && !edit.path.starts_with("schemas/")) ||
      edit.kind != store::HandEdit::Kind::Modified ||
      !was_ever_committed(workspace.repository(), edit.content))
    return {};
  return [&](const std::string& text, const store::Commit& by) {
    // A merge brings what a batch of one of its sides has done.
    if (by.parents.size() != 1 || text != edit.content) return false;
    if (by.trailer("Crm-Device") != workspace.device()) out.replaced.insert(edit.path);
    return true;
  };
}

} // namespace

std::optional<sync::Version> committed_version(const Workspace& workspace, const std::string& path,
                                               const core::Schema& schema) {
  auto text = workspace.repository().read(workspace.tree(), path);
  if (!text) return std::nullopt;
  auto parsed = codec::parse_sound_record(*text, path, schema);
  auto* record = std::get_if<core::Record>(&parsed);
  if (record == nullptr) return std::nullopt;
  return sync::Version{*std::move(text), std::move(*record), std::nullopt};
}

EditedFrom edited_from(const Workspace& workspace, const std::vector<store::HandEdit>& edits) {
  EditedFrom out;
  std::map<std::string, Fits> wanted;
  for (const auto& edit : edits) {
    if (edit.kind == store::HandEdit::Kind::Added || !edit.problem.empty()) continue;
    try {
      if (auto fits = version_of(workspace, edit, out)) wanted.emplace(edit.path, std::move(fits));
    } catch (const base::Error&) { // its schema is broken, say: whoever looks at the edit says so
    }
  }
  try {
    look_back(workspace.repository(), std::move(wanted));
  } catch (const base::Error&) { // a damaged history tells of no version
  }
  return out;
}

} // namespace crm::app
