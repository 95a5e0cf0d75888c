#include "app/late_edit.hpp"

#include "codec/record.hpp"
#include "core/merge.hpp"
#include "store/paths.hpp"
#include "sync/comments.hpp"

#include <utility>
#include <variant>

namespace crm::app {

std::vector<core::Edit> differences(const core::Map& before, const core::Map& after) {
  std::vector<core::Edit> edits;
  for (const auto& [name, value] : after)
    if (const auto* old = before.find(name); old == nullptr || !(*old == value))
      edits.push_back({name, value});
  for (const auto& [name, value] : before)
    if (!after.contains(name)) edits.push_back({name, {}});
  return edits;
}

LateEdit merge_late(const sync::Version& seen, const std::vector<core::Edit>& edits, const std::string& text,
                    const sync::Version& now, const core::Schema& schema, const core::Stamp& stamp) {
  LateEdit out{seen.record, now.record, {}, {}};
  out.units = core::write(out.own, schema, edits, stamp);
  auto edited = sync::edit_with_comments(seen.text, text, out.own, schema, stamp);
  if (seen.text == now.text) {
    out.joined = out.own;
    out.text = std::move(edited.text);
    return out;
  }
  const sync::Version left{std::move(edited.text), out.own, std::nullopt};
  out.joined = core::join(now.record, out.own, schema).record;
  out.text = sync::carry_comments(seen, left, now, out.joined, schema);
  // With the stamps of its comments.
  auto read = codec::read_record(out.text, store::record_path(schema.folder, out.own.id.str()), schema);
  if (auto* record = std::get_if<core::Record>(&read)) out.joined = std::move(*record);
  return out;
}

} // namespace crm::app
