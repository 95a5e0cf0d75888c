// Who wrote the comments of a record's file. Each entry's are a set of paragraphs that merges as a set of
// tags does: one that somebody has removed or written anew is gone, whatever a device has that had not heard
// of it, and what two people write at the same time stays side by side. The stamps are in `crm.comments`
// (lib/core/README.md).
#pragma once

#include "codec/record_comments.hpp"
#include "codec/record_file.hpp"
#include "sync/merge_texts.hpp"

#include <string>

namespace crm::sync {

/// `text` brought to `record`, as `codec::edit_file` does it. Where its comments are not those of `before`,
/// the version that it replaces, or where nothing but its layout differs, that has `stamp`: `record` and the
/// result say so.
codec::Edited edit_with_comments(const std::string& before, const std::string& text, core::Record& record,
                                 const core::Schema& schema, const core::Stamp& stamp);

/// The comments of two versions of a file as one: commutative, associative, idempotent.
class JoinedComments {
 public:
  /// `joined` is the data of both. Its stamps of comments are set.
  JoinedComments(const Version& a, const Version& b, core::Record& joined, const core::Schema& schema);

  codec::Comments of_a, of_b; ///< in the form of the result, so that it can be told who has all of it
  codec::Comments result;
};

/// `onto` with what was done to the comments of `before` in `after`, and with the data of `record`, a version
/// of the three. Sets the stamps of `record`.
std::string carry_comments(const Version& before, const Version& after, const Version& onto,
                           core::Record record, const core::Schema& schema);

} // namespace crm::sync
