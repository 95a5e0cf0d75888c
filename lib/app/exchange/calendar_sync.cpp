// Both ways between the book and a calendar folder.
#include "app/exchange/calendar_changes.hpp"
#include "app/exchange/calendar_file.hpp"
#include "app/exchange/calendar_folder.hpp"
#include "app/exchange/calendar_memory.hpp"
#include "app/exchange/calendar_newcomer.hpp"
#include "app/records.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/occurrence.hpp"
#include "store/flat_folder.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

using What = CalendarFileOutcome::What;
using store::FlatFolder;
constexpr const char* booked_type = "appointment";

/// What concerns one file, and lets the others go on.
bool is_of_one_file(const base::Error& error) {
  using base::Kind;
  return error.kind == Kind::InvalidData || error.kind == Kind::Clash || error.kind == Kind::Denied ||
         error.kind == Kind::NotFound || error.kind == Kind::Usage || error.kind == Kind::Ambiguous;
}

class CalendarSync {
 public:
  CalendarSync(Workspace& workspace, const CalendarSyncRequest& request)
      : m_workspace(workspace), m_request(request),
        m_folder(request.folder,
                 request.mode == Mode::Write ? FlatFolder::Missing::Make : FlatFolder::Missing::Refuse),
        m_memory(workspace.repository(), m_folder.path(), request.member),
        m_files(workspace, {request.member}), m_newcomers(workspace, request.member) {
    m_report.folder = m_folder.path();
    m_report.mode = request.mode;
  }

  CalendarFolderReport run() {
    read_folder();
    read_book();
    guard_deletions();
    try {
      const auto known = m_memory.entries(); // changed on the way
      for (const auto& each : known)
        if (!m_present.contains(each.first)) one_file(each.first, [&] { gone(each.first, each.second); });
      std::size_t done = 0;
      for (const auto& name : m_names) {
        if (++done % 64 == 0) m_workspace.progress("Looking at " + m_folder.path(), done, m_names.size());
        one_file(name, [&] { look_at_file(name); });
      }
      for (const auto& [id, digest] : m_ours)
        if (!m_has_file.contains(id)) add_file(id);
    } catch (...) {
      save();
      throw;
    }
    save();
    m_workspace.progress("", 0, 0);
    return std::move(m_report);
  }

 private:
  bool writes() const { return m_request.mode == Mode::Write; }
  void save() const {
    if (writes()) m_memory.save();
  }

  void read_folder() {
    constexpr std::size_t most = 200'000;
    for (const auto& name : m_folder.names(".ics", most)) {
      m_present.insert(name);
      if (base::is_utf8(name) && base::printable(name) == name) {
        m_names.push_back(name);
      } else {
        tell(What::Refused, name, "", "its name is no plain text", "give it another name");
      }
    }
    for (const auto& [name, entry] : m_memory.entries())
      if (m_present.contains(name)) m_has_file.emplace(entry.id, name);
  }

