// Files that belong to records: signed forms, photos. Each lies in the store once, under its SHA-256.
#pragma once

#include "app/batch.hpp"
#include "core/attachment.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::app {

/// Reads the files, puts into the batch those that the store lacks, and returns what the record is to say of
/// them. One at a time is in memory. Throws Error(Usage) for a schema without the field, for what is no plain
/// file, empty, over 25 MiB, or a program; Error(NotFound | Failure) for one that cannot be read.
std::vector<core::Attachment> attach_files(Batch& batch, const core::Schema& schema,
                                           const std::vector<std::string>& files);
/// `present`, the field's value, and these.
core::Value with_attachments(const core::Value& present, const std::vector<core::Attachment>& more);

struct Attached {
  core::Attachment attachment;
  std::string record, record_type, record_name; ///< that names it
  bool here = false;                            ///< the store has the file
};

/// Of every live record, or of one ("" for all, as typed), one row at a time in memory.
void each_attachment(Workspace& workspace, const std::string& record,
                     const std::function<void(const Attached&)>& visit);

/// The files of a record, then those of the latest notes about its contact: what one has at hand for it. Each
/// file once. Nothing of notes when it is noted who looks at them.
struct FilesAtHand {
  std::vector<core::Attachment> files; ///< at most five
  std::size_t more = 0;
};
FilesAtHand files_at_hand(Workspace& workspace, const core::Record& record);

/// The one that is meant by the beginning of its SHA-256 (6 digits or more), its name or a part of it, or the
/// record that has it; `name` chooses where that has several. Returns it once for each record that names it.
/// Throws Error(NotFound | Ambiguous).
std::vector<Attached> find_attachment(Workspace& workspace, const std::string& word, const std::string& name);

/// Its bytes, while `visit` runs. Throws Error(NotFound) when the store lacks it and
/// Error(VerificationFailed) when they are not what its name says.
void with_attachment(const Workspace& workspace, const core::Attachment& attachment,
                     const std::function<void(std::string_view bytes)>& visit);

/// What is wrong with the files of HEAD's attachments, a sentence each: missing, damaged; and how many no
/// record names any more. Reads all of them.
struct AttachmentCensus {
  std::size_t files = 0, unnamed = 0;
  std::vector<std::string> problems;
};
AttachmentCensus count_attachments(Workspace& workspace);

} // namespace crm::app
