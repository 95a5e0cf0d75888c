#include "app/merging.hpp"

#include "app/input.hpp"
#include "app/reads.hpp"
#include "app/redirects.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/phone.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace crm::app {
namespace {

using How = MergeField::How;

struct Side {
  Found found;
  core::Record record; ///< as the batch has it
  bool merged_before = false;
  std::vector<core::Landed> landed{}; ///< of one that was merged before
};

bool is_about_merging(const std::string& field) {
  return field == core::redirect_field || field == core::knew_field;
}

core::List elements_in(const core::Value& value) {
  return value.if_list() != nullptr ? *value.if_list() : core::List{};
}

class Merging {
 public:
  Merging(Workspace& workspace, const MergeRequest& request)
      : m_workspace(workspace), m_request(request), m_schema(workspace.schemas().get(request.type)),
        m_batch(workspace, request.type + ".merge", request.mode), m_kept(loaded(request.kept)) {
    if (!core::may_merge(m_schema))
      throw base::Error(
          base::Kind::Usage,
          fmt::format("this store's schema of {} has no field {}", m_schema.type, core::redirect_field),
          fmt::format("give it {0} and {1} as a new store's schemas/contact.yaml has them (`crm init` in "
                      "an empty folder shows one), and run `crm commit`",
                      core::redirect_field, core::knew_field));
  }

  MergeReport run() {
    load();
    for (const auto& name : fields())
      m_fields.push_back(combined(name));
    take();
    std::vector<core::Edit> edits;
    for (const auto& field : m_fields)
      if (!(field.result == m_kept.record.get(field.field))) edits.push_back({field.field, field.result});
    if (core::redirect_of(m_kept.record)) { // two devices merged them into each other
      edits.push_back({std::string(core::redirect_field), {}});
      edits.push_back({std::string(core::knew_field), {}});
    }
    m_batch.change(m_kept.record, edits);
    assign();
    for (auto& other : m_others)
      m_batch.change(other.record,
                     {{std::string(core::redirect_field), m_kept.record.id.str()},
                      {std::string(core::knew_field), core::knowledge(other.record, m_schema)}});
    MergeReport report{{}, m_kept.found, {}, std::move(m_fields), following()};
    std::vector<core::Record> shown{m_kept.record};
    for (const auto& other : m_others) {
      report.others.push_back(other.found);
      shown.push_back(other.record);
    }
    note_reads(m_workspace, "merge", shown); // field by field, in a dry run too
    report.committed =
        m_batch.commit("Merge " + base::count_of(m_others.size() + 1, m_schema.type) + " into one");
    return report;
  }

 private:
  Side loaded(const std::string& word) {
    Found found = resolve(m_workspace, m_request.type, word);
    core::Record record = m_batch.load(found);
    return {std::move(found), std::move(record)};
  }

  void load() {
    const std::string& kept = m_kept.record.id.str();
    for (const auto& word : m_request.others) {
      const auto again = merged_before(word, kept);
      Side side = again ? Side{*again, m_batch.load(*again), true} : loaded(word);
      const std::string& id = side.record.id.str();
      if (id == kept)
        throw base::Error(base::Kind::Usage,
                          fmt::format("\"{}\" and \"{}\" are one {}: {}", base::printable(m_request.kept),
                                      base::printable(word), m_schema.type, short_id(m_workspace, kept)),
                          "name two records, by their ids if need be");
      if (std::any_of(m_others.begin(), m_others.end(),
                      [&](const Side& each) { return each.record.id == side.record.id; }))
        continue;
      if (again) side.landed = not_carried_over(m_workspace, side.record, m_kept.record);
      m_others.push_back(std::move(side));
    }
  }

  /// By its id: one that leads to the kept record already, which may have something to carry over.
  std::optional<Found> merged_before(const std::string& word, const std::string& kept) {
    if (!base::Id::is_prefix(word)) return std::nullopt;
    const auto row = m_workspace.with_index([&](index::Index& index) -> std::optional<index::Row> {
      const auto rows = index.by_prefix(word, m_schema.type, 2);
      if (rows.size() != 1 || !redirect_of(m_workspace.schemas(), rows.front())) return std::nullopt;
      if (landing(index, m_workspace.schemas(), rows.front().id).id != kept || rows.front().id == kept)
        return std::nullopt;
      return rows.front();
    });
    return row ? std::optional(m_workspace.found(*row)) : std::nullopt;
  }

