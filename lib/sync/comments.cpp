#include "sync/comments.hpp"

#include "codec/comment_join.hpp"
#include "codec/record.hpp"
#include "core/carry.hpp"
#include "core/merge.hpp"
#include "core/provenance.hpp"
#include "store/sha256.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace crm::sync {
namespace {

using codec::Comments;
using codec::EntryComments;
using core::Record;
using core::Schema;
using Lines = std::vector<std::string>;

// What is no field stands in `crm.comments` beside the fields' names.
const std::string head = "#", at_id = "#id", at_crm = "#crm";
/// No comments, but a stamp: who was the last to lay the file out by hand.
const std::string layout_of_file = "#layout";

std::string set_of(const std::string& entry) {
  return entry == "id" ? at_id : entry == "crm" ? at_crm : entry;
}

enum class Place { Above, Behind, Below };

/// Lines that stand together.
struct Paragraph {
  Place place = Place::Above;
  Lines lines;
  bool operator<(const Paragraph& other) const {
    return std::tie(place, lines) < std::tie(other.place, other.lines);
  }
};
using Paragraphs = std::map<std::string, Paragraph>; ///< by what stands for them in `crm.comments`
using ByEntry = std::map<std::string, Paragraphs>;

std::string name_of(const Paragraph& paragraph) {
  std::string text(1, "abw"[static_cast<int>(paragraph.place)]);
  for (const auto& line : paragraph.lines)
    text += "\n" + line;
  constexpr std::size_t digits = 16;
  return store::sha256(text).substr(0, digits);
}

bool is_gone(const std::string& set, const Record& record) {
  return set != head && set != at_id && set != at_crm && !record.fields.contains(set);
}

/// The paragraphs of a file. Where the record has no room for one (a second one behind a line, one of a field
/// that is gone), it stands elsewhere, and its stamp says where it belongs.
class Finder {
 public:
  Finder(const Version& version, const Schema& schema)
      : m_record(version.record), m_stamps(core::comments_record(version.record)) {
    if (const auto* added = m_stamps.crm.find("added"); added != nullptr && added->if_map() != nullptr)
      m_added = added->if_map();
    const auto comments = version.comments ? *version.comments : codec::comments_of(version.text, schema);
    for (auto& lines : codec::paragraphs(comments.head))
      add(head, Place::Above, std::move(lines));
    for (const auto& [entry, own] : comments.entries) {
      if (!own.behind.empty()) add(set_of(entry), Place::Behind, {own.behind});
      for (auto& lines : codec::paragraphs(own.below))
        add(set_of(entry), Place::Below, std::move(lines));
    }
    for (const auto& [entry, own] : comments.entries)
      for (auto& lines : codec::paragraphs(own.above))
        above(set_of(entry), std::move(lines));
  }

  ByEntry take() { return std::move(m_found); }

 private:
  void add(const std::string& entry, Place place, Lines lines) {
    Paragraph paragraph{place, std::move(lines)};
    m_found[entry].emplace(name_of(paragraph), std::move(paragraph));
  }

  void above(const std::string& entry, Lines lines) {
    if (takes(entry, {Place::Above, lines}) || takes(entry, {Place::Behind, lines})) return;
    if (entry == at_crm && m_added != nullptr)
      for (const auto& [gone, _] : *m_added)
        if (is_gone(gone, m_record))
          for (const auto place : {Place::Above, Place::Behind, Place::Below})
            if (takes(gone, {place, lines})) return;
    add(entry, Place::Above, std::move(lines));
  }

  /// True where a stamp says that it belongs there, and it was not found there yet.
  bool takes(const std::string& entry, Paragraph paragraph) {
    const auto* added = m_added != nullptr ? m_added->find(entry) : nullptr;
    const auto name = name_of(paragraph);
    if (added == nullptr || added->if_map() == nullptr || !added->if_map()->contains(name)) return false;
    return m_found[entry].emplace(name, std::move(paragraph)).second;
  }

  const Record& m_record;
  Record m_stamps;
  const core::Map* m_added = nullptr;
  ByEntry m_found;
};

/// The stamps of comments as those of a record with one set for each entry.
class Sets {
 public:
  /// `entries` are all that any of the versions at hand has.
  explicit Sets(const std::set<std::string>& entries) {
    m_schema.type = "comments";
    for (const auto& entry : entries) {
      core::Field field;
      field.name = entry;
      field.rule = entry == layout_of_file ? core::Rule::Latest : core::Rule::Set;
      field.shape = entry == layout_of_file ? core::Shape::Text : core::Shape::Texts;
      m_schema.fields.push_back(std::move(field));
    }
  }

