#include "app/exchange/calendar_changes.hpp"

#include "app/booking.hpp"
#include "app/exchange/contact_draft.hpp"
#include "app/occurrences.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/merge.hpp"
#include "core/occurrence.hpp"
#include "store/paths.hpp"

#include <algorithm>
#include <set>

namespace crm::app {
namespace {

using core::LocalDate;
using std::chrono::days;

const core::Value& value_in(const core::Map& fields, std::string_view name) {
  static const core::Value none;
  const auto* value = fields.find(name);
  return value == nullptr ? none : *value;
}

std::string summary_of(const CalendarItem& item) {
  const auto* property = item.component.find("SUMMARY");
  return property == nullptr ? std::string() : to_one_line(codec::text_of(property->value));
}

bool is_called_off(const CalendarItem& item) {
  const auto* property = item.component.find("STATUS");
  return property != nullptr && base::fold(property->value) == "cancelled";
}

std::vector<std::string> tags_of(const CalendarItem& item) {
  std::vector<std::string> out;
  if (const auto* list = value_in(item.fields, "tags").if_list())
    for (const auto& each : *list)
      out.push_back(each.string_or_empty());
  return out;
}

std::vector<std::string> without(std::vector<std::string> all, const std::vector<std::string>& gone) {
  std::erase_if(all,
                [&](const auto& each) { return std::find(gone.begin(), gone.end(), each) != gone.end(); });
  return all;
}

bool whole_days(const CalendarItem& item) {
  const auto* extra = value_in(item.fields, "extra").if_map();
  return extra != nullptr && extra->contains("all day");
}

core::WallTime start_of(const CalendarItem& item) {
  return core::parse_wall_time(value_in(item.fields, "start").string_or_empty()).value_or(core::WallTime{});
}

const std::string& zone_in(const CalendarItem& item) {
  return value_in(item.fields, "zone").string_or_empty();
}

/// Of `after`, in the zone of `before` where `after` names none of its own.
core::Map moment_fields(const CalendarItem& before, const CalendarItem& after) {
  core::Map out;
  out.set("start", value_in(after.fields, "start"));
  out.set("zone", value_in(after.fields, "zone"));
  if (after.utc && !whole_days(after) && core::is_zone(zone_in(before))) {
    const auto at = core::to_instant(start_of(after), zone_in(after));
    out.set("start", core::to_text(core::to_wall(at, zone_in(before))));
    out.set("zone", zone_in(before));
  }
  return out;
}

bool same_moment(const CalendarItem& a, const CalendarItem& b) {
  return core::to_instant(start_of(a), zone_in(a)) == core::to_instant(start_of(b), zone_in(b));
}

bool same_length(const core::Value& a, const core::Value& b) {
  if (a == b) return true; // neither may have one
  const auto one = core::parse_duration(a.string_or_empty()),
             other = core::parse_duration(b.string_or_empty());
  return one && other && one->days == other->days && one->time == other->time;
}

/// Edits that write what `item` has of a unit, for a version of the whole unit.
std::vector<core::Edit> whole_unit(const std::vector<core::Edit>& edits, const CalendarItem& before,
                                   const CalendarItem& item, const core::Schema& schema,
                                   std::string_view unit) {
  std::vector<core::Edit> out = edits;
  const core::Map moment = moment_fields(before, item);
  for (const char* name : {"start", "zone", "duration", "rrule"}) {
    const bool named =
        std::any_of(out.begin(), out.end(), [&](const auto& each) { return each.field == name; });
    if (schema.unit(name) != unit || named) continue;
    const auto* given = moment.find(name);
    // What it left alone is as it was when both sides agreed.
    out.push_back(
        {name, given != nullptr && !same_moment(before, item) ? *given : value_in(before.fields, name)});
  }
  return out;
}

/// Makes the edits of one record, each against what the book has written since.
class Applying {
 public:
  Applying(Batch& batch, const std::string& force) : m_batch(batch), m_force(force) {}

