#include "app/quarantine.hpp"

#include "app/permission.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "store/paths.hpp"
#include "sync/attachments.hpp"
#include "sync/judge.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace crm::app {
namespace {

using State = Quarantined::State;

constexpr const char *adopts = "Crm-Adopts", *drops = drops_trailer, *written_by = "Crm-Written-By";
/// The reason of sync::Refused.
constexpr std::string_view in_another_name = "stamps";

/// Those that are meant, oldest first, each once.
std::vector<Quarantined> meant_by(const store::Repository& repository,
                                  const std::vector<std::string>& words) {
  const auto all = quarantined(repository);
  std::set<std::size_t> chosen;
  for (const auto& word : words) {
    std::vector<std::size_t> fits;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].batch.starts_with(word) || all[i].commit.id.starts_with(word)) fits.push_back(i);
    if (fits.empty())
      throw base::Error(base::Kind::NotFound, "no batch \"" + base::printable(word) + "\" is put aside",
                        "`crm audit quarantine` lists those that are");
    if (fits.size() > 1)
      throw base::Error(
          base::Kind::Ambiguous,
          fmt::format("{} batches that are put aside begin with \"{}\"", fits.size(), base::printable(word)),
          "give more of its id");
    const auto& one = all[fits.front()];
    if (one.state != State::Waiting)
      throw base::Error(base::Kind::Usage,
                        fmt::format("batch {} was {} already, by batch {}", one.batch.substr(0, 8),
                                    to_text(one.state), one.decided.substr(0, 8)),
                        "`crm undo " + one.decided.substr(0, 8) + "` takes that back");
    chosen.insert(fits.front());
  }
  std::vector<Quarantined> out;
  for (const auto i : chosen)
    out.push_back(all[i]);
  return out;
}

/// By the clock of the device that was put aside, which may have been set to anything.
core::StampTime written_at(const Workspace& workspace, const Quarantined& each) {
  const auto time =
      core::parse_stamp_time(each.commit.trailer("Crm-Clock")).value_or(each.commit.author.time);
  if (time > workspace.env().now() + std::chrono::days{1})
    throw base::Error(
        base::Kind::InvalidData,
        fmt::format("batch {} was written {}, by its device's clock: in the future", each.batch.substr(0, 8),
                    core::to_text(time)),
        "all that is written after it would have to be later still; write by hand what you want of it: "
        "`crm audit show " +
            each.batch.substr(0, 8) + "`");
  return time;
}

class Adopting {
 public:
  explicit Adopting(Batch& batch) : m_batch(batch), m_workspace(batch.workspace()) {}

  void take(const Quarantined& each) {
    const auto& repository = m_workspace.repository();
    const auto before = repository.commit(each.commit.parents.front()).tree;
    for (const auto& difference : repository.diff(before, each.commit.tree)) {
      const auto parts = store::parse_record_path(difference.path);
      const auto* schema = parts ? m_workspace.schemas().by_folder(parts->folder) : nullptr;
      if (store::is_in_attachments(difference.path)) {
        if (sync::is_attachment(repository, difference.path, difference.after))
          repository.with_blob(difference.after, [&](std::string_view bytes) {
            m_batch.put_attachment(difference.path, bytes);
          });
      } else if (schema == nullptr)
        m_batch.put_file(difference.path, difference.after.empty()
                                              ? std::nullopt
                                              : std::optional(repository.blob(difference.after)));
      else
        record(difference, *schema, each);
    }
    m_batch.trailer(adopts, each.commit.id);
    m_batch.trailer(written_by,
                    fmt::format("{}@{} {}", each.member, each.device, each.commit.trailer("Crm-Clock")));
  }

 private:
  std::optional<core::Record> read(const store::Oid& blob, const std::string& path,
                                   const core::Schema& schema) const {
    if (blob.empty()) return std::nullopt;
    auto parsed = codec::read_record(m_workspace.repository().blob(blob), path, schema);
    if (auto* record = std::get_if<core::Record>(&parsed)) return std::move(*record);
    throw base::Error(base::Kind::InvalidData, path + " of that batch cannot be read",
                      core::to_text(std::get<std::vector<core::Problem>>(parsed).front()));
  }

