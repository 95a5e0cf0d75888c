#include "sync/merge_by_hand.hpp"

#include "sync/merge_texts.hpp"

namespace crm::sync {

std::string both_marked(const std::string& ours, const std::string& theirs) {
  return "<<<<<<< ours\n" + ours + "=======\n" + theirs + ">>>>>>> theirs\n";
}

std::optional<store::TextMerge> merge_unstamped(const std::string& base, const std::string& ours,
                                                const std::string& theirs, const std::string& path,
                                                const core::Schema& schema) {
  const auto before = read_version(base, path, schema);
  const auto* known = std::get_if<Version>(&before);
  if (known == nullptr) return std::nullopt;
  const auto is_unstamped = [&](const std::string& text) {
    if (text == base) return false;
    const auto version = read_version(text, path, schema);
    const auto* side = std::get_if<Version>(&version);
    return side != nullptr && side->record.crm == known->record.crm;
  };
  if (!is_unstamped(ours) && !is_unstamped(theirs)) return std::nullopt;
  auto merged = store::merge_lines(base, ours, theirs);
  if (merged.clean && !std::holds_alternative<Version>(read_version(merged.text, path, schema)))
    return store::TextMerge{both_marked(ours, theirs), false};
  return merged;
}

} // namespace crm::sync
