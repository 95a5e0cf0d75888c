#include "app/undo.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

constexpr const char* undoes = "Crm-Undoes";

/// The batch that is meant. Without a name it is the last one of this device: what others wrote is theirs to
/// take back, or is named.
store::Commit find_batch(const store::Repository& repository, const std::string& device,
                         const std::string& wanted) {
  std::optional<store::Commit> found;
  std::set<std::string> undone;
  repository.newest_first(repository.head(), [&](const store::Commit& commit) {
    const std::string batch = commit.trailer("Crm-Batch");
    if (batch.empty()) return true;
    if (!wanted.empty()) {
      if (batch.starts_with(wanted) || (wanted.size() >= 7 && commit.id.starts_with(wanted))) found = commit;
      return !found;
    }
    if (undone.contains(batch) || commit.trailer("Crm-Device") != device) return true;
    if (const std::string target = commit.trailer(undoes); !target.empty()) {
      undone.insert(target);
      return true;
    }
    if (!commit.parents.empty()) found = commit; // the first commit is the store itself
    return false;
  });
  if (!found)
    throw base::Error(base::Kind::NotFound,
                      wanted.empty() ? "there is nothing to undo"
                                     : "no batch \"" + base::printable(wanted) + "\" in this store's history",
                      "`crm git log` shows the batches (Crm-Batch)");
  if (found->parents.empty())
    throw base::Error(base::Kind::Usage, "the first commit made the store and cannot be undone");
  return *found;
}

class Undo {
 public:
  Undo(Workspace& workspace, const UndoRequest& request)
      : m_workspace(workspace), m_request(request), m_batch(workspace, "undo", request.mode),
        m_commit(find_batch(workspace.repository(), workspace.device(), request.batch)) {}

  Undone run() {
    const auto& repository = m_workspace.repository();
    const std::string parent = m_commit.parents.front();
    for (const auto& difference : repository.diff(repository.commit(parent).tree, m_commit.tree)) {
      const auto parts = store::parse_record_path(difference.path);
      const core::Schema* schema = parts ? m_workspace.schemas().by_folder(parts->folder) : nullptr;
      if (schema != nullptr) {
        record(difference, *schema);
      } else {
        file(difference);
      }
    }
    if (m_request.later == Later::Refuse && !m_kept.empty())
      throw base::Error(base::Kind::Conflicts,
                        "later writes have changed what this would undo:\n  " + base::join(m_kept, "\n  "),
                        "--keep undoes the rest and leaves these; --overwrite undoes these too");
    m_batch.trailer(undoes, m_commit.trailer("Crm-Batch"));
    Undone out;
    out.batch = m_commit.trailer("Crm-Batch");
    out.summary = m_commit.summary;
    out.committed = m_batch.commit("Undo: " + m_commit.summary);
    out.kept = std::move(m_kept);
    return out;
  }

 private:
  std::optional<core::Record> parse(const store::Oid& blob, const std::string& path,
                                    const core::Schema& schema) const {
    if (blob.empty()) return std::nullopt;
    auto parsed = codec::read_record(m_workspace.repository().blob(blob), path, schema);
    if (auto* record = std::get_if<core::Record>(&parsed)) return std::move(*record);
    throw base::Error(base::Kind::InvalidData, path + " of that batch cannot be read",
                      core::to_text(std::get<std::vector<core::Problem>>(parsed).front()));
  }

  /// True when the unit may be reverted; otherwise it is remembered as left alone.
  bool allowed(bool untouched, const std::string& what) {
    if (untouched || m_request.later == Later::Overwrite) return true;
    m_kept.push_back(what);
    return false;
  }

  void record(const store::Difference& difference, const core::Schema& schema) {
    const auto before = parse(difference.before, difference.path, schema),
               after = parse(difference.after, difference.path, schema);
    if (!after) return; // records do not disappear; a hand-made commit's removal has its own repair
    core::Record now = m_batch.load({*after, difference.path, "", false});
    const std::string name =
        fmt::format("{} \"{}\"", schema.type, base::printable(core::display_name(now, schema)));
    if (!before) {
      const bool untouched = core::newest(now) == core::newest(*after);
      if (!core::is_deleted(now, schema) && allowed(untouched, name + " was changed after it was made"))
        m_batch.remove(now);
      return;
    }
    revert_fields(*before, *after, now, schema, name);
    revert_mark(*before, *after, now, schema, name);
  }

  void revert_fields(const core::Record& before, const core::Record& after, core::Record& now,
                     const core::Schema& schema, const std::string& name) {
    std::set<std::string> names;
    for (const auto* side : {&before.fields, &after.fields})
      for (const auto& [field, value] : *side)
        names.insert(field);
    std::vector<core::Edit> edits;
    std::set<std::string> told;
    for (const auto& field : names) {
      const core::Value &was = before.get(field), &became = after.get(field), &is = now.get(field);
      if (was == became || is == was) continue;
      const std::string unit = schema.unit(field);
      if (schema.rule(unit) == core::Rule::Set) {
        edits.push_back({field, revert_set(was, became, is)});
        continue;
      }
      const bool untouched = core::changed(now, unit) == core::changed(after, unit);
      if (!untouched && m_request.later != Later::Overwrite) {
        if (told.insert(unit).second)
          allowed(false, fmt::format("{}: {} is now \"{}\"", name, unit, base::printable(core::to_text(is))));
        continue;
      }
      edits.push_back({field, was});
    }
    if (!edits.empty()) m_batch.change_back(now, edits);
  }

  static core::Value revert_set(const core::Value& was, const core::Value& became, const core::Value& is) {
    const auto list = [](const core::Value& value) {
      return value.if_list() != nullptr ? *value.if_list() : core::List{};
    };
    const core::List old = list(was), made = list(became);
    core::List out;
    const auto has = [](const core::List& in, const core::Value& item) {
      return std::find(in.begin(), in.end(), item) != in.end();
    };
    for (const auto& item : list(is))
      if (has(old, item) || !has(made, item)) out.push_back(item);
    for (const auto& item : old)
      if (!has(made, item) && !has(out, item)) out.push_back(item);
    return out.empty() ? core::Value{} : core::Value{std::move(out)};
  }

  void revert_mark(const core::Record& before, const core::Record& after, core::Record& now,
                   const core::Schema& schema, const std::string& name) {
    const bool was = core::is_deleted(before, schema), became = core::is_deleted(after, schema),
               is = core::is_deleted(now, schema);
    if (was == became || is == was) return;
    if (!allowed(core::changed(now, "deleted") == core::changed(after, "deleted"),
                 name + (is ? " was deleted again" : " was restored again")))
      return;
    if (was) {
      m_batch.remove(now);
    } else {
      m_batch.restore(now);
    }
  }

  void file(const store::Difference& difference) {
    const auto& repository = m_workspace.repository();
    const auto now = repository.blob_id(repository.head_tree(), difference.path).value_or("");
    if (now == difference.before || !allowed(now == difference.after, difference.path + " was changed again"))
      return;
    m_batch.put_file(difference.path, difference.before.empty()
                                          ? std::nullopt
                                          : std::optional(repository.blob(difference.before)));
  }

  Workspace& m_workspace;
  const UndoRequest& m_request;
  Batch m_batch;
  store::Commit m_commit;
  std::vector<std::string> m_kept;
};

} // namespace

Undone undo(Workspace& workspace, const UndoRequest& request) {
  return Undo(workspace, request).run();
}

} // namespace crm::app
