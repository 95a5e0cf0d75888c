// Everything of a store in one file: `crm export all`, and back. A plain tar that any tool opens:
//
//   crm-archive/manifest.json     what it is of, how many records, and each file with its size and SHA-256
//   crm-archive/SHA256SUMS        the same for `sha256sum --check`
//   crm-archive/crm.yaml …        settings, schemas, policy, attachments, as they stand in the store
//   crm-archive/records.ndjson    all records, as `crm export ndjson` writes them
//   crm-archive/history.bundle    the history, which any git reads
//
// It is not compressed: attachments and the history are already, and so nothing in it can be larger than the
// file.
#pragma once

#include "app/batch.hpp"
#include "app/workspace.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace crm::app {

struct ArchivedFile {
  std::string name; ///< within the archive's folder
  std::uint64_t bytes = 0;
  std::string sha256;
};

struct Manifest {
  std::string store, id;                        ///< its name and its id
  std::string commit, branch;                   ///< what it is of
  std::map<std::string, std::uint64_t> records; ///< by type, deleted ones too
  std::vector<ArchivedFile> files;              ///< in their order, without manifest and sums
  std::uint64_t record_count() const;
  std::size_t attachment_count() const;
};

using Sink = std::function<void(std::string_view)>;
/// A record as a line of ndjson, without its newline.
using RecordLine = std::function<std::string(const core::Record&)>;

/// Of HEAD, piece by piece. The same bytes for the same commit. Throws Error(Failure),
/// Error(VerificationFailed) for a damaged attachment, and Error(InvalidData) for records that are none: what
/// could not be restored is no backup.
Manifest write_archive(Workspace& workspace, const RecordLine& line, const Sink& write);

/// Reads all of it, and compares every file with the manifest. The bundle goes into `bundle`, a file that it
/// makes ("" for nowhere); nothing else is written. Throws Error(InvalidData) for what is no archive of ours,
/// holds anything that its manifest does not name, or a link; Error(VerificationFailed) for what is damaged
/// or cut off; Error(NotFound | Failure).
Manifest check_archive(const std::string& file, const std::string& bundle);

struct RestoreRequest {
  std::string file, folder, member, device;
  Mode mode = Mode::Write; ///< DryRun: restored beside, compared, and taken away again
};
struct RestoredStore {
  std::string root; ///< "" of a dry run
  std::string name, member, device;
  std::string fingerprint;           ///< of the key that was made here; "" in a store without keys
  std::vector<std::string> believed; ///< "alice on desk": devices whose key may approve that one
  Manifest manifest;
  std::vector<std::string> warnings;
};
/// A store with the archive's history, and records, settings and attachments that are compared with what the
/// manifest says of them. `folder` must be empty or absent; nothing is left in it when it fails.
RestoredStore restore_archive(base::Environment& env, const RestoreRequest& request, const RecordLine& line);

} // namespace crm::app
