#include "core/carry.hpp"

#include "base/error.hpp"
#include "core/registers.hpp"

namespace crm::core {
namespace {

/// Additions and removals one by one: what else stands in the set is not of this write.
void carry_elements(const Register& before, const Register& after, Register& onto) {
  for (const auto& element : before.elements)
    if (!after.elements.contains(element)) onto.elements.erase(element);
  for (const auto& element : after.elements)
    if (!before.elements.contains(element)) onto.elements.insert(element);
  take(onto.seen, after.seen);
  onto.last = after.last;
}

} // namespace

Record carry(const Record& before, const Record& after, const Record& onto, const Schema& schema) {
  auto was = read_state(before, schema), became = read_state(after, schema), out = read_state(onto, schema);
  if (!(was.created == became.created) || was.again != became.again)
    throw base::Error(base::Kind::InvalidData, "record " + onto.id.str() + " was made twice");
  for (const auto& unit : became.units) {
    const Register& old = was.at(unit.unit, schema);
    if (old == unit) continue;
    Register& into = out.at(unit.unit, schema);
    if (unit.joining == Joining::Set)
      carry_elements(old, unit, into);
    else
      into = unit;
    if (unit.joining == Joining::Set || unit.joining == Joining::Review) take(into.seen, out.created);
  }
  if (!(was.deletion == became.deletion)) out.deletion = became.deletion;
  for (const auto& [key, value] : became.other)
    if (const auto* old = was.other.find(key); old == nullptr || !(*old == value)) out.other.set(key, value);
  Record record = onto;
  render_state(out, schema, record);
  return record;
}

} // namespace crm::core
