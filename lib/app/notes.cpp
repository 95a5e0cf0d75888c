#include "app/notes.hpp"

#include "app/attachments.hpp"
#include "app/input.hpp"
#include "app/records.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace crm::app {
namespace {

/// Fields given by name, each as its schema wants it.
class Draft {
 public:
  Draft(Workspace& workspace, const core::Schema& schema)
      : m_workspace(workspace), m_schema(schema), m_fields(initial_fields(schema)) {}

  void set(const std::string& name, const std::string& text) {
    if (text.empty()) return;
    const core::Field* field = m_schema.find(name);
    if (field == nullptr)
      throw base::Error(base::Kind::Usage,
                        "this store's schema of " + m_schema.type + " has no field " + name);
    m_fields.set(name, parse_field(m_workspace, m_schema, *field, text));
  }
  void set_value(const std::string& name, core::Value value) {
    if (m_schema.find(name) != nullptr) m_fields.set(name, std::move(value));
  }
  void assign(const std::vector<std::string>& texts) {
    std::vector<Assignment> assignments;
    for (const auto& text : texts)
      assignments.push_back(parse_assignment(text));
    for (auto& edit : to_edits(m_workspace, m_schema, m_fields, assignments))
      m_fields.set(edit.field, std::move(edit.value));
  }
  core::Map take() { return std::move(m_fields); }

 private:
  Workspace& m_workspace;
  const core::Schema& m_schema;
  core::Map m_fields;
};

/// The store's writer as a member key, if there is such a member.
std::string writer(Workspace& workspace) {
  const auto row =
      workspace.with_index([&](index::Index& index) { return index.by_key("member", workspace.member()); });
  return row && !row->deleted ? row->key : std::string();
}

core::Map task_fields(Workspace& workspace, const TaskRequest& request) {
  Draft draft(workspace, workspace.schemas().get("task"));
  draft.set("title", request.title);
  draft.set("due", request.due);
  if (!request.due.empty()) draft.set_value("zone", parse_when(workspace, request.due).zone);
  draft.set("assignee", request.member.empty() ? writer(workspace) : request.member);
  draft.set("about", request.about);
  draft.set("contact", request.contact);
  draft.set("priority", request.priority);
  draft.assign(request.assignments);
  return draft.take();
}

} // namespace

Committed take_note(Workspace& workspace, const NoteRequest& request) {
  Batch batch(workspace, "note.new", request.mode);
  const auto& schema = workspace.schemas().get("note");
  Draft draft(workspace, schema);
  draft.set("contact", request.contact == "-" ? "" : request.contact);
  draft.set("about", request.about);
  draft.set_value("text", std::string(base::trim(request.text)));
  draft.set("kind", request.kind);
  draft.set("outcome", request.outcome);
  draft.set("next_step", request.next);
  if (schema.find("due") != nullptr) draft.set("due", request.due); // stores of before have notes without
  const auto context = workspace.when_context();
  draft.set_value("at",
                  core::to_text(core::WallTime{std::chrono::floor<std::chrono::minutes>(context.now), {}}));
  draft.set_value("zone", context.zone);
  draft.set("author", writer(workspace));
  draft.assign(request.assignments);
  core::Map fields = draft.take();
  if (const auto more = attach_files(batch, schema, request.attach); !more.empty()) {
    const core::Value* assigned = fields.find(core::attachments_field);
    fields.set(std::string(core::attachments_field),
               with_attachments(assigned == nullptr ? core::Value{} : *assigned, more));
  }
  const core::Record note = batch.create(schema, std::move(fields));
  if (!request.next.empty()) {
    TaskRequest task{
        request.next, request.due, request.member, "", request.contact == "-" ? "" : request.contact,
        "",           {},          request.mode};
    core::Map follow_up = task_fields(workspace, task);
    follow_up.set("about", note.id.str());
    batch.create(workspace.schemas().get("task"), std::move(follow_up));
  }
  return batch.commit(request.next.empty() ? "Note" : "Note, and a task that follows");
}

Committed add_task(Workspace& workspace, const TaskRequest& request) {
  Batch batch(workspace, "task.new", request.mode);
  batch.create(workspace.schemas().get("task"), task_fields(workspace, request));
  return batch.commit("Add task");
}

Committed add_deal(Workspace& workspace, const DealRequest& request) {
  Batch batch(workspace, "deal.new", request.mode);
  const auto& schema = workspace.schemas().get("deal");
  Draft draft(workspace, schema);
  draft.set("contact", request.contact == "-" ? "" : request.contact);
  draft.set("title", request.title);
  draft.set("value", request.value);
  if (!request.value.empty() && !workspace.settings().currency.empty())
    draft.set("currency", workspace.settings().currency);
  if (schema.states) draft.set(schema.states->field, request.stage);
  draft.set("owner", request.owner.empty() ? writer(workspace) : request.owner);
  draft.set("expected", request.expected);
  draft.assign(request.assignments);
  batch.create(schema, draft.take());
  return batch.commit("Add deal");
}

} // namespace crm::app
