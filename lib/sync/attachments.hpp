// Attachments as they travel: files that are what their names say, and are only ever added.
#pragma once

#include "store/repository.hpp"

#include <string>
#include <vector>

namespace crm::sync {

/// Whether the blob is what an attachment of that path holds: not too large, and of that SHA-256. False for
/// any other path.
bool is_attachment(const store::Repository& repository, const std::string& path, const store::Oid& blob);

/// The sound attachments that `after` has and `before` has not, as changes to `onto`, which lacks them.
/// Trees.
std::vector<store::Change> new_attachments(const store::Repository& repository, const store::Oid& before,
                                           const store::Oid& after, const store::Oid& onto);

} // namespace crm::sync