  const Schema& schema() const { return m_schema; }

  static core::List names(const ByEntry& found, const std::string& entry) {
    core::List out;
    if (const auto own = found.find(entry); own != found.end())
      for (const auto& [name, _] : own->second)
        out.emplace_back(name);
    return out;
  }

  Record record(const Record& of, const ByEntry& found) const {
    Record out = core::comments_record(of);
    for (const auto& field : m_schema.fields)
      if (auto list = names(found, field.name); !list.empty()) out.fields.set(field.name, std::move(list));
    return out;
  }

 private:
  Schema m_schema;
};

core::Map stamps_of(const Record& sets) {
  const auto* changed = sets.crm.find("changed");
  return changed != nullptr && changed->if_map() != nullptr ? *changed->if_map() : core::Map{};
}

bool is_stamped(const Record& sets, const std::string& entry) {
  return stamps_of(sets).contains(entry);
}

void add_entries(const ByEntry& found, const Record& sets, std::set<std::string>& entries) {
  for (const auto& [entry, _] : found)
    entries.insert(entry);
  for (const auto& [entry, _] : stamps_of(sets))
    entries.insert(entry);
}

bool may_have(const std::string& text) {
  return text.find('#') != text.npos || text.find("comments") != text.npos;
}

void append(Lines& to, const Lines& paragraph) {
  if (!to.empty()) to.emplace_back("#");
  to.insert(to.end(), paragraph.begin(), paragraph.end());
}

/// Where the paragraphs of an entry stand: a function of the set. With room for it, the greatest of those
/// behind the line stays there.
EntryComments laid_out(const Paragraphs& paragraphs, bool room_behind) {
  EntryComments out;
  std::set<Paragraph> sorted;
  for (const auto& [_, paragraph] : paragraphs)
    sorted.insert(paragraph);
  for (const auto& paragraph : sorted) {
    if (paragraph.place != Place::Behind) {
      append(paragraph.place == Place::Above ? out.above : out.below, paragraph.lines);
      continue;
    }
    if (!out.behind.empty()) append(out.above, {out.behind});
    out.behind = paragraph.lines.front();
  }
  if (!room_behind && !out.behind.empty()) append(out.above, {std::exchange(out.behind, {})});
  return out;
}

/// All comments of a file by what stands at each entry.
class Layout {
 public:
  explicit Layout(const Record& record) : m_record(record) {}

  void add(const std::string& set, const Paragraphs& paragraphs) {
    if (!is_gone(set, m_record)) return add(set, laid_out(paragraphs, has_room(set)));
    for (const auto& [_, paragraph] : paragraphs)
      append(m_gone, paragraph.lines);
  }

  void add(const std::string& set, EntryComments comments) {
    if (set == head)
      m_out.head = std::move(comments.above);
    else if (!comments.empty())
      m_out.entries[set == at_id ? "id" : set == at_crm ? "crm" : set] = std::move(comments);
  }

  Comments take() {
    if (!m_gone.empty()) append(m_out.entries["crm"].above, m_gone);
    return std::move(m_out);
  }

 private:
  bool has_room(const std::string& set) const {
    return set == at_id || (set != head && set != at_crm && codec::is_one_line(set, m_record.get(set)));
  }

  const Record& m_record;
  Comments m_out;
  Lines m_gone;
};

const Paragraphs& at(const ByEntry& found, const std::string& entry) {
  static const Paragraphs none;
  const auto own = found.find(entry);
  return own != found.end() ? own->second : none;
}

/// The paragraphs of an entry of `sets`, as `known` has them.
Paragraphs named(const Record& sets, const std::string& entry, std::initializer_list<const ByEntry*> known) {
  Paragraphs out;
  if (const auto* names = sets.get(entry).if_list())
    for (const auto& name : *names)
      for (const auto* found : known)
        if (const auto one = at(*found, entry).find(name.string_or_empty()); one != at(*found, entry).end())
          out.insert(*one);
  return out;
}

std::optional<codec::RecordFile> read_file(const std::string& text, const Schema& schema) {
  auto read = codec::read_record_file(text, "", schema);
  if (auto* file = std::get_if<codec::RecordFile>(&read)) return std::move(*file);
  return std::nullopt;
}

} // namespace

