#include "app/hand_edits.hpp"

#include "app/availability.hpp"
#include "app/edited_from.hpp"
#include "app/key_use.hpp"
#include "app/keys.hpp"
#include "app/last_owner.hpp"
#include "app/late_edit.hpp"
#include "app/permission.hpp"
#include "app/query.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/policy.hpp"
#include "codec/record.hpp"
#include "codec/schema.hpp"
#include "core/foreign.hpp"
#include "store/paths.hpp"
#include "sync/authority.hpp"
#include "sync/comments.hpp"
#include "sync/git_files.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

using Problems = std::vector<core::Problem>;
using Kind = store::HandEdit::Kind;

core::Problem problem(const std::string& path, std::string message, std::string field = {},
                      std::string found = {}) {
  return {path, 0, std::move(field), std::move(found), std::move(message)};
}

class Planner {
 public:
  explicit Planner(Workspace& workspace) : m_workspace(workspace), m_permission(workspace) {}

  Adoption plan(const std::vector<store::HandEdit>& edits) {
    m_from = edited_from(m_workspace, edits);
    for (const auto& edit : edits) {
      const std::size_t problems = m_plan.problems.size(), changes = m_plan.changes.size();
      try {
        if (consider(edit) && m_plan.problems.size() == problems) m_plan.edits.push_back(edit);
      } catch (const base::Error& error) { // one edit stops neither the others nor the command
        m_plan.changes.resize(changes);
        m_plan.problems.push_back(problem(edit.path, error.message));
      }
    }
    leave_somebody();
    return std::move(m_plan);
  }

 private:
  /// Without anybody who could give it back, what is written of members stays an edit.
  void leave_somebody() {
    std::vector<core::Record> members;
    for (const auto& each : m_plan.records)
      if (each.record.type == core::member_type) members.push_back(each.record);
    try {
      require_somebody_left(m_workspace, members);
    } catch (const base::Error& error) {
      if (error.kind != base::Kind::Denied) throw;
      for (const auto& member : members)
        drop(store::record_path(m_workspace.schemas().get(core::member_type).folder, member.id.str()),
             error.message + "; " + error.hint);
    }
  }

  void drop(const std::string& path, const std::string& why) {
    const auto is_it = [&](const auto& each) { return each.path == path; };
    std::erase_if(m_plan.records, is_it);
    std::erase_if(m_plan.changes, is_it);
    std::erase_if(m_plan.edits, is_it);
    m_plan.problems.push_back(problem(path, why));
    ++m_plan.denied;
  }

  /// False for a file that is no part of a store.
  bool consider(const store::HandEdit& edit) {
    if (edit.kind == Kind::Added && store::is_leftover(edit.path.substr(edit.path.rfind('/') + 1))) {
      m_plan.foreign.push_back(edit.path);
      return false;
    }
    if (!edit.problem.empty()) { // a link, a device, too large: nothing that could be read
      const auto folder = edit.path.substr(0, edit.path.find('/'));
      const bool ours = edit.path == "crm.yaml" || folder == "schemas" ||
                        folder == store::attachment_folder || edit.path == sync::policy_path ||
                        (folder != edit.path && m_workspace.schemas().by_folder(folder) != nullptr);
      if (ours) {
        m_plan.problems.push_back(problem(edit.path, edit.problem));
      } else {
        m_plan.foreign.push_back(edit.path);
      }
      return false;
    }
    if (edit.path == "crm.yaml") {
      settings(edit);
    } else if (edit.path.starts_with("schemas/")) {
      schema(edit);
    } else if (edit.path == sync::policy_path) {
      policy(edit);
    } else if (!sync::proposer_of(edit.path).empty()) {
      proposal(edit);
    } else if (sync::file_type(edit.path) == sync::reads_type && edit.kind != Kind::Added) {
      m_plan.problems.push_back(problem(edit.path, "is the log of what was read, which stays: " +
                                                       store::taking_back(edit.path) + " brings it back"));
    } else if (sync::is_git_file(edit.path)) {
      if (auto why = sync::git_file_problem(edit.path, edit.content); !why.empty())
        m_plan.problems.push_back(problem(edit.path, std::move(why)));
      else
        take(edit);
    } else if (const auto folder = edit.path.substr(0, edit.path.find('/'));
               folder != edit.path && m_workspace.schemas().by_folder(folder) != nullptr) {
      record(edit, *m_workspace.schemas().by_folder(folder));
    } else {
      m_plan.foreign.push_back(edit.path);
      return false;
    }
    return true;
  }