  void read_book() {
    const auto now = m_workspace.now();
    std::vector<std::string> ids;
    m_workspace.with_index([&](index::Index& index) {
      ids.clear();
      index.each({.type = booked_type, .order = index::Order::Id}, [&](const index::Row& row) {
        const bool over =
            m_request.past && row.to && *row.to < (now - *m_request.past).time_since_epoch().count();
        if (!over) ids.push_back(row.id);
        return true;
      });
    });
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (i % 256 == 0) m_workspace.progress("Looking at the book", i, ids.size());
      if (const auto text = text_of(ids[i])) m_ours.emplace(ids[i], calendar_digest(*text));
    }
  }

  std::optional<std::string> text_of(const std::string& id) {
    const auto row = m_workspace.with_index([&](index::Index& index) { return index.by_id(id); });
    if (!row || row->deleted) return std::nullopt;
    return m_files.text(to_record(*row));
  }

  void guard_deletions() const {
    constexpr std::size_t some = 10, all_of_few = 3;
    std::size_t missing = 0, live = 0;
    for (const auto& [name, entry] : m_memory.entries()) {
      if (!m_ours.contains(entry.id)) continue;
      ++live;
      if (!m_present.contains(name)) ++missing;
    }
    const bool large = (missing > some && missing * 5 > live) || (missing == live && missing >= all_of_few);
    if (large && !m_request.allow_deletions)
      throw base::Error(base::Kind::InvalidData,
                        fmt::format("{} of {} have gone from {}: their appointments would be cancelled, "
                                    "and nothing was done",
                                    missing, base::count_of(live, "file"), base::printable(m_folder.path())),
                        "is it the folder, and is it whole? --allow-deletions cancels them");
  }

  template <typename Do>
  void one_file(const std::string& name, Do&& act) {
    try {
      act();
    } catch (const base::Error& error) {
      if (!is_of_one_file(error)) throw;
      const auto known = m_memory.entries().find(name);
      tell(error.kind == base::Kind::Clash ? What::Clash : What::Refused, name,
           known == m_memory.entries().end() ? "" : known->second.id, error.message, error.hint);
    }
  }

  void tell(What what, const std::string& name, const std::string& id, std::string reason = {},
            std::string hint = {}, std::string batch = {}) {
    m_report.files.push_back({what, name, id, std::move(reason), std::move(hint), std::move(batch)});
  }

  /// Deleted by somebody elsewhere, or no longer in the calendar on both sides.
  void gone(const std::string& name, const CalendarMemory::Entry& entry) {
    const auto ours = m_ours.find(entry.id);
    if (ours == m_ours.end()) return forget(name);
    if (ours->second != entry.ours) {
      put_back(name, entry.id);
      return tell(What::Kept, name, entry.id, "it was changed here meanwhile",
                  "delete it again, or cancel it here");
    }
    const auto& schema = m_workspace.schemas().get(booked_type);
    try {
      const auto row = m_workspace.with_index([&](index::Index& index) { return index.by_id(entry.id); });
      MoveRequest move{booked_type,
                       {entry.id},
                       schema.states->frees.front(),
                       {},
                       "",
                       m_request.mode,
                       row && core::is_series(to_record(*row)) ? Reach::All : Reach::Unsaid};
      const auto done = move_state(m_workspace, move);
      tell(What::Cancelled, name, entry.id, "", "", done.batch);
      m_ours.erase(ours);
      forget(name);
    } catch (const base::Error& error) {
      if (!is_of_one_file(error)) throw;
      put_back(name, entry.id);
      tell(What::Refused, name, entry.id, "it was deleted there: " + error.message, "the file is back");
    }
  }

  void put_back(const std::string& name, const std::string& id) {
    m_has_file.emplace(id, name);
    if (const auto text = text_of(id); text && writes()) {
      m_folder.write(name, *text);
      m_memory.agree(name, id, *text, *text);
    }
  }

  void forget(const std::string& name) {
    if (writes()) m_memory.forget(name);
  }

  void look_at_file(const std::string& name) {
    const auto seen = m_folder.look(name);
    if (seen.what == store::Seen::What::Missing) return; // taken away just now: the next sync looks again
    if (seen.what != store::Seen::What::File)
      throw base::Error(base::Kind::InvalidData, "it is " + seen.problem, "it was not looked at");
    const auto known = m_memory.entries().find(name);
    if (known != m_memory.entries().end() && calendar_digest(seen.content) == known->second.theirs)
      return as_it_was(name, known->second, seen.content);
    const CalendarFile now = read_calendar_file(seen.content, m_workspace.settings().zone);
    const std::string id = known != m_memory.entries().end() ? known->second.id : m_newcomers.known(now.uid);
    if (id.empty()) return book(name, seen.content, now);
    const auto [holder, fresh] = m_has_file.emplace(id, name);
    if (!fresh && holder->second != name)
      throw base::Error(base::Kind::InvalidData,
                        "it has the UID of " + base::printable(holder->second) + " beside it",
                        "remove one of the two");
    take_change(name, id, seen.content, now);
  }

  void as_it_was(const std::string& name, CalendarMemory::Entry entry, const std::string& content) {
    const auto ours = m_ours.find(entry.id);
    if (ours == m_ours.end()) {
      require_still(name, content);
      if (writes()) m_folder.remove(name);
      forget(name);
      tell(What::Removed, name, entry.id);
    } else if (ours->second == entry.ours) {
      ++m_report.same;
    } else if (const auto text = text_of(entry.id)) {
      write_over(name, entry.id, *text, content);
      tell(What::Written, name, entry.id);
    }
  }

  /// Others may write at any time.
  void require_still(const std::string& name, const std::string& content) const {
    const auto seen = m_folder.look(name);
    if (seen.what != store::Seen::What::File || seen.content != content)
      throw base::Error(base::Kind::InvalidData, "it was changed while it was looked at",
                        "the next sync looks again");
  }

  /// What is theirs in the file stays in it.
  void write_over(const std::string& name, const std::string& id, const std::string& text,
                  const std::string& content) {
    if (!writes()) return;
    const std::string& zone = m_workspace.settings().zone;
    const std::string whole = with_what_is_theirs(text, read_calendar_file(content, zone), zone);
    require_still(name, content);
    m_folder.write(name, whole);
    m_memory.agree(name, id, text, whole);
  }

  void add_file(const std::string& id) {
    const auto text = text_of(id);
    const std::string name = calendar_file_name(id);
    if (!text || m_present.contains(name)) return; // what is there by that name was told of
    if (writes()) {
      m_folder.write(name, *text);
      m_memory.agree(name, id, *text, *text);
    }
    tell(What::Written, name, id);
  }

  void book(const std::string& name, const std::string& content, const CalendarFile& now) {
    Batch batch(m_workspace, "calendar.new", m_request.mode);
    const core::Record record = m_newcomers.book(batch, now, m_request.force);
    const auto done = batch.commit("Book from the calendar: " + when_words(record.fields));
    tell(What::Booked, name, record.id.str(), "", "", done.batch);
    m_has_file.emplace(record.id.str(), name);
    settle(name, record.id.str(), content, now);
  }

  /// Without a name: it goes into the log.
  static std::string when_words(const core::Map& fields) {
    const auto *start = fields.find("start"), *zone = fields.find("zone");
    const auto wall = start != nullptr ? core::parse_wall_time(start->string_or_empty()) : std::nullopt;
    return wall && zone != nullptr ? core::to_words(*wall, zone->string_or_empty()) : "an appointment";
  }

  void take_change(const std::string& name, const std::string& id, const std::string& content,
                   const CalendarFile& now) {
    const std::string& zone = m_workspace.settings().zone;
    Batch batch(m_workspace, "calendar.change", m_request.mode);
    const auto row = m_workspace.with_index([&](index::Index& index) { return index.by_id(id); });
    if (!row) throw base::Error(base::Kind::InvalidData, "the book has no such appointment any more");
    const auto ours = text_of(id);
    auto base = m_memory.base(name);
    if (!base) base = ours;
    if (!base)
      throw base::Error(base::Kind::InvalidData, "the calendar does not show it: it is called off here",
                        "`crm book reopen " + id + "` brings it back");
    FileChange change{read_calendar_file(*base, zone), now, read_calendar_file(ours ? *ours : *base, zone)};
    const auto applied =
        apply_calendar_change(batch, batch.load(m_workspace.found(*row)), change, m_request.force);
    std::string written;
    if (!applied.changed.empty()) {
      const auto record = batch.commit("Change from the calendar: " + when_words(now.main.fields));
      written = record.batch;
      tell(applied.conflicts.empty() ? What::Taken : What::Conflict, name, id,
           base::join(applied.conflicts, ", "), applied.conflicts.empty() ? "" : "`crm conflicts` shows both",
           written);
    } else {
      ++m_report.same;
    }
    settle(name, id, content, now);
  }

  /// After the book has taken a change: the file is as its program has left it, unless the book has more to
  /// say.
  void settle(const std::string& name, const std::string& id, const std::string& content,
              const CalendarFile& now) {
    if (!writes()) return;
    const auto text = text_of(id);
    if (!text) {
      require_still(name, content);
      m_folder.remove(name);
      m_memory.forget(name);
    } else if (same_calendar(read_calendar_file(*text, m_workspace.settings().zone), now)) {
      m_memory.agree(name, id, *text, content);
    } else {
      write_over(name, id, *text, content);
    }
  }

  Workspace& m_workspace;
  const CalendarSyncRequest& m_request;
  FlatFolder m_folder;
  CalendarMemory m_memory;
  CalendarFiles m_files;
  CalendarNewcomers m_newcomers;
  CalendarFolderReport m_report;
  std::set<std::string> m_present;               ///< names in the folder
  std::vector<std::string> m_names;              ///< those that can be looked at
  std::map<std::string, std::string> m_ours;     ///< id to digest of the file as the book would write it
  std::map<std::string, std::string> m_has_file; ///< id to the file's name
};

} // namespace

CalendarFolderReport sync_calendar_folder(Workspace& workspace, const CalendarSyncRequest& request) {
  refuse_folder_in_store(workspace, request.folder);
  return CalendarSync(workspace, request).run();
}

} // namespace crm::app
