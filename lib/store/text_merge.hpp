// Three texts as git merges them by lines.
#pragma once

#include <string>
#include <string_view>

namespace crm::store {

struct TextMerge {
  std::string text; ///< where not clean: with git's marks, "ours" and "theirs"
  bool clean = false;
};

/// What each side did to the lines of `base`, in one text. Throws Error(Failure).
TextMerge merge_lines(std::string_view base, std::string_view ours, std::string_view theirs);

} // namespace crm::store
