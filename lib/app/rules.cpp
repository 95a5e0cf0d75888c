#include "app/rules.hpp"

#include "app/availability.hpp"
#include "app/occurrences.hpp"
#include "app/outlived.hpp"
#include "app/redirects.hpp"
#include "app/resolve.hpp"
#include "app/unfit_record.hpp"
#include "base/text.hpp"
#include "base/trace.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <tuple>

namespace crm::app {
namespace {

class Look {
 public:
  explicit Look(Workspace& workspace) : m_workspace(workspace) {}

  /// Of two that clash the later one is told: in its own turn when both are looked at, else at once.
  enum class Of { Both, One };
  void at_clashes(const index::Row& row, const core::Schema& schema, Of of) {
    if (row.deleted || !row.to || *row.to < now()) return;
    Found found = m_workspace.found(row);
    if (find_clashes(m_workspace, found.record, schema).empty()) return;
    auto report = check_clashes(m_workspace, found.record, schema, m_offered);
    const std::string id = found.record.id.str();
    std::set<std::string> later;
    std::erase_if(report.clashes, [&](const Clash& clash) {
      if (forced(found.record, clash.with) || is_forced_by(clash.with, id) ||
          m_told.contains(std::minmax(id, clash.with)))
        return true;
      const bool gives_way = !clash.off && age_of(clash.with) > std::pair(core::created(found.record), id);
      return gives_way && (later.insert(clash.with), true);
    });
    if (of == Of::One) at_later(later);
    // What takes several at once had room for the later one, if it was not with the earlier ones too many.
    if (const auto held = held_time(m_workspace, found.record, schema)) recount(report.clashes, *held);
    if (report.clashes.empty()) return;
    for (const auto& clash : report.clashes)
      m_told.insert(std::minmax(id, clash.with));
    offer(m_workspace, report, found.record, schema, m_offered);
    m_out.clashes.push_back({std::move(found), std::move(report)});
  }

  /// Of a series, those of its occurrences that are checked.
  void at_all_clashes(const index::Row& row, const core::Schema& schema) {
    if (!core::is_series(to_record(row))) return at_clashes(row, schema, Of::One);
    if (row.deleted) return;
    for (const auto& each : rows_of_series(
             m_workspace, row, {m_workspace.now(), m_workspace.now() + checked_ahead}, checked_occurrences))
      at_clashes(each, schema, Of::One);
  }

  /// Somebody is away, something is closed: what was promised for that time wants another time, or others.
  void at_absence(const index::Row& row) {
    during(row,
           [&](const index::Row& each, const core::Schema& schema) { at_clashes(each, schema, Of::One); });
  }

  /// How many appointments an absence is in the way of.
  std::size_t booked_during(const index::Row& absence) {
    std::size_t out = 0;
    during(absence, [&](const index::Row& each, const core::Schema& schema) {
      const core::Record appointment = to_record(each);
      if (!each.to || *each.to < now() || forced(appointment, absence.id)) return;
      const auto clashes = find_clashes(m_workspace, appointment, schema);
      if (std::any_of(clashes.begin(), clashes.end(),
                      [&](const Clash& clash) { return clash.with == absence.id; }))
        ++out;
    });
    return out;
  }

  /// What may be booked while an absence lasts.
  template <class Visit>
  void during(const index::Row& row, const Visit& visit) {
    constexpr std::size_t most = 1000; // a holiday of the house in a busy year; `crm conflicts` looks at all
    if (row.deleted) return;
    const auto off = time_off(to_record(row), m_workspace.settings().zone);
    if (!off || off->to.time_since_epoch().count() < now()) return;
    for (const auto& type : m_workspace.schemas().types()) {
      const auto& schema = m_workspace.schemas().get(type);
      if (!takes_time(schema)) continue;
      for (const auto& each : rows(m_workspace, {.type = type,
                                                .from = off->from.time_since_epoch().count(),
                                                .to = off->to.time_since_epoch().count(),
                                                .order = index::Order::Time,
                                                .limit = most}))
        visit(each, schema);
    }
  }

  void at_references(const index::Row& row, const core::Schema& schema) {
    if (row.deleted) return;
    const core::Record record = to_record(row);
    for (const auto& field : schema.fields)
      if (field.ref && !(field.name == core::redirect_field && at_circle(row)))
        for (const auto& target : targets(record.get(field.name)))
          at_reference(row, schema, field, target);
  }

