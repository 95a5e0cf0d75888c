#include "app/duplicates.hpp"

#include "app/exchange/incoming.hpp"
#include "app/resolve.hpp"
#include "base/text.hpp"
#include "core/phone.hpp"
#include "core/provenance.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

namespace crm::app {
namespace {

std::vector<std::string> all_texts(const core::Value& value) {
  std::vector<std::string> out;
  if (const auto* list = value.if_list())
    for (const auto& item : *list)
      if (!item.string_or_empty().empty()) out.push_back(item.string_or_empty());
  return out;
}

/// What is about the business with somebody, not about who they are.
bool tells_who(const core::Field& field) {
  static const std::set<std::string, std::less<>> others{"name",     "org",  "emails",  "phones",  "address",
                                                         "birthday", "tags", "owner",   "consent", "status",
                                                         "source",   "zone", "language"};
  return field.shape == core::Shape::Text && field.allowed.empty() && !field.ref &&
         !others.contains(field.name);
}

core::Person person_of(const core::Record& record, const core::Schema& schema, const std::string& country) {
  core::Person out;
  out.name = record.text(schema.name_field.empty() ? "name" : schema.name_field);
  out.org = record.text("org");
  out.birthday = record.text("birthday");
  if (!record.text("address").empty()) out.addresses.push_back(record.text("address"));
  out.emails = all_texts(record.get("emails"));
  for (const auto& phone : all_texts(record.get("phones")))
    if (auto number = core::to_e164(phone, country); !number.empty()) out.phones.push_back(std::move(number));
  for (const auto& field : schema.fields)
    if (tells_who(field) && !record.text(field.name).empty())
      out.others.emplace_back(field.name, record.text(field.name));
  // What an import knew and the schema does not: a national number may be there, and a half-read birthday.
  const core::Map* extra = record.get(extra_field).if_map();
  if (extra == nullptr) return out;
  for (const auto& [name, value] : *extra) {
    const std::string text = core::to_text(value);
    if (name == external_name || text.empty()) continue;
    if (name == "birthday")
      out.birthday = out.birthday.empty() ? text : out.birthday;
    else if (name.starts_with("address"))
      out.addresses.push_back(text);
    else
      out.others.emplace_back(name, text);
  }
  return out;
}

/// First the one that stays when they are merged: what most refers to, then what says most, then the oldest.
void order(Workspace& workspace, const DuplicatesFound& found, std::vector<std::size_t>& group) {
  std::map<std::size_t, std::tuple<std::ptrdiff_t, std::ptrdiff_t, core::StampTime>> places;
  for (const auto each : group) {
    const auto& record = found.records[each].record;
    const auto referring = workspace.with_index(
        [&](index::Index& index) { return std::ssize(index.referring(record.id.str(), "", 0)); });
    places[each] = {-referring, -static_cast<std::ptrdiff_t>(record.fields.size()),
                    core::created(record).time};
  }
  std::stable_sort(group.begin(), group.end(), [&](auto a, auto b) { return places[a] < places[b]; });
}

} // namespace

DuplicatesFound find_duplicates(Workspace& workspace, const DuplicatesRequest& request) {
  const auto& schema = workspace.schemas().get(request.type);
  std::optional<Found> of;
  if (!request.record.empty()) of = resolve(workspace, request.type, request.record);
  core::DuplicateQuery query{.min_score = request.min_score};
  query.progress = [&](std::size_t done, std::size_t total) { workspace.progress("comparing", done, total); };
  const auto& settings = workspace.settings();
  const std::string country = core::dialling_country(settings.country, settings.currency, settings.zone);
  std::vector<core::Person> people;
  std::vector<std::string> ids;
  workspace.with_index([&](index::Index& index) {
    people.clear(); // the index may be made anew, and asked again
    ids.clear();
    index.each({.type = request.type, .order = index::Order::Name}, [&](const index::Row& row) {
      if (of && row.id == of->record.id.str()) query.only = ids.size();
      people.push_back(person_of(to_record(row), schema, country));
      ids.push_back(row.id);
      return true;
    });
  });
  auto found = core::find_duplicates(people, query);
  workspace.progress("", 0, 0);
  DuplicatesFound out;
  out.looked_at = people.size();
  std::map<std::size_t, std::size_t> places;
  const auto place = [&](std::size_t person) {
    const auto [at, fresh] = places.try_emplace(person, out.records.size());
    if (fresh)
      out.records.push_back(workspace.found(
          *workspace.with_index([&](index::Index& index) { return index.by_id(ids[person]); })));
    return at->second;
  };
  for (auto& group : found.groups) {
    std::transform(group.begin(), group.end(), group.begin(), place);
    order(workspace, out, group);
    out.groups.push_back(std::move(group));
  }
  for (auto& pair : found.pairs) {
    pair.a = place(pair.a);
    pair.b = place(pair.b);
    out.pairs.push_back(std::move(pair));
  }
  return out;
}

} // namespace crm::app