  void change(core::Record& record, const CalendarItem& base, const CalendarItem& now,
              const CalendarItem& ours) {
    const auto& schema = m_batch.workspace().schemas().get(record.type);
    const ItemChange theirs = change_of(base, now), here = change_of(base, ours);
    std::set<std::string> changed_here;
    for (const auto& edit : here.edits)
      changed_here.insert(std::string(schema.unit(edit.field)));
    std::map<std::string, std::vector<core::Edit>, std::less<>> beside; // by unit
    std::vector<core::Edit> plain;
    for (const auto& edit : theirs.edits) {
      const auto same = [&](const core::Edit& own) {
        return own.field == edit.field && own.value == edit.value;
      };
      if (std::any_of(here.edits.begin(), here.edits.end(), same)) continue;
      const std::string unit(schema.unit(edit.field));
      (changed_here.contains(unit) ? beside[unit] : plain).push_back(edit);
    }
    if (const auto tags = merged_tags(record, theirs)) plain.push_back({"tags", *tags});
    for (auto& edit : plain)
      if (edit.field == "extra") edit.value = merged_extra(record, now);
    const core::Record before = record;
    if (!plain.empty()) m_batch.change(record, plain);
    for (const auto& [unit, edits] : beside)
      m_batch.change_beside(record, whole_unit(edits, base, now, schema, unit));
    if (record.fields == before.fields && beside.empty()) return;
    m_done.changed.push_back(record.id.str());
    for (const auto& conflict : core::conflicts(record, schema)) // deleted here, and changed there, is one
      if (beside.contains(conflict.unit) || conflict.unit == core::Conflict::deletion)
        m_done.conflicts.push_back(conflict.unit);
    if (wants_more_time(before, record, schema)) guard_clashes(m_batch, record, m_force);
  }

  /// The record of an occurrence, made when it is none yet.
  core::Record occurrence(const core::Record& series, LocalDate day) {
    auto& workspace = m_batch.workspace();
    const auto& schema = workspace.schemas().get(series.type);
    core::Record record = core::occurrence(series, schema, day);
    const std::string path = store::record_path(schema.folder, record.id.str());
    if (workspace.repository().blob_id(workspace.tree(), path))
      return m_batch.load({record, path, "", false, ""});
    m_batch.take(record);
    return record;
  }

  void set_state(core::Record& record, const std::string& state) {
    const auto& schema = m_batch.workspace().schemas().get(record.type);
    if (record.text(schema.states->field) == state) return;
    m_batch.change(record, {{schema.states->field, state}});
    m_done.changed.push_back(record.id.str());
    if (!frees_time(record, schema)) guard_clashes(m_batch, record, m_force);
  }

  AppliedChange take() { return std::move(m_done); }

 private:
  static std::optional<core::Value> merged_tags(const core::Record& record, const ItemChange& theirs) {
    if (theirs.added_tags.empty() && theirs.removed_tags.empty()) return std::nullopt;
    core::List out;
    if (const auto* list = record.get("tags").if_list())
      for (const auto& each : *list)
        if (std::find(theirs.removed_tags.begin(), theirs.removed_tags.end(), each.string_or_empty()) ==
            theirs.removed_tags.end())
          out.push_back(each);
    for (const auto& tag : theirs.added_tags)
      if (std::find(out.begin(), out.end(), core::Value(tag)) == out.end()) out.emplace_back(tag);
    return out.empty() ? core::Value{} : core::Value{std::move(out)};
  }

  static core::Value merged_extra(const core::Record& record, const CalendarItem& now) {
    core::Map out;
    if (const auto* extra = record.get("extra").if_map()) out = *extra;
    out.erase("all day");
    if (whole_days(now)) out.set("all day", "yes");
    return out.empty() ? core::Value{} : core::Value{std::move(out)};
  }

