// What a person made of a record's file while others went on from it: an edit by somebody who had seen no
// more than the file as it was.
#pragma once

#include "core/provenance.hpp"
#include "sync/merge_texts.hpp"

#include <string>
#include <vector>

namespace crm::app {

/// The fields in which two records differ, as edits from the first to the second.
std::vector<core::Edit> differences(const core::Map& before, const core::Map& after);

struct LateEdit {
  core::Record own;               ///< what they had seen, with what they wrote
  core::Record joined;            ///< that and what is there now, as a sync would merge the two
  std::string text;               ///< its file, with the comments of both
  std::vector<std::string> units; ///< that they wrote
};
/// `seen` is an earlier state of `now`, and `text` what they made of its file. What `edits` do not name stays
/// as it is now. `stamp` is newer than both.
LateEdit merge_late(const sync::Version& seen, const std::vector<core::Edit>& edits, const std::string& text,
                    const sync::Version& now, const core::Schema& schema, const core::Stamp& stamp);

} // namespace crm::app