  void take(const store::HandEdit& edit) {
    const auto content = edit.kind == Kind::Removed ? std::nullopt : std::optional(edit.content);
    store::Change change{edit.path, content};
    if (const auto forbidden = m_permission.refuse_file(change)) return deny(edit, *forbidden);
    m_plan.changes.push_back(std::move(change));
  }

  void deny(const store::HandEdit& edit, const core::Forbidden& forbidden) {
    m_plan.problems.push_back(
        problem(edit.path, forbidden.why + (forbidden.instead.empty() ? "" : "; " + forbidden.instead)));
    ++m_plan.denied;
  }

  /// Its version only grows: an older policy that comes along later is not taken in.
  void policy(const store::HandEdit& edit) {
    if (edit.kind == Kind::Removed) {
      m_plan.problems.push_back(problem(edit.path, "nobody could do anything without it: " +
                                                       store::taking_back(edit.path) + " brings it back"));
      return;
    }
    const auto parsed = codec::parse_policy(edit.content, edit.path);
    if (const auto* problems = std::get_if<Problems>(&parsed)) {
      m_plan.problems.insert(m_plan.problems.end(), problems->begin(), problems->end());
      return;
    }
    const auto version = std::get<core::Policy>(parsed).version;
    const auto old = m_workspace.repository().read(m_workspace.tree(), edit.path);
    const auto before = old ? codec::parse_policy(*old, edit.path) : std::variant<core::Policy, Problems>{};
    const auto* policy = old ? std::get_if<core::Policy>(&before) : nullptr;
    if (policy != nullptr && version <= policy->version)
      m_plan.problems.push_back(
          problem(edit.path, fmt::format("must be {} or more: each change raises it", policy->version + 1),
                  "version", std::to_string(version)));
    else
      take(edit);
  }

  void proposal(const store::HandEdit& edit) {
    if (edit.kind == Kind::Removed) return take(edit);
    const auto parsed = codec::parse_policy(edit.content, edit.path);
    if (const auto* problems = std::get_if<Problems>(&parsed))
      m_plan.problems.insert(m_plan.problems.end(), problems->begin(), problems->end());
    else
      take(edit);
  }

  void settings(const store::HandEdit& edit) {
    if (edit.kind == Kind::Removed) {
      m_plan.problems.push_back(problem(
          edit.path, "a store cannot be without it: " + store::taking_back(edit.path) + " brings it back"));
      return;
    }
    if (m_from.replaced.contains(edit.path))
      return m_plan.problems.push_back(problem(edit.path, earlier_version(edit.path)));
    try {
      parse_settings(edit.content);
      take(edit);
    } catch (const base::Error& error) {
      m_plan.problems.push_back({"", 0, "", "", error.message});
    }
  }

  /// A type's folder is another one: its records come along.
  void move_folder(const store::HandEdit& edit, const FolderMove& move) {
    const std::size_t before = m_plan.changes.size();
    take(edit);
    if (m_plan.changes.size() == before) return; // it was denied
    const auto& repository = m_workspace.repository();
    repository.each(m_workspace.tree(), move.from + "/", [&](std::string_view path, const store::Oid& blob) {
      const auto parts = store::parse_record_path(path);
      if (!parts) return;
      auto text = repository.blob(blob);
      m_plan.changes.push_back({std::string(path), std::nullopt, text});
      m_plan.changes.push_back({store::record_path(move.to, parts->id), std::move(text)});
    });
  }

  void schema(const store::HandEdit& edit) {
    if (m_from.replaced.contains(edit.path))
      return m_plan.problems.push_back(problem(edit.path, earlier_version(edit.path)));
    if (const auto move = m_workspace.schemas().move(edit.path, edit.content))
      return move_folder(edit, *move);
    const bool removed = edit.kind == Kind::Removed;
    if (const auto why =
            m_workspace.schemas().objection(edit.path, removed ? std::nullopt : std::optional(edit.content));
        !why.empty()) {
      const bool is_new = edit.kind == Kind::Added;
      m_plan.problems.push_back(
          problem(edit.path, is_new ? why : why + ": " + store::taking_back(edit.path) + " brings it back"));
      return;
    }
    if (removed) return take(edit);
    auto parsed = codec::parse_schema(edit.content, edit.path);
    if (auto* problems = std::get_if<Problems>(&parsed)) {
      m_plan.problems.insert(m_plan.problems.end(), problems->begin(), problems->end());
    } else if (const auto& type = std::get<core::Schema>(parsed).type; schema_path(type) != edit.path) {
      m_plan.problems.push_back(
          problem(edit.path, "the file's name must be the type: " + schema_path(type), "x-crm.type", type));
    } else {
      note_states(edit.path, std::get<core::Schema>(parsed));
      take(edit);
    }
  }

