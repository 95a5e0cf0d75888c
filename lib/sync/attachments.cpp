#include "sync/attachments.hpp"

#include "base/error.hpp"
#include "store/paths.hpp"
#include "store/sha256.hpp"

namespace crm::sync {

bool is_attachment(const store::Repository& repository, const std::string& path, const store::Oid& blob) {
  const auto name = store::parse_attachment_path(path);
  if (!name || blob.empty() || repository.blob_size(blob) > store::largest_attachment) return false;
  bool same = false;
  repository.with_blob(blob, [&](std::string_view bytes) { same = store::sha256(bytes) == *name; });
  return same;
}

std::vector<store::Change> new_attachments(const store::Repository& repository, const store::Oid& before,
                                           const store::Oid& after, const store::Oid& onto) {
  std::vector<store::Change> out;
  const std::string folder(store::attachment_folder);
  if (repository.folder_id(before, folder) == repository.folder_id(after, folder)) return out;
  for (const auto& difference : repository.diff(before, after)) {
    const auto& path = difference.path;
    if (!difference.before.empty() || !store::is_in_attachments(path) || repository.blob_id(onto, path))
      continue;
    try {
      if (is_attachment(repository, path, difference.after))
        out.push_back({path, std::nullopt, std::nullopt, difference.after});
    } catch (const base::Error&) {
      continue; // did not come, or is no file: then it is not to be kept
    }
  }
  return out;
}

} // namespace crm::sync