  /// Somebody wrote to a record that had been merged: what came is told, until it is carried over.
  void at_merged(const index::Row& row, const core::Schema& schema) {
    if (!row.deleted || !redirect_of(m_workspace.schemas(), row)) return;
    const auto counting = m_workspace.with_index(
        [&](index::Index& index) { return landed_row(index, m_workspace.schemas(), row); });
    const core::Record merged = to_record(row);
    if (counting.id == row.id || counting.deleted || core::is_deleted(merged, schema)) return;
    for (const auto& news : not_carried_over(m_workspace, merged, to_record(counting)))
      tell(BrokenRule::Kind::Landed, row, news.unit,
           fmt::format("{} ({} on {})", news_text(news), news.stamp.member, news.stamp.device),
           {fmt::format("crm {} merge {} {}", row.type, short_id(m_workspace, counting.id),
                        short_id(m_workspace, row.id))});
  }

  void at_outlived(const Outlived& each) {
    const auto& schema = m_workspace.schemas().get(each.part.type);
    if (!still_wants(each.part, schema)) return;
    const auto& field = schema.states->field;
    const std::string id = short_id(m_workspace, each.part.id);
    const bool is_series = core::is_series(to_record(each.part));
    tell(BrokenRule::Kind::Outlived, each.part, field, each.series.state,
         {schema.type == "appointment" ? fmt::format("crm book cancel {}{}", id, is_series ? " --all" : "")
                                       : fmt::format("crm set {} {}={}", id, field, each.series.state)});
  }

  void at_key(const index::Row& row, const core::Schema& schema) {
    if (row.deleted || row.key.empty()) return;
    const auto same = m_workspace.with_index(
        [&](index::Index& index) { return index.by_key_prefix(row.type, row.key, 100); });
    const auto age = [](const index::Row& each) {
      return std::pair(core::created(to_record(each)), each.id);
    };
    for (const auto& other : same)
      // Of the two, the one that came later has to give way.
      if (other.key == row.key && other.id != row.id && age(other) < age(row))
        tell(BrokenRule::Kind::SameKey, row, schema.key_field, row.key,
             {fmt::format("crm set {} {}={}-2", short_id(m_workspace, row.id), schema.key_field, row.key)});
  }

  void at_text(const index::Row& row) {
    if (row.deleted) return;
    if (auto unfit = unfit_record(m_workspace, row))
      tell(BrokenRule::Kind::Invalid, row, "", std::move(unfit->problem), std::move(unfit->repair));
  }

  Rules take() {
    std::stable_sort(m_out.broken.begin(), m_out.broken.end(), [](const auto& a, const auto& b) {
      return std::tie(a.type, a.name, a.id, a.field) < std::tie(b.type, b.name, b.id, b.field);
    });
    return std::move(m_out);
  }

  std::int64_t now() const { return m_workspace.now().time_since_epoch().count(); }

 private:
  void at_later(const std::set<std::string>& ids) {
    for (const auto& id : ids)
      if (const auto row = row_by_id(m_workspace, id))
        at_clashes(*row, m_workspace.schemas().get(row->type), Of::Both);
  }

  static std::string news_text(const core::Landed& news) {
    if (!news.added.empty()) return core::to_text(core::Value{core::List(news.added)});
    std::vector<std::string> parts;
    for (const auto& [_, value] : news.content)
      parts.push_back(core::to_text(value));
    return parts.empty() ? "nothing any more" : base::join(parts, ", ");
  }

  /// True when it was merged into one that leads back to it.
  bool at_circle(const index::Row& row) {
    if (!redirect_of(m_workspace.schemas(), row)) return false;
    const auto found = m_workspace.with_index(
        [&](index::Index& index) { return landing(index, m_workspace.schemas(), row.id); });
    if (found.cycle.empty() || found.id != row.id) return false;
    std::string names, ids;
    for (const auto& id : found.cycle) {
      if (id == row.id) continue;
      const auto other = m_workspace.with_index([&](index::Index& index) { return index.by_id(id); });
      names += (names.empty() ? "" : ", ") + (other ? other->name : id);
      ids += " " + short_id(m_workspace, id);
    }
    if (!ids.empty())
      tell(BrokenRule::Kind::Circle, row, std::string(core::redirect_field), names,
           {fmt::format("crm {} merge {}{}", row.type, short_id(m_workspace, row.id), ids)});
    return true;
  }

