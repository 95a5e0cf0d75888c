#include "app/exchange/calendar_newcomer.hpp"

#include "app/booking.hpp"
#include "app/exchange/calendar_changes.hpp"
#include "app/exchange/contact_draft.hpp"
#include "app/records.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/occurrence.hpp"

#include <algorithm>

namespace crm::app {
namespace {

std::string external_of(const std::string& uid) {
  constexpr std::size_t longest = 300;
  return "ics:" + base::fit(uid, longest);
}

std::string mail_of(const codec::Property& property) {
  constexpr std::string_view scheme = "mailto:";
  const std::string value = base::fold(base::trim(property.value));
  return value.starts_with(scheme) ? value.substr(scheme.size()) : value;
}

} // namespace

std::string CalendarNewcomers::known(const std::string& uid) {
  if (uid.starts_with(own_prefix)) {
    const auto id = base::Id::parse(std::string_view(uid).substr(own_prefix.size()));
    if (id && m_workspace.with_index([&](index::Index& index) { return index.by_id(id->str()).has_value(); }))
      return id->str();
  }
  if (!m_externals) {
    m_externals.emplace();
    for (const bool deleted : {true, false}) // a live record before a deleted one
      m_workspace.with_index([&](index::Index& index) {
        index.each({.type = "appointment", .deleted = deleted, .order = index::Order::Id},
                   [&](const index::Row& row) {
                     if (row.data.find("\"ics:") == std::string::npos) return true;
                     const core::Record record = to_record(row);
                     const auto* extra = record.get(extra_field).if_map();
                     const auto* external = extra != nullptr ? extra->find(external_name) : nullptr;
                     if (external != nullptr && record.text("series").empty())
                       m_externals->insert_or_assign(external->string_or_empty(), row.id);
                     return true;
                   });
      });
  }
  const auto found = m_externals->find(external_of(uid));
  return found == m_externals->end() ? std::string() : found->second;
}

const CalendarNewcomers::Contacts& CalendarNewcomers::contacts() {
  if (m_contacts) return *m_contacts;
  m_workspace.with_index([&](index::Index& index) {
    m_contacts.emplace(); // the index may be made anew, and asked again
    index.each({.type = "contact", .order = index::Order::Id}, [&](const index::Row& row) {
      m_contacts->by_name[base::fold(row.name)].push_back(row.id);
      const core::Record record = to_record(row);
      if (const auto* emails = record.get("emails").if_list())
        for (const auto& each : *emails)
          m_contacts->by_email[base::fold(each.string_or_empty())].push_back(row.id);
      return true;
    });
  });
  return *m_contacts;
}

std::string CalendarNewcomers::set_contact(core::Map& fields, const codec::Component& entry) {
  const auto* title = fields.find("title");
  const std::string summary = title == nullptr ? std::string() : title->string_or_empty();
  if (fields.contains("contact")) return summary;
  std::vector<std::string> asked;
  for (const auto& property : entry.properties)
    if (property.name == "ATTENDEE")
      if (const auto at = contacts().by_email.find(mail_of(property)); at != contacts().by_email.end())
        for (const auto& id : at->second)
          if (std::find(asked.begin(), asked.end(), id) == asked.end()) asked.push_back(id);
  const auto called = [&](std::string_view name) {
    const auto at = contacts().by_name.find(base::fold(base::trim(name)));
    return at != contacts().by_name.end() && at->second.size() == 1 ? at->second.front() : std::string();
  };
  const auto colon = summary.find(':');
  const std::string whole = called(summary),
                    first = colon == std::string::npos ? "" : called(summary.substr(0, colon));
  const std::string contact = asked.size() == 1 ? asked.front() : !whole.empty() ? whole : first;
  if (!contact.empty()) fields.set("contact", contact);
  if (contact.empty() || (contact != whole && contact != first)) return summary;
  return contact == whole ? std::string() : std::string(base::trim(summary.substr(colon + 1)));
}

/// A copy that a phone has made of one of ours names what ours named; another program may name anything.
void CalendarNewcomers::drop_unknown(core::Map& fields) {
  const auto there = [&](const char* type, const std::string& key) {
    const auto row = m_workspace.with_index([&](index::Index& index) {
      return base::Id::parse(key) && std::string_view(type) == "contact" ? index.by_id(key)
                                                                         : index.by_key(type, key);
    });
    return row && !row->deleted && row->type == type;
  };
  for (const auto& [field, type] :
       {std::pair{"contact", "contact"}, std::pair{"assignee", "member"}, std::pair{"service", "service"}})
    if (const auto* value = fields.find(field); value != nullptr && !there(type, value->string_or_empty()))
      fields.erase(field);
  core::List resources;
  if (const auto* value = fields.find("resources"); value != nullptr && value->if_list() != nullptr)
    for (const auto& each : *value->if_list())
      if (there("resource", each.string_or_empty())) resources.push_back(each);
  if (resources.empty())
    fields.erase("resources");
  else
    fields.set("resources", std::move(resources));
  for (const char* field : {"series", "price", "cancelled_because"})
    fields.erase(field);
}

core::Record CalendarNewcomers::book(Batch& batch, const CalendarFile& file, const std::string& force) {
  const auto& schema = m_workspace.schemas().get("appointment");
  if (const auto* status = file.main.component.find("STATUS");
      status != nullptr && base::fold(status->value) == "cancelled")
    throw base::Error(base::Kind::InvalidData, "it is called off already");
  if (file.is_series() && !core::may_recur(schema))
    throw base::Error(base::Kind::InvalidData, "this store's appointments cannot repeat");
  core::Map fields = initial_fields(schema);
  core::Map given = file.main.fields;
  drop_unknown(given);
  // With X-CRM-SUMMARY the summary is the contact's name, as ours have it.
  const std::string title = set_contact(given, file.main.component);
  given.erase("title");
  if (!title.empty()) given.set("title", title);
  for (const auto& [name, value] : given)
    fields.set(name, value);
  fields.set(schema.states->field, schema.states->initial);
  if (!m_member.empty()) fields.set("assignee", m_member);
  core::Map extra;
  extra.set(external_name, external_of(file.uid));
  if (const auto* more = fields.find(extra_field); more != nullptr && more->if_map() != nullptr)
    for (const auto& [name, value] : *more->if_map())
      extra.set(name, value);
  fields.set(extra_field, std::move(extra));
  const core::Record wanted{base::Id::random(m_workspace.env()), schema.type, fields, {}};
  if (core::Value forced = override_clashes(m_workspace, wanted, force); !forced.is_null())
    fields.set("forced", std::move(forced));
  core::Record record = batch.create(schema, std::move(fields));
  if (file.is_series()) add_calendar_occurrences(batch, record, file, force);
  if (m_externals) m_externals->insert_or_assign(external_of(file.uid), record.id.str());
  return record;
}

} // namespace crm::app
