#include "app/exchange/manifest.hpp"
#include "app/exchange/store_files.hpp"
#include "app/keys.hpp"
#include "app/last_owner.hpp"
#include "app/sync.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "store/history_pack.hpp"
#include "store/sha256.hpp"

#include <filesystem>
#include <map>

namespace crm::app {
namespace {

[[noreturn]] void differs(const std::string& what) {
  throw base::Error(base::Kind::VerificationFailed, "the archive contradicts itself: " + what,
                    "take another copy of it; nothing was left here");
}

/// The store as its history makes it, against what the manifest says of it.
void compare_with(const Manifest& manifest, Workspace& workspace, const RecordLine& line) {
  const auto& repository = workspace.repository();
  if (repository.head() != manifest.commit)
    differs("its history ends in another commit than its manifest names");
  std::map<std::string, const ArchivedFile*> left;
  for (const auto& each : manifest.files)
    if (each.name != bundle_name) left.emplace(each.name, &each);
  const auto settle = [&](const std::string& name, const std::string& sha256) {
    const auto at = left.find(name);
    if (at == left.end()) differs(name + " is in its history alone");
    if (at->second->sha256 != sha256) differs(name + " is not as its history has it");
    left.erase(at);
  };
  each_store_file(repository, workspace.tree(), [&](const std::string& path, const store::Oid& blob) {
    store::Sha256 hash;
    repository.with_blob(blob, [&](std::string_view bytes) { hash.feed(bytes); });
    settle(path, hash.hex());
  });
  store::Sha256 hash;
  const auto counts = each_record_line(
      workspace, line, [&](std::string_view bytes) { hash.feed(bytes); }, ExportPart::Looking::IsNot);
  settle(std::string(records_name), hash.hex());
  if (!left.empty()) differs(left.begin()->first + " is not in its history");
  if (counts != manifest.records) differs("its manifest counts other records than it has");
}

/// The key that was made here is nobody's yet.
std::string needs_a_key(const RestoredStore& restored) {
  if (restored.believed.empty())
    return "no key is left that may approve the one here: nothing that is written here will be taken in by "
           "others; `crm help backups` has the way out";
  return "others take in what is written here once a key that this store believes approves the one here: "
         "that of " +
         base::join(restored.believed, ", ") +
         ".\nWhere none of these devices is left, put back its copy of .git/crm/keys: `crm help backups`";
}

} // namespace

RestoredStore restore_archive(base::Environment& env, const RestoreRequest& request, const RecordLine& line) {
  const store::TemporaryFolder scratch;
  const std::string bundle = scratch.path() + "/" + std::string(bundle_name);
  RestoredStore out;
  out.manifest = check_archive(request.file, bundle);
  const bool dry = request.mode == Mode::DryRun;
  JoinRequest join{.url = bundle,
                   .folder = dry ? scratch.path() + "/store" : request.folder,
                   .member = request.member,
                   .device = request.device};
  join.archive = request.file;
  join.only_look = dry;
  join.look = [&](Workspace& workspace) {
    compare_with(out.manifest, workspace, line);
    if (identity(workspace).keeps_keys) out.believed = approving_devices(workspace);
  };
  auto made = join_store(env, join);
  if (!dry) out.root = std::move(made.root);
  out.name = std::move(made.name);
  out.member = std::move(made.member);
  out.device = std::move(made.device);
  out.fingerprint = std::move(made.fingerprint);
  out.warnings = std::move(made.warnings);
  if (!dry && !out.fingerprint.empty()) out.warnings.push_back(needs_a_key(out));
  return out;
}

} // namespace crm::app