  std::vector<std::string> fields() const {
    std::vector<std::string> out, unknown;
    for (const auto& field : m_schema.fields)
      if (!is_about_merging(field.name) && any_has(field.name)) out.push_back(field.name);
    const auto look = [&](const core::Record& record) {
      for (const auto& [name, _] : record.fields)
        if (m_schema.find(name) == nullptr) unknown.push_back(name);
    };
    look(m_kept.record);
    for (const auto& other : m_others)
      look(other.record);
    std::sort(unknown.begin(), unknown.end());
    unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
    out.insert(out.end(), unknown.begin(), unknown.end());
    return out;
  }

  bool any_has(const std::string& field) const {
    return !m_kept.record.get(field).is_null() ||
           std::any_of(m_others.begin(), m_others.end(),
                       [&](const Side& other) { return !other.record.get(field).is_null(); });
  }

  /// What the other has to say of a field: all, or of one that was merged before what came since.
  core::Value offered(const Side& other, const std::string& name) const {
    if (!other.merged_before) return other.record.get(name);
    const auto unit = m_schema.unit(name);
    const auto news = std::find_if(other.landed.begin(), other.landed.end(),
                                   [&](const core::Landed& each) { return each.unit == unit; });
    if (news == other.landed.end()) return {};
    if (m_schema.rule(unit) == core::Rule::Set) return core::List(news->added);
    return other.record.get(name);
  }

  MergeField combined(const std::string& name) const {
    MergeField out{name, {m_kept.record.get(name)}, m_kept.record.get(name), How::Same};
    for (const auto& other : m_others)
      out.values.push_back(other.record.get(name));
    for (const auto& other : m_others) {
      const core::Value offer = offered(other, name);
      if (offer.is_null() || offer == out.result) continue;
      add(out, offer, other.merged_before);
    }
    return out;
  }

  void add(MergeField& field, const core::Value& offer, bool newer) const {
    const auto unit = m_schema.unit(field.field);
    const auto* known = m_schema.find(field.field);
    const core::Rule rule = m_schema.rule(unit);
    if (rule == core::Rule::Set) {
      core::List list = elements_in(field.result);
      for (const auto& item : elements_in(offer))
        if (std::none_of(list.begin(), list.end(),
                         [&](const core::Value& each) { return is_same(field.field, each, item); }))
          list.push_back(item);
      return settle(field, std::move(list), field.result.is_null() ? How::Filled : How::Joined);
    }
    // A group is taken as one: the counting record's, if it has any of it.
    const auto members = m_schema.members(unit);
    const bool has = std::any_of(members.begin(), members.end(), [&](const std::string& member) {
      return !m_kept.record.get(member).is_null();
    });
    if (field.result.is_null() && (!has || members.size() < 2)) return settle(field, offer, How::Filled);
    if (rule == core::Rule::Max || rule == core::Rule::Min)
      return core::less(field.result, offer) == (rule == core::Rule::Max) ? settle(field, offer, How::Joined)
                                                                          : void();
    if (rule == core::Rule::Text && field.result.if_string() != nullptr) {
      const std::string &mine = field.result.string_or_empty(), &theirs = offer.string_or_empty();
      if (mine.find(theirs) != std::string::npos) return;
      if (theirs.find(mine) != std::string::npos) return settle(field, offer, How::Joined);
      return settle(field, mine + "\n\n" + theirs, How::Joined);
    }
    if (known == nullptr && field.result.if_map() != nullptr && offer.if_map() != nullptr) {
      core::Map map = *field.result.if_map();
      for (const auto& [name, value] : *offer.if_map())
        if (!map.contains(name)) map.set(name, value);
      return settle(field, std::move(map), How::Joined);
    }
    if (newer)
      settle(field, offer, How::Newer);
    else if (field.how == How::Same)
      field.how = How::Kept;
  }