codec::Edited edit_with_comments(const std::string& before, const std::string& text, Record& record,
                                 const Schema& schema, const core::Stamp& stamp) {
  const auto old = read_file(before, schema);
  const auto other = before == text ? std::nullopt : read_file(text, schema);
  const auto& onto = before == text ? old : other;
  if (!onto) return {codec::emit_record(record, schema), std::nullopt};
  if (!old) return codec::edit_file(text, *onto, record, schema);
  if (before == text && !may_have(before)) {
    core::set_comments(record, {});
    return codec::edit_file(text, *onto, record, schema);
  }
  const Version was{before, old->record, codec::comments_of(before, *old)};
  const auto known = core::comments_record(was.record);
  core::set_comments(record, known.crm);
  auto out = codec::edit_file(text, *onto, record, schema);
  std::vector<core::Edit> edits;
  std::set<std::string> entries{layout_of_file};
  ByEntry had;
  if (may_have(before) || may_have(out.text)) {
    had = Finder(was, schema).take();
    const Version is{out.text, record,
                     out.read ? std::optional(codec::comments_of(out.text, *out.read)) : std::nullopt};
    const auto has = Finder(is, schema).take();
    add_entries(had, known, entries);
    add_entries(has, known, entries);
    for (const auto& entry : entries)
      if (auto names = Sets::names(has, entry); !(names == Sets::names(had, entry)))
        edits.push_back({entry, std::move(names)});
  }
  // No two texts may have the same stamps, or nobody could tell which of them is newer.
  if (edits.empty() && out.text != before && record.crm == was.record.crm)
    edits.push_back({layout_of_file, core::to_text(stamp)});
  if (edits.empty()) return out;
  const Sets sets(entries);
  auto stamps = sets.record(was.record, had);
  core::write(stamps, sets.schema(), edits, stamp);
  core::set_comments(record, stamps.crm);
  if (out.read) return codec::edit_file(out.text, *out.read, record, schema);
  return {codec::edit_record(out.text, record, schema), std::nullopt};
}

JoinedComments::JoinedComments(const Version& a, const Version& b, Record& joined, const Schema& schema) {
  const auto in_a = Finder(a, schema).take(), in_b = Finder(b, schema).take();
  const auto stamps_a = core::comments_record(a.record), stamps_b = core::comments_record(b.record);
  std::set<std::string> all, stamped;
  add_entries(in_a, stamps_a, all);
  add_entries(in_b, stamps_b, all);
  for (const auto& entry : all)
    if (is_stamped(stamps_a, entry) || is_stamped(stamps_b, entry)) stamped.insert(entry);

  const Sets sets(stamped);
  auto set_a = sets.record(a.record, in_a), set_b = sets.record(b.record, in_b);
  for (const auto& entry : stamped) // who has no stamp has nothing that the other one has not seen
    if (!is_stamped(stamps_a, entry))
      set_a.fields.set(entry, set_b.get(entry));
    else if (!is_stamped(stamps_b, entry))
      set_b.fields.set(entry, set_a.get(entry));
  const auto joined_sets = core::join(set_a, set_b, sets.schema()).record;
  core::set_comments(joined, joined_sets.crm);

  Layout layout_a(joined), layout_b(joined), layout(joined);
  for (const auto& entry : all) {
    if (stamped.contains(entry)) {
      layout_a.add(entry, at(in_a, entry));
      layout_b.add(entry, at(in_b, entry));
      layout.add(entry, named(joined_sets, entry, {&in_a, &in_b}));
      continue;
    }
    const auto x = codec::join_comments(laid_out(at(in_a, entry), true), {}),
               y = codec::join_comments(laid_out(at(in_b, entry), true), {});
    layout_a.add(entry, x);
    layout_b.add(entry, y);
    layout.add(entry, codec::join_comments(x, y));
  }
  of_a = layout_a.take();
  of_b = layout_b.take();
  result = layout.take();
}

std::string carry_comments(const Version& before, const Version& after, const Version& onto, Record record,
                           const Schema& schema) {
  const auto had = Finder(before, schema).take(), has = Finder(after, schema).take(),
             here = Finder(onto, schema).take();
  std::set<std::string> entries;
  for (const auto& [found, version] : {std::pair{&had, &before}, {&has, &after}, {&here, &onto}})
    add_entries(*found, core::comments_record(version->record), entries);
  const Sets sets(entries);
  const auto own = sets.record(onto.record, here);
  const auto carried =
      core::carry(sets.record(before.record, had), sets.record(after.record, has), own, sets.schema());
  core::set_comments(record, carried.crm);
  if (carried.fields == own.fields) return codec::edit_record(onto.text, record, schema);
  Layout layout(record);
  for (const auto& entry : entries)
    layout.add(entry, named(carried, entry, {&here, &has}));
  return codec::emit_record(record, schema, layout.take());
}

} // namespace crm::sync
