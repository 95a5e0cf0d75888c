#include "app/audit/show.hpp"

#include "app/audit/verify.hpp"
#include "base/error.hpp"
#include "codec/record.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"

#include <algorithm>

namespace crm::app {
namespace {

class ShowBuilder {
 public:
  ShowBuilder(Workspace& workspace, const store::Commit& commit)
      : m_workspace(workspace), m_repository(workspace.repository()), m_commit(commit) {}

  AuditedBatch run() {
    auto log = audit_log(m_workspace, {.batch = m_commit.id, .merges = true, .limit = 1});
    m_out.entry = std::move(log.entries.front());
    m_out.parents = m_commit.parents;
    m_out.verdict = verify_one(m_workspace, m_commit);
    if (m_commit.parents.size() == 2) {
      const auto first = tree_of_commit(m_commit.parents[0]), second = tree_of_commit(m_commit.parents[1]);
      for (const auto& difference : m_repository.diff(first, second))
        merged(difference);
    } else {
      const auto before = m_commit.parents.empty() ? store::Oid() : tree_of_commit(m_commit.parents.front());
      for (const auto& difference : m_repository.diff(before, m_commit.tree))
        changed(difference);
    }
    return std::move(m_out);
  }

 private:
  store::Oid tree_of_commit(const store::Oid& id) const { return m_repository.commit(id).tree; }

  const core::Schema* schema_of(const std::string& path) const {
    const auto home = m_workspace.home_of(path);
    return home ? home->schema : nullptr;
  }

  std::optional<core::Record> read(const store::Oid& blob, const std::string& path,
                                   const core::Schema& schema) const {
    if (blob.empty()) return std::nullopt;
    auto parsed = codec::read_record(m_repository.blob(blob), path, schema);
    auto* record = std::get_if<core::Record>(&parsed);
    return record != nullptr ? std::optional(std::move(*record)) : std::nullopt;
  }

  AuditedRecord named(const core::Record& record, const std::string& path, const core::Schema& schema) const {
    AuditedRecord out;
    out.type = schema.type;
    out.id = record.id.str();
    out.name = core::display_name(record, schema);
    out.path = path;
    return out;
  }

  void file(const store::Difference& difference) {
    m_out.files.push_back({difference.path, difference.before.empty()  ? "added"
                                            : difference.after.empty() ? "removed"
                                                                       : "changed"});
  }

  void changed(const store::Difference& difference) {
    const auto* schema = schema_of(difference.path);
    if (schema == nullptr) return file(difference);
    auto before = read(difference.before, difference.path, *schema),
         after = read(difference.after, difference.path, *schema);
    if ((!difference.before.empty() && !before) || (!difference.after.empty() && !after))
      return file(difference);
    auto out = named(after ? *after : *before, difference.path, *schema);
    out.action = action(before, after, *schema);
    out.fields = differing(before, after, *schema);
    out.before = std::move(before);
    out.after = std::move(after);
    m_out.records.push_back(std::move(out));
  }

  static std::string action(const std::optional<core::Record>& before,
                            const std::optional<core::Record>& after, const core::Schema& schema) {
    if (!before) return "created";
    if (!after) return "removed";
    const bool was = core::is_deleted(*before, schema), is = core::is_deleted(*after, schema);
    return was == is ? "changed" : is ? "deleted" : "restored";
  }

  static std::vector<std::string> differing(const std::optional<core::Record>& before,
                                            const std::optional<core::Record>& after,
                                            const core::Schema& schema) {
    std::vector<std::string> out;
    const auto value = [](const std::optional<core::Record>& record, const std::string& name) {
      return record ? record->get(name) : core::Value{};
    };
    const auto consider = [&](const std::string& name) {
      if (!(value(before, name) == value(after, name)) &&
          std::find(out.begin(), out.end(), name) == out.end())
        out.push_back(name);
    };
    for (const auto& field : schema.fields)
      consider(field.name);
    for (const auto* side : {&before, &after}) // those that no schema knows
      if (side->has_value())
        for (const auto& [name, unused] : (*side)->fields)
          consider(name);
    return out;
  }

  /// `before` and `after` are the two parents here.
  void merged(const store::Difference& difference) {
    const auto* schema = schema_of(difference.path);
    const bool both = !difference.before.empty() && !difference.after.empty();
    if (schema == nullptr || !both) return schema == nullptr ? taken_file(difference) : count_taken();
    auto first = read(difference.before, difference.path, *schema),
         second = read(difference.after, difference.path, *schema),
         result = read(m_repository.blob_id(m_commit.tree, difference.path).value_or(""), difference.path,
                       *schema);
    if (!first || !second || !result) return taken_file(difference);
    auto out = named(*result, difference.path, *schema);
    try {
      out.decisions = core::join(*first, *second, *schema).decisions;
    } catch (const base::Error&) { // today's schema cannot join them: what it came to is shown all the same
      out.decisions.clear();
    }
    if (out.decisions.empty()) return count_taken();
    out.action = "merged";
    for (const auto& decision : out.decisions)
      for (const auto& field : members(decision.unit, *schema))
        out.fields.push_back(field);
    out.first = std::move(first);
    out.before = std::move(second);
    out.after = std::move(result);
    m_out.records.push_back(std::move(out));
  }

  static std::vector<std::string> members(const std::string& unit, const core::Schema& schema) {
    auto out = schema.members(unit);
    if (out.empty() && unit != "deleted") out.push_back(unit);
    return out;
  }

  void count_taken() { ++m_out.taken; }

  void taken_file(const store::Difference& difference) {
    const auto now = m_repository.blob_id(m_commit.tree, difference.path).value_or("");
    m_out.files.push_back({difference.path, now == difference.before  ? "as in the first parent"
                                            : now == difference.after ? "as in the second parent"
                                                                      : "merged"});
  }

  Workspace& m_workspace;
  const store::Repository& m_repository;
  const store::Commit& m_commit;
  AuditedBatch m_out;
};

} // namespace

AuditedBatch audit_show(Workspace& workspace, const std::string& wanted) {
  const auto commit = find_commit(workspace, wanted);
  return ShowBuilder(workspace, commit).run();
}

} // namespace crm::app