  Batch& m_batch;
  const std::string& m_force;
  AppliedChange m_done;
};

std::string called_off_state(const core::Schema& schema) {
  if (!schema.states || schema.states->frees.empty())
    throw base::Error(base::Kind::InvalidData, schema.type + " has no state for what is called off");
  return schema.states->frees.front();
}

/// Without the record of the occurrence the series has it again.
void apply_to_occurrences(Applying& applying, Batch& batch, const core::Record& series,
                          const FileChange& change) {
  const auto& schema = batch.workspace().schemas().get(series.type);
  const auto in = [](const std::vector<LocalDate>& list, LocalDate day) {
    return std::find(list.begin(), list.end(), day) != list.end();
  };
  std::set<LocalDate> all(change.now.except.begin(), change.now.except.end());
  all.insert(change.base.except.begin(), change.base.except.end());
  for (const auto* file : {&change.base, &change.now})
    for (const auto& [day, item] : file->occurrences)
      all.insert(day);
  constexpr std::size_t most = 1000;
  if (all.size() > most)
    throw base::Error(base::Kind::InvalidData, "it has more than 1,000 occurrences of its own");
  for (const auto day : all) {
    const bool own = change.now.occurrences.contains(day);
    const bool off = in(change.now.except, day) && !own,
               was_off = in(change.base.except, day) && !change.base.occurrences.contains(day);
    if (off == was_off && (off || change_of(change.base.on(day), change.now.on(day)).empty())) continue;
    core::Record record = applying.occurrence(series, day);
    if (off) {
      applying.set_state(record, called_off_state(schema));
      continue;
    }
    if (was_off) applying.set_state(record, schema.states->initial);
    applying.change(record, change.base.on(day), change.now.on(day), change.ours.on(day));
  }
}

bool to_other_days(const CalendarItem& before, const CalendarItem& after) {
  const auto day = [](const CalendarItem& item) { return std::chrono::floor<days>(start_of(item).time); };
  return day(before) != day(after);
}

} // namespace

ItemChange change_of(const CalendarItem& before, const CalendarItem& after) {
  ItemChange out;
  const bool other_kind = whole_days(before) != whole_days(after);
  if (other_kind || !same_moment(before, after)) {
    const core::Map moment = moment_fields(before, after);
    for (const char* name : {"start", "zone"})
      if (!(value_in(before.fields, name) == *moment.find(name)))
        out.edits.push_back({name, *moment.find(name)});
  }
  if (!same_length(value_in(before.fields, "duration"), value_in(after.fields, "duration")))
    out.edits.push_back({"duration", value_in(after.fields, "duration")});
  if (const auto now = summary_of(after); now != summary_of(before))
    out.edits.push_back({"title", now.empty() ? core::Value{} : core::Value{base::shorten(now, 200)}});
  for (const char* name : {"location", "notes", "rrule"})
    if (!(value_in(before.fields, name) == value_in(after.fields, name)))
      out.edits.push_back({name, value_in(after.fields, name)});
  if (is_called_off(before) != is_called_off(after))
    out.edits.push_back({"status", is_called_off(after) ? "cancelled" : "booked"});
  if (other_kind) out.edits.push_back({"extra", core::Value{}});
  out.added_tags = without(tags_of(after), tags_of(before));
  out.removed_tags = without(tags_of(before), tags_of(after));
  return out;
}

bool same_calendar(const CalendarFile& a, const CalendarFile& b) {
  if (!change_of(a.main, b.main).empty()) return false;
  const auto called_off = [](const CalendarFile& file) {
    std::set<LocalDate> out(file.except.begin(), file.except.end());
    std::erase_if(out, [&](LocalDate day) { return file.occurrences.contains(day); });
    return out;
  };
  std::set<LocalDate> days;
  for (const auto* file : {&a, &b})
    for (const auto& [day, item] : file->occurrences)
      days.insert(day);
  return called_off(a) == called_off(b) && std::all_of(days.begin(), days.end(), [&](LocalDate day) {
           return change_of(a.on(day), b.on(day)).empty();
         });
}

AppliedChange apply_calendar_change(Batch& batch, core::Record record, const FileChange& change,
                                    const std::string& force) {
  Applying applying(batch, force);
  auto& workspace = batch.workspace();
  const bool has_own =
      core::is_series(record) && !overrides(workspace, record.type, core::root_of(record)).empty();
  if (has_own && (to_other_days(change.base.main, change.now.main) || !change.now.is_series()))
    throw base::Error(base::Kind::InvalidData,
                      "it was moved to other days, and some of its occurrences are not as the others",
                      "move it here: `crm book move ID@DAY DAY --all`");
  applying.change(record, change.base.main, change.now.main, change.ours.main);
  if (core::is_series(record)) apply_to_occurrences(applying, batch, record, change);
  return applying.take();
}

void add_calendar_occurrences(Batch& batch, const core::Record& series, const CalendarFile& file,
                              const std::string& force) {
  CalendarFile plain = file;
  plain.occurrences.clear();
  Applying applying(batch, force);
  for (const auto& [day, item] : file.occurrences) {
    core::Record record = applying.occurrence(series, day);
    applying.change(record, plain.on(day), item, plain.on(day));
  }
}

} // namespace crm::app