  static std::vector<std::string> targets(const core::Value& value) {
    std::vector<std::string> out;
    if (const auto* text = value.if_string(); text != nullptr && !text->empty()) out.push_back(*text);
    if (const auto* list = value.if_list())
      for (const auto& each : *list)
        if (!each.string_or_empty().empty()) out.push_back(each.string_or_empty());
    return out;
  }

  void at_reference(const index::Row& row, const core::Schema& schema, const core::Field& field,
                    const std::string& target) {
    const auto found = m_workspace.with_index([&](index::Index& index) -> std::optional<index::Row> {
      if (field.ref->by == core::Reference::By::Id) return index.by_id(target);
      for (const auto& type : field.ref->types)
        if (auto at = index.by_key(type, target)) return at;
      return std::nullopt;
    });
    if (found && !found->deleted) return;
    if (found && !still_wants(row, schema)) return;
    const std::string id = short_id(m_workspace, row.id);
    if (found) {
      std::vector<std::string> repair{"crm restore " + short_id(m_workspace, found->id),
                                      fmt::format("crm set {} {}=", id, field.name)};
      if (field.name == "series" && core::may_recur(schema)) repair.insert(repair.begin(), "crm rm " + id);
      tell(BrokenRule::Kind::Deleted, row, field.name,
           found->type + " " + (found->name.empty() ? target : found->name), std::move(repair));
    } else {
      tell(BrokenRule::Kind::Missing, row, field.name, target,
           {fmt::format("crm set {} {}=", id, field.name)});
    }
  }

  /// What is over and done with may well tell of somebody who is not there any more.
  bool still_wants(const index::Row& row, const core::Schema& schema) const {
    if (schema.states && !schema.is_open(row.state)) return false;
    if (row.to) return *row.to >= now();
    return schema.states.has_value();
  }

  void tell(BrokenRule::Kind kind, const index::Row& row, const std::string& field, std::string detail,
            std::vector<std::string> repair) {
    if (m_broken.emplace(row.id, field, detail).second)
      m_out.broken.push_back(
          {kind, row.type, row.id, row.name, row.path, field, std::move(detail), std::move(repair)});
  }

  static bool forced(const core::Record& record, const std::string& over) {
    const core::Map* forced = record.get("forced").if_map();
    const core::Value* ids = forced == nullptr ? nullptr : forced->find("over");
    if (ids == nullptr || ids->if_list() == nullptr) return false;
    return std::any_of(ids->if_list()->begin(), ids->if_list()->end(),
                       [&](const core::Value& each) { return each.string_or_empty() == over; });
  }

  std::pair<core::Stamp, std::string> age_of(const std::string& id) {
    const auto row = row_by_id(m_workspace, id);
    return {row ? core::created(to_record(*row)) : core::Stamp{}, id};
  }

  bool is_forced_by(const std::string& other, const std::string& over) {
    const auto row = row_by_id(m_workspace, other);
    return row && forced(to_record(*row), over);
  }