  void record(const store::Difference& difference, const core::Schema& schema, const Quarantined& each) {
    const auto& path = difference.path;
    const auto before = read(difference.before, path, schema), after = read(difference.after, path, schema);
    const bool here =
        m_made.contains(path) || m_workspace.repository().blob_id(m_workspace.tree(), path).has_value();
    if (!before && after && !here) {
      if (each.reason.starts_with(in_another_name)) // adopted is what it says, and not who is said to say it
        m_batch.create(schema, after->fields, after->id);
      else
        m_batch.take(*after, m_workspace.repository().blob(difference.after));
      m_made.insert(path);
      return;
    }
    if (!here)
      throw base::Error(base::Kind::InvalidData,
                        fmt::format("batch {} changes a {} that another batch made, which is put aside too",
                                    each.batch.substr(0, 8), schema.type),
                        "adopt both in one go: `crm audit quarantine` lists them");
    auto now = m_batch.load({after ? *after : *before, path, "", false});
    std::vector<core::Edit> edits;
    const core::Map none;
    const auto &was = before ? before->fields : none, &became = after ? after->fields : none;
    for (const auto& [field, value] : became)
      if (const auto* old = was.find(field); old == nullptr || !(*old == value))
        edits.push_back({field, value});
    for (const auto& [field, value] : was)
      if (after && !became.contains(field)) edits.push_back({field, {}});
    if (!edits.empty()) m_batch.change_back(now, edits);
    const bool gone = !after || core::is_deleted(*after, schema), is_gone = core::is_deleted(now, schema);
    if (gone && !is_gone) m_batch.remove(now);
    if (!gone && is_gone && before && core::is_deleted(*before, schema)) m_batch.restore(now);
  }

  Batch& m_batch;
  Workspace& m_workspace;
  std::set<std::string> m_made;
};

std::string counted(std::size_t count) {
  return fmt::format("{} {}", count, count == 1 ? "batch" : "batches");
}

} // namespace

std::string_view to_text(State state) {
  switch (state) {
  case State::Waiting:
    return "waiting";
  case State::Adopted:
    return "adopted";
  case State::Dropped:
    break;
  }
  return "dropped";
}

std::vector<Quarantined> quarantined(const store::Repository& repository) {
  std::map<store::Oid, std::pair<State, std::string>> decided;
  std::set<std::string> undone;
  std::vector<Quarantined> out;
  repository.since(repository.head(), "", [&](const store::Commit& commit) { // newest first
    const auto batch = commit.trailer("Crm-Batch");
    for (const auto& [name, value] : commit.trailers) {
      if (name == "Crm-Undoes" && !undone.contains(batch))
        for (const auto each : base::split(value, ' '))
          undone.emplace(each);
      if ((name == adopts || name == drops) && !undone.contains(batch))
        decided.try_emplace(value, name == adopts ? State::Adopted : State::Dropped, batch);
      if (name != sync::quarantine_trailer || !batch.empty()) continue;
      const auto space = value.find(' ');
      const auto id = value.substr(0, space);
      const bool known =
          std::any_of(out.begin(), out.end(), [&](const auto& each) { return each.commit.id == id; });
      if (known || !repository.has_commit(id)) continue;
      auto bad = repository.commit(id);
      if (bad.parents.empty()) continue;
      Quarantined each{bad,      bad.trailer("Crm-Batch"), bad.author.name, bad.trailer("Crm-Device"), "",
                       commit.id};
      if (each.batch.empty()) each.batch = id;
      if (const auto at = bad.author.email.find('@'); at != std::string::npos)
        each.device = bad.author.email.substr(at + 1);
      each.reason = space == std::string::npos ? "" : value.substr(space + 1);
      if (const auto found = decided.find(id); found != decided.end())
        std::tie(each.state, each.decided) = found->second;
      out.push_back(std::move(each));
    }
    return true;
  });
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.commit.author.time < b.commit.author.time; });
  return out;
}

Decided adopt_quarantined(Workspace& workspace, const Decision& decision) {
  Decided out;
  Batch batch(workspace, "audit.adopt", decision.mode);
  out.batches = meant_by(workspace.repository(), decision.batches);
  for (const auto& each : out.batches)
    batch.follows(written_at(workspace, each));
  Adopting adopting(batch);
  for (const auto& each : out.batches)
    adopting.take(each);
  out.committed =
      batch.commit(out.batches.size() == 1 ? fmt::format("Adopt a batch of {}", out.batches.front().member)
                                           : "Adopt " + counted(out.batches.size()));
  return out;
}

Decided drop_quarantined(Workspace& workspace, const Decision& decision) {
  Permission(workspace).require({std::string(core::member_type), core::Operation::Update, {"role"}});
  Decided out;
  Batch batch(workspace, "audit.drop", decision.mode);
  out.batches = meant_by(workspace.repository(), decision.batches);
  for (const auto& each : out.batches)
    batch.trailer(drops, each.commit.id);
  batch.commit_even_if_empty();
  out.committed = batch.commit("Drop " + counted(out.batches.size()));
  return out;
}

} // namespace crm::app