  /// Records stay in the states that they are in.
  void note_states(const std::string& path, const core::Schema& now) {
    const auto committed = m_workspace.repository().read(m_workspace.tree(), path);
    if (!committed || !now.states) return;
    const auto before = codec::parse_schema(*committed, path);
    const auto* was = std::get_if<core::Schema>(&before);
    if (was == nullptr || !was->states) return;
    for (const auto& state : other_states(m_workspace, now)) {
      if (was->states->next(state) == nullptr) continue;
      const auto count = m_workspace.with_index(
          [&](index::Index& index) { return index.count({.type = now.type, .states = {state}}); });
      m_plan.notes.push_back(fmt::format(
          "{} {} \"{}\", which is no {} any more: lists go on showing {}, and {} may become any other",
          base::count_of(static_cast<std::size_t>(count), now.type), count == 1 ? "is" : "are", state,
          now.states->field, count == 1 ? "it" : "them", count == 1 ? "it" : "they"));
    }
  }

  void record(const store::HandEdit& edit, const core::Schema& schema) {
    const auto parts = store::parse_record_path(edit.path);
    if (!parts) {
      m_plan.problems.push_back(
          problem(edit.path, "a record's file is named by its id, like " +
                                 store::record_path(schema.folder, "7f3k2m9qxv0tbn4c")));
      return;
    }
    const auto old = committed_version(m_workspace, edit.path, schema);
    const bool is_new = !m_workspace.repository().blob_id(m_workspace.tree(), edit.path);
    if (edit.kind == Kind::Removed) return removed(edit, schema, old);
    auto parsed = codec::read_record(edit.content, edit.path, schema);
    if (auto* problems = std::get_if<Problems>(&parsed)) {
      m_plan.problems.insert(m_plan.problems.end(), problems->begin(), problems->end());
      return;
    }
    const auto& now = std::get<core::Record>(parsed);
    const auto* seen = old ? seen_version(edit, now, *old) : nullptr;
    if (old && seen == nullptr) return; // which is said
    core::Record own = seen != nullptr ? seen->record : now;
    std::vector<core::Edit> edits;
    if (seen != nullptr) {
      edits = differences(seen->record.fields, now.fields);
      core::write(own, schema, edits, stamp());
    } else if (now.crm.empty()) {
      own = core::create(now.id, schema, now.fields, stamp());
    }
    auto problems = codec::validate(own, schema, edit.path, edit.content);
    if (!problems.empty() && seen != nullptr)
      problems = core::new_problems(std::move(problems), codec::validate(seen->record, schema, edit.path));
    if (problems.empty() && !old) own_stamps(own, schema, edit.path, problems);
    if (problems.empty()) problems = time_problems(own);
    for (auto& each : problems)
      if (each.file.empty()) each.file = edit.path;
    if (seen != nullptr) moves(seen->record, own, schema, edit.path, problems);
    if (!problems.empty()) return tell(problems);
    auto made = seen != nullptr ? merge_late(*seen, edits, edit.content, *old, schema, stamp())
                                : LateEdit{own, own, codec::edit_record(edit.content, own, schema), {}};
    if (seen != nullptr && seen != &*old)
      problems = core::new_problems(codec::validate(made.joined, schema, edit.path),
                                    codec::validate(old->record, schema, edit.path));
    if (const auto why = old ? key_still_needed(m_workspace, old->record, made.joined, schema) : std::nullopt)
      problems.push_back(problem(edit.path, why->message, schema.key_field));
    if (!problems.empty()) return tell(problems);
    if (const auto forbidden = m_permission.refuse(old ? &old->record : nullptr, made.joined, schema))
      return deny(edit, *forbidden);
    m_plan.changes.push_back({edit.path, std::move(made.text), edit.content});
    m_plan.records.push_back({made.joined, edit.path, core::display_name(made.joined, schema),
                              is_new ? Action::Created : Action::Changed, std::move(made.units)});
  }

