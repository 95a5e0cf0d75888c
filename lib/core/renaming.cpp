#include "core/renaming.hpp"

#include "core/foreign.hpp"
#include "core/registers.hpp"

namespace crm::core {
namespace {

/// Entries of comments, as units that no schema knows.
const Schema no_schema;

class Renamer {
 public:
  explicit Renamer(const Renaming& renaming)
      : m_since(renaming.since), m_names{{renaming.device, renaming.name},
                                         {calendar_of(renaming.device), calendar_of(renaming.name)}} {}

  RecordState rename(RecordState state) const {
    for (auto& each : state.units)
      unit(each);
    seen(state.deletion.seen);
    Marks marks;
    for (auto mark : state.deletion.now) {
      stamp(mark.stamp);
      seen(mark.knew);
      marks.insert(std::move(mark));
    }
    state.deletion.now = std::move(marks);
    return state;
  }

 private:
  void stamp(Stamp& of) const {
    const auto name = m_names.find(of.device);
    if (name != m_names.end() && of.time > m_since) of.device = name->second;
  }

  void seen(Seen& all) const {
    for (const auto& [device, name] : m_names) {
      const auto at = all.find(device);
      if (at == all.end() || at->second <= m_since) continue;
      take(all, Stamp{at->second, name, ""});
      if (m_since == StampTime{})
        all.erase(device);
      else
        all[device] = m_since;
    }
  }

  Versions versions(const Versions& all) const {
    Versions out;
    for (auto version : all) {
      stamp(version.stamp);
      out.insert(std::move(version));
    }
    return out;
  }

  void unit(Register& of) const {
    of.now = versions(of.now);
    of.carried = versions(of.carried);
    Elements elements;
    for (auto element : of.elements) {
      stamp(element.stamp);
      elements.insert(std::move(element));
    }
    of.elements = std::move(elements);
    for (auto& [_, stamps] : of.added) {
      Stamps renamed;
      for (auto each : stamps) {
        stamp(each);
        renamed.insert(std::move(each));
      }
      stamps = std::move(renamed);
    }
    stamp(of.last);
    seen(of.seen);
  }

  StampTime m_since;
  std::map<std::string, std::string> m_names;
};

bool is_made_since(const Record& record, const Renaming& renaming) {
  const auto made = created(record);
  return made.time > renaming.since &&
         (made.device == renaming.device || made.device == calendar_of(renaming.device));
}

} // namespace

bool rename_writer(Record& record, const Schema& schema, const Renaming& renaming) {
  if (is_made_since(record, renaming)) return false;
  const Renamer renamer(renaming);
  const auto state = read_state(record, schema);
  const auto renamed = renamer.rename(state);
  Record comments = comments_record(record);
  const auto said = read_state(comments, no_schema), says = renamer.rename(said);
  if (renamed == state && says == said) return false;
  render_state(renamed, schema, record);
  render_state(says, no_schema, comments);
  set_comments(record, std::move(comments.crm));
  return true;
}

bool is_renamed(const Record& before, const Record& after, const Schema& schema, const Renaming& renaming) {
  Record expected = before;
  return rename_writer(expected, schema, renaming) &&
         read_state(expected, schema) == read_state(after, schema);
}

} // namespace crm::core
