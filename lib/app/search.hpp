// Words in the texts of all types, with the filters of lists.
#pragma once

#include "app/workspace.hpp"
#include "core/search.hpp"

#include <string>
#include <vector>

namespace crm::app {

struct SearchRequest {
  /// Words and filters as typed. One with spaces in it is looked for as it stands: its words in a row.
  std::vector<std::string> words;
  std::vector<std::string> types; ///< "" for all
  std::size_t limit = 20;         ///< 0 for all
  index::Search::By by = index::Search::By::Relevance;
};

struct SearchHit {
  core::Record record;
  double score = 0; ///< greater is better; comparable within one answer only
  core::Excerpt excerpt;
};

struct SearchAnswer {
  std::vector<core::Term> terms;
  std::vector<SearchHit> hits;
  bool more = false; ///< the limit has cut some off
};

/// A filter chooses the types that have its field and know its value. Throws Error(Usage) when none has, and
/// without any word to look for.
SearchAnswer search(Workspace& workspace, const SearchRequest& request);

} // namespace crm::app