  Workspace& m_workspace;
  Rules m_out;
  std::vector<Offered> m_offered;
  std::set<std::pair<std::string, std::string>> m_told;
  std::set<std::tuple<std::string, std::string, std::string>> m_broken;
};

/// Whether what a batch wrote of an absence is more than its reason.
bool takes_somebody_away(const Written& written) {
  if (written.action == Action::Deleted) return false;
  return written.action != Action::Changed ||
         std::any_of(written.units.begin(), written.units.end(), [](const std::string& unit) {
           return unit == "when" || unit == "member" || unit == "resource";
         });
}

/// A series, what goes on from one, or an occurrence that was changed alone.
bool is_of_series(const core::Record& record) {
  return core::is_series(record) || !record.text("series").empty();
}

void look_at_merges(Workspace& workspace, Look& look) {
  for (const auto& row :
       workspace.with_index([](index::Index& index) { return index.referring(merged_mark, "", 0); })) {
    const auto& schema = workspace.schemas().get(row.type);
    look.at_merged(row, schema);
    look.at_references(row, schema);
  }
}

} // namespace

std::string_view to_text(BrokenRule::Kind kind) {
  switch (kind) {
  case BrokenRule::Kind::Missing:
    return "missing";
  case BrokenRule::Kind::Deleted:
    return "deleted";
  case BrokenRule::Kind::SameKey:
    return "same-key";
  case BrokenRule::Kind::Circle:
    return "circle";
  case BrokenRule::Kind::Landed:
    return "landed";
  case BrokenRule::Kind::Outlived:
    return "outlived";
  case BrokenRule::Kind::Invalid:
    break;
  }
  return "invalid";
}

Rules rules_since(Workspace& workspace, const store::Oid& before) {
  const base::Span span("looking for clashes and broken rules");
  Look look(workspace);
  auto& repository = workspace.repository();
  if (repository.head_tree() == before) return {};
  const auto ask = [&](auto&& question) { return workspace.with_index(question); };
  std::set<std::string> unfit, changed, of_series;
  const auto unfit_rows = ask([](index::Index& index) { return index.referring(unfit_mark, "", 0); });
  for (const auto& row : unfit_rows)
    unfit.insert(row.id);
  for (const auto& difference : repository.diff(before, repository.head_tree())) {
    if (difference.path.starts_with("schemas/")) changed.insert(difference.path);
    const auto parts = store::parse_record_path(difference.path);
    const core::Schema* schema = parts ? workspace.schemas().by_folder(parts->folder) : nullptr;
    if (schema == nullptr || difference.after.empty()) continue;
    const auto row = ask([&](index::Index& index) { return index.by_id(parts->id); });
    if (!row) continue;
    if (core::may_recur(*schema) && is_of_series(to_record(*row))) of_series.insert(row->id);
    if (unfit.contains(row->id)) look.at_text(*row);
    if (takes_time(*schema)) look.at_all_clashes(*row, *schema);
    if (schema->type == "absence") look.at_absence(*row);
    look.at_references(*row, *schema);
    look.at_merged(*row, *schema);
    look.at_key(*row, *schema);
    if (!row->deleted) continue;
    for (const auto& target : {row->id, row->key})
      if (!target.empty())
        for (const auto& other : ask([&](index::Index& index) { return index.referring(target, "", 0); }))
          look.at_references(other, workspace.schemas().get(other.type));
  }
  if (!of_series.empty())
    for (const auto& each : outlived(workspace))
      if (of_series.contains(each.part.id) || of_series.contains(each.series.id)) look.at_outlived(each);
  for (const auto& row : unfit_rows) // that nobody has touched, as a stricter schema came
    if (changed.contains(schema_path(row.type))) look.at_text(row);
  return look.take();
}

Rules all_rules(Workspace& workspace) {
  Look look(workspace);
  const auto ask = [&](auto&& question) { return workspace.with_index(question); };
  for (const auto& type : workspace.schemas().types()) {
    const auto& schema = workspace.schemas().get(type);
    if (takes_time(schema))
      for (const auto& row : rows(workspace, {.type = type, .from = look.now(), .order = index::Order::Time}))
        look.at_clashes(row, schema, Look::Of::Both);
  }
  for (const auto& row : ask([](index::Index& index) { return index.referring(unfit_mark, "", 0); }))
    look.at_text(row);
  for (const auto& row : ask([](index::Index& index) { return index.of_doubtful_links(); }))
    look.at_references(row, workspace.schemas().get(row.type));
  look_at_merges(workspace, look);
  for (const auto& each : outlived(workspace))
    look.at_outlived(each);
  for (const auto& row : ask([](index::Index& index) { return index.of_shared_keys(); }))
    look.at_key(row, workspace.schemas().get(row.type));
  return look.take();
}

void note_bookings(Workspace& workspace, const Committed& committed) {
  Look look(workspace);
  std::size_t count = 0;
  for (const auto& written : committed.records) {
    if (committed.mode == Mode::DryRun || written.record.type != "absence" || !takes_somebody_away(written))
      continue;
    const auto& id = written.record.id.str();
    if (const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(id); }))
      count += look.booked_during(*row);
  }
  if (count > 0)
    workspace.warn(fmt::format("{} {} booked then: `crm conflicts`", base::count_of(count, "appointment"),
                               count == 1 ? "is" : "are"));
}

std::vector<BrokenRule> broken_merges(Workspace& workspace) {
  Look look(workspace);
  look_at_merges(workspace, look);
  return look.take().broken;
}

} // namespace crm::app
