#include "app/audit/blame.hpp"

#include "app/exchange/calendar_series.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "codec/record.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"

#include <algorithm>

namespace crm::app {
namespace {

constexpr const char* deleted_mark = "deleted";

class BlameWalk {
 public:
  BlameWalk(Workspace& workspace, const std::string& type, const std::string& path)
      : m_workspace(workspace), m_repository(workspace.repository()), m_schema(workspace.schemas().get(type)),
        m_path(path), m_record(workspace.load(type, path)) {
    if (const auto series = series_of_override(workspace, m_record))
      m_series = store::record_path(m_schema.folder, series->id.str());
  }

  Blame run() {
    begin();
    std::size_t seen = 0;
    m_repository.newest_first(m_repository.head(), [&](const store::Commit& commit) {
      m_workspace.progress("reading the history", seen++, 0);
      if (commit.parents.size() < 2)
        batch(commit);
      else
        merge(commit);
      return m_open > 0; // a merge that matters is newer than what it settled
    });
    m_workspace.progress("", 0, 0);
    Blame out{m_record, m_path, described(m_workspace, m_record), {}};
    for (auto& each : m_fields)
      out.fields.push_back(finished(each));
    return out;
  }

 private:
  struct Open {
    BlamedField field;
    std::string unit;
    core::Stamp stamp; ///< of the unit, as the record has it
    bool stamped;      ///< false for what merges by its value alone: greatest, least, and the mark
    bool found = false;
  };
  struct Joined {
    store::Oid merge;
    std::vector<core::Decision> decisions;
  };

  void begin() {
    const auto add = [&](const std::string& name) {
      const auto unit = m_schema.unit(name);
      const auto rule = m_schema.rule(unit);
      const auto stamp = core::changed(m_record, unit);
      if (m_record.get(name).is_null() && stamp == core::created(m_record)) return;
      Open open{{}, unit, stamp, rule != core::Rule::Max && rule != core::Rule::Min};
      open.field.field = name;
      open.field.value = m_record.get(name);
      m_fields.push_back(std::move(open));
    };
    for (const auto& field : m_schema.fields)
      add(field.name);
    for (const auto& [name, value] : m_record.fields)
      if (m_schema.find(name) == nullptr) add(name);
    if (core::is_deleted(m_record, m_schema)) {
      Open open{{}, deleted_mark, core::newest(m_record), false};
      open.field.field = deleted_mark;
      open.field.value = true;
      m_fields.push_back(std::move(open));
    }
    m_open = m_fields.size();
  }

  store::Oid blob_of(const store::Oid& commit) const {
    return m_repository.blob_id(commit, m_path).value_or("");
  }

  bool wrote_series(const store::Commit& commit) const {
    if (m_series.empty()) return false;
    const auto is = m_repository.blob_id(commit.id, m_series);
    return is && (commit.parents.empty() || is != m_repository.blob_id(commit.parents.front(), m_series));
  }

  std::optional<core::Record> read(const store::Oid& blob) const {
    if (blob.empty()) return std::nullopt;
    auto parsed = codec::read_record(m_repository.blob(blob), m_path, m_schema);
    auto* record = std::get_if<core::Record>(&parsed);
    return record != nullptr ? std::optional(std::move(*record)) : std::nullopt;
  }

  core::Value value(const std::optional<core::Record>& record, const Open& open) const {
    if (!record) return {};
    if (open.unit == deleted_mark)
      return core::is_deleted(*record, m_schema) ? core::Value{true} : core::Value{};
    return record->get(open.field.field);
  }

  void batch(const store::Commit& commit) {
    const auto is = blob_of(commit.id);
    const auto was = commit.parents.empty() ? store::Oid() : blob_of(commit.parents.front());
    const bool own = !is.empty() && is != was;
    if (!own && !wrote_series(commit)) return; // whose stamps an occurrence has until it is changed
    const auto clock = core::parse_stamp_time(commit.trailer("Crm-Clock"));
    const auto device = commit.trailer("Crm-Device");
    std::optional<core::Record> before, after;
    for (auto& open : m_fields) {
      if (open.found) continue;
      bool wrote = open.stamped && clock == open.stamp.time && device == open.stamp.device;
      if (!own) {
        if (wrote) attribute(open, commit);
        continue;
      }
      // By its value: what has no stamp, and what somebody committed with git without one.
      if (!wrote && (!open.stamped || !clock)) {
        if (!after) {
          before = read(was);
          after = read(is);
        }
        const auto now = value(after, open);
        wrote = after && now == open.field.value && !(value(before, open) == now) &&
                (!open.stamped || core::changed(*after, open.unit) == open.stamp);
      }
      if (wrote) attribute(open, commit);
    }
  }

  void attribute(Open& open, const store::Commit& commit) {
    const auto entry = audit_entry(commit);
    open.found = true;
    --m_open;
    open.field.member = entry.member;
    open.field.device = entry.device;
    open.field.written = entry.written;
    open.field.batch = entry.batch;
    open.field.commit = commit.id;
    open.field.operation = entry.operation;
  }

  void merge(const store::Commit& commit) {
    const auto first = blob_of(commit.parents[0]), second = blob_of(commit.parents[1]);
    if (first == second) return;
    const auto a = read(first), b = read(second);
    if (!a || !b) return;
    try {
      if (auto decisions = core::join(*a, *b, m_schema).decisions; !decisions.empty())
        m_joined.push_back({commit.id, std::move(decisions)});
    } catch (const base::Error&) { // today's schema cannot join them: nothing can be said
    }
  }

  BlamedField finished(Open& open) const {
    auto& out = open.field;
    if (!open.found) {
      out.member = open.stamp.member;
      out.device = open.stamp.device;
      out.written = open.stamp.time;
      return out;
    }
    for (const auto& joined : m_joined) {
      const auto decision = std::find_if(joined.decisions.begin(), joined.decisions.end(),
                                         [&](const auto& each) { return each.unit == open.unit; });
      if (decision == joined.decisions.end() || !m_repository.descends(joined.merge, out.commit)) continue;
      out.merged = *decision;
      out.merge = joined.merge;
      break;
    }
    return out;
  }

  Workspace& m_workspace;
  const store::Repository& m_repository;
  const core::Schema& m_schema;
  std::string m_path, m_series; ///< of the series that it is an occurrence of
  core::Record m_record;
  std::vector<Open> m_fields;
  std::size_t m_open = 0;
  std::vector<Joined> m_joined; ///< newest first
};

} // namespace

Blame audit_blame(Workspace& workspace, const std::string& type, const std::string& path) {
  return BlameWalk(workspace, type, path).run();
}

} // namespace crm::app