  void tell(const Problems& problems) {
    m_plan.problems.insert(m_plan.problems.end(), problems.begin(), problems.end());
  }

  /// What whoever edited the file had before them: an editor, or a backup, may have had it from before others
  /// went on. Null where that is not known, and where they changed nothing.
  const sync::Version* seen_version(const store::HandEdit& edit, const core::Record& now,
                                    const sync::Version& head) {
    if (now.crm.empty() || now.crm == head.record.crm) return &head;
    const auto at = m_from.earlier.find(edit.path);
    if (at == m_from.earlier.end())
      m_plan.problems.push_back(
          problem(edit.path,
                  "is of no version that was committed here: " + store::taking_back(edit.path) +
                      " brings back the file, to be edited anew",
                  "crm"));
    else if (at->second.text == edit.content)
      m_plan.problems.push_back(problem(edit.path, earlier_version(edit.path)));
    else
      return &at->second;
    return nullptr;
  }

  static std::string earlier_version(const std::string& path) {
    return "is an earlier version, and has nothing new: " + store::taking_back(path) +
           " brings it up to date, and `crm undo BATCH` takes back what was written since";
  }

  void removed(const store::HandEdit& edit, const core::Schema& schema,
               const std::optional<sync::Version>& old) {
    if (!old) { // it was broken, and there is nothing to mark
      m_plan.problems.push_back(problem(
          edit.path, "was removed by hand, but what is committed of it cannot be read: see `crm git log -p " +
                         edit.path + "`"));
      return;
    }
    core::Record marked = old->record;
    core::mark(marked, schema, core::Mark::Delete, stamp());
    if (const auto forbidden = m_permission.refuse(&old->record, marked, schema))
      return deny(edit, *forbidden);
    m_plan.changes.push_back({edit.path, codec::edit_record(old->text, marked, schema)});
    m_plan.records.push_back({marked, edit.path, core::display_name(marked, schema), Action::Deleted, {}});
  }

  /// A file from elsewhere: its stamps are of those who wrote it there, and nobody here has vouched for them.
  /// With one from the future no other device would take it in.
  void own_stamps(const core::Record& record, const core::Schema& schema, const std::string& path,
                  Problems& problems) {
    const auto foreign =
        core::foreign_stamp({}, record, schema, {m_workspace.member(), m_workspace.device()});
    if (foreign)
      return problems.push_back(
          problem(path,
                  "was written by " + foreign->member + " on " + foreign->device +
                      ", by its stamps: without its `crm:` block it is yours, and `crm import` "
                      "takes it in as it is",
                  "crm"));
    const auto newest = core::newest(record).time;
    if (newest > m_workspace.env().now() + std::chrono::days{1})
      problems.push_back(problem(path,
                                 "was written in the future, by its stamps: without its `crm:` block it is "
                                 "of now",
                                 "crm", core::to_text(newest)));
  }

  static void moves(const core::Record& before, const core::Record& after, const core::Schema& schema,
                    const std::string& path, Problems& problems) {
    if (!schema.states) return;
    const auto &from = before.text(schema.states->field), &to = after.text(schema.states->field);
    if (from == to || from.empty() || schema.states->allows(from, to)) return;
    const auto* next = schema.states->next(from);
    problems.push_back(problem(path,
                               "from " + from + " it can become " +
                                   (next == nullptr ? base::join(schema.states->rank, ", ")
                                    : next->empty() ? "nothing else"
                                                    : base::join(*next, ", ")),
                               schema.states->field, to));
  }

  const core::Stamp& stamp() {
    if (!m_plan.stamp) {
      const auto seen = std::max(m_from.newest, newest_seen(m_workspace.repository()));
      m_plan.stamp = core::Stamp{core::next_stamp_time(m_workspace.env().now(), seen), m_workspace.device(),
                                 m_workspace.member()};
    }
    return *m_plan.stamp;
  }

  Workspace& m_workspace;
  Permission m_permission;
  EditedFrom m_from;
  Adoption m_plan;
};

} // namespace

Adoption plan_adoption(Workspace& workspace, const std::vector<store::HandEdit>& edits) {
  return Planner(workspace).plan(edits);
}

} // namespace crm::app
