#include "app/staged.hpp"

#include "base/error.hpp"
#include "codec/policy.hpp"
#include "codec/record.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"
#include "store/staged.hpp"
#include "sync/attachments.hpp"
#include "sync/authority.hpp"
#include "sync/incoming.hpp"

#include <set>

namespace crm::app {
namespace {

void add(std::vector<core::Problem>& out, const std::vector<core::Problem>& more) {
  out.insert(out.end(), more.begin(), more.end());
}

void check_record(Workspace& workspace, const store::StagedFile& file, const core::Schema& schema,
                  std::vector<core::Problem>& out) {
  const auto& repository = workspace.repository();
  if (file.blob.empty()) {
    out.push_back({file.path, 0, "", "",
                   "a record is deleted by a mark, not by removing its file: use `crm rm`, or `crm commit`"});
    return;
  }
  auto parsed = codec::parse_record(repository.blob(file.blob), file.path, schema);
  if (const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed)) return add(out, *problems);
  const auto before = repository.read(repository.head_tree(), file.path);
  if (!before) return;
  auto old = codec::read_record(*before, file.path, schema);
  const auto* committed = std::get_if<core::Record>(&old);
  if (committed == nullptr) return;
  const auto& staged = std::get<core::Record>(parsed);
  if (core::newest(staged) < core::newest(*committed))
    out.push_back({file.path, 0, "", "",
                   "what is staged is older than what crm has written since: it would be taken back"});
  // Two contents under one stamp: the next merge could not tell which is the newer one.
  else if (staged.crm == committed->crm && staged.fields != committed->fields)
    out.push_back({file.path, 0, "", "", "was edited and has no stamp for it: the next merge might lose it"});
}

} // namespace

std::vector<core::Problem> check_staged(Workspace& workspace) {
  std::vector<core::Problem> out;
  const auto& repository = workspace.repository();
  for (const auto& file : store::staged_files(repository.root())) {
    if (const auto parts = store::parse_record_path(file.path)) {
      if (const core::Schema* schema = workspace.schemas().by_folder(parts->folder))
        check_record(workspace, file, *schema, out);
    } else if (store::is_in_attachments(file.path)) {
      if (repository.blob_id(repository.head_tree(), file.path) ||
          !sync::is_attachment(repository, file.path, file.blob))
        out.push_back(
            {file.path, 0, "", "",
             "an attachment is named by the SHA-256 of its bytes, and is never changed or removed"});
    } else if (file.path == sync::policy_path) {
      auto parsed = codec::parse_policy(file.blob.empty() ? "" : repository.blob(file.blob), file.path);
      if (const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed)) add(out, *problems);
    } else if (file.path == "crm.yaml") {
      try {
        if (file.blob.empty())
          throw base::Error(base::Kind::InvalidData, "crm.yaml: a store cannot be without it");
        parse_settings(repository.blob(file.blob));
      } catch (const base::Error& error) {
        out.push_back({"", 0, "", "", error.message});
      }
    }
  }
  // And as everybody else would look at it.
  std::set<std::string> told;
  for (const auto& each : out)
    told.insert(each.file);
  for (auto& each :
       sync::check_incoming(repository, store::staged_tree(repository.root()), repository.head()))
    if (!told.contains(each.file)) out.push_back(std::move(each));
  return out;
}

} // namespace crm::app