  static void settle(MergeField& field, core::Value value, How how) {
    if (value == field.result) return;
    field.result = std::move(value);
    field.how = how;
  }

  /// Two spellings of one number or address are one.
  bool is_same(const std::string& field, const core::Value& a, const core::Value& b) const {
    if (a == b) return true;
    const std::string &one = a.string_or_empty(), &other = b.string_or_empty();
    if (field == "emails") return base::fold(one) == base::fold(other);
    if (field != "phones") return false;
    const auto& settings = m_workspace.settings();
    const auto country = core::dialling_country(settings.country, settings.currency, settings.zone);
    const auto number = core::to_e164(one, country);
    return !number.empty() && number == core::to_e164(other, country);
  }

  void take() {
    for (const auto& [name, word] : m_request.takes) {
      if (is_about_merging(name) || (m_schema.find(name) == nullptr && !any_has(name))) no_field(name);
      auto field = std::find_if(m_fields.begin(), m_fields.end(),
                                [&, &wanted = name](const MergeField& each) { return each.field == wanted; });
      if (field == m_fields.end()) continue; // none of them has it
      field->result = side(word).record.get(name);
      field->how = How::Taken;
    }
  }

  [[noreturn]] void no_field(const std::string& name) const {
    std::vector<std::string> known;
    for (const auto& each : m_schema.fields)
      known.push_back(each.name);
    const auto close = base::suggestions(name, known, 1);
    throw base::Error(base::Kind::Usage,
                      with_article(m_schema.type) + " has no field \"" + base::printable(name) + "\" to take",
                      close.empty() ? "" : "did you mean " + close.front() + "?");
  }

  const Side& side(const std::string& word) const {
    std::vector<const Side*> meant;
    const auto look = [&](const Side& each) {
      if (each.found.record.id.str().starts_with(word) || base::fold(each.found.name) == base::fold(word))
        meant.push_back(&each);
    };
    look(m_kept);
    for (const auto& other : m_others)
      look(other);
    if (meant.size() == 1) return *meant.front();
    throw base::Error(meant.empty() ? base::Kind::NotFound : base::Kind::Ambiguous,
                      fmt::format("\"{}\" is {} of the records that are merged", base::printable(word),
                                  meant.empty() ? "none" : "several"),
                      "name one of them by its id");
  }

  void assign() {
    if (m_request.assignments.empty()) return;
    std::vector<Assignment> assignments;
    for (const auto& text : m_request.assignments)
      assignments.push_back(parse_assignment(text));
    const auto edits = to_edits(m_workspace, m_schema, m_kept.record.fields, assignments);
    m_batch.change(m_kept.record, edits);
    for (const auto& edit : edits) {
      auto field = std::find_if(m_fields.begin(), m_fields.end(),
                                [&](const MergeField& each) { return each.field == edit.field; });
      if (field == m_fields.end())
        field = m_fields.insert(m_fields.end(),
                                {edit.field, std::vector<core::Value>(m_others.size() + 1), {}, How::Set});
      field->result = edit.value;
      field->how = How::Set;
    }
  }

  std::vector<std::pair<std::string, std::size_t>> following() {
    std::map<std::string, std::size_t> counts;
    for (const auto& other : m_others)
      for (const auto& row : m_workspace.with_index(
               [&](index::Index& index) { return index.referring(other.record.id.str(), "", 0); }))
        if (!row.deleted && !redirect_of(m_workspace.schemas(), row)) ++counts[row.type];
    return {counts.begin(), counts.end()};
  }

  Workspace& m_workspace;
  const MergeRequest& m_request;
  const core::Schema& m_schema;
  Batch m_batch;
  Side m_kept;
  std::vector<Side> m_others;
  std::vector<MergeField> m_fields;
};

} // namespace

std::string_view to_text(MergeField::How how) {
  constexpr std::string_view words[] = {"same", "kept", "filled", "joined", "taken", "newer", "set"};
  return words[static_cast<std::size_t>(how)];
}

MergeReport merge_records(Workspace& workspace, const MergeRequest& request) {
  return Merging(workspace, request).run();
}

} // namespace crm::app
