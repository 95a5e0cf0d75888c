#include "app/health.hpp"

#include "app/attachments.hpp"
#include "app/held_back.hpp"
#include "app/keys.hpp"
#include "app/last_owner.hpp"
#include "app/project.hpp"
#include "app/resolve.hpp"
#include "app/rules.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "core/provenance.hpp"
#include "store/files.hpp"
#include "store/git_program.hpp"
#include "store/paths.hpp"
#include "store/small_file.hpp"
#include "store/transport.hpp"
#include "sync/incoming.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <sstream>

namespace crm::app {
namespace {

struct Census {
  std::vector<core::Problem> problems;
  std::size_t records = 0;
  std::set<std::string> ids;
  std::map<std::string, std::map<std::string, std::string>> keys; ///< type → key → path
  std::vector<std::string> twice, dangling;
};

/// What the disk has spoiled, or somebody, is a problem of that record alone. One that only its schema has
/// something against is read all the same.
std::optional<core::Record> read_and_tell(const store::Repository& repository, const store::Oid& blob,
                                          const std::string& path, const core::Schema& schema,
                                          std::vector<core::Problem>& out) {
  try {
    const auto text = repository.blob(blob);
    auto parsed = codec::parse_record(text, path, schema);
    if (const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed)) {
      out.insert(out.end(), problems->begin(), problems->end());
      parsed = codec::parse_sound_record(text, path, schema);
    }
    if (auto* record = std::get_if<core::Record>(&parsed)) return std::move(*record);
  } catch (const base::Error& error) {
    out.push_back({path, 0, "", "", error.message});
  }
  return std::nullopt;
}

/// Every record of HEAD, one at a time.
Census census(Workspace& workspace) {
  Census out;
  const auto& repository = workspace.repository();
  const auto tree = repository.head_tree();
  std::vector<std::pair<std::string, std::pair<const core::Field*, std::string>>> references;
  for (const auto& type : workspace.schemas().types()) {
    const auto& schema = workspace.schemas().get(type);
    repository.each(tree, schema.folder, [&](std::string_view path_view, const store::Oid& blob) {
      const std::string path(path_view);
      ++out.records;
      const auto parts = store::parse_record_path(path);
      if (!parts) {
        out.problems.push_back(
            {path, 0, "", "",
             "is not named like a record: " + store::record_path(schema.folder, "7f3k2m9qxv0tbn4c")});
        return;
      }
      const auto record = read_and_tell(repository, blob, path, schema, out.problems);
      if (!record || core::is_deleted(*record, schema)) return;
      out.ids.insert(record->id.str());
      if (!schema.key_field.empty() && !record->text(schema.key_field).empty()) {
        const auto [at, fresh] = out.keys[type].emplace(record->text(schema.key_field), path);
        if (!fresh)
          out.twice.push_back(
              fmt::format("{} \"{}\" in {} and {}", type, record->text(schema.key_field), at->second, path));
      }
      for (const auto& field : schema.fields) {
        if (!field.ref) continue;
        const auto& value = record->get(field.name);
        if (const auto* text = value.if_string()) references.emplace_back(path, std::pair{&field, *text});
        if (const auto* list = value.if_list())
          for (const auto& item : *list)
            references.emplace_back(path, std::pair{&field, item.string_or_empty()});
      }
    });
  }
  for (const auto& [path, reference] : references) {
    const core::Field* field = reference.first;
    const std::string& target = reference.second;
    const bool by_id = field->ref->by == core::Reference::By::Id;
    const bool there =
        by_id ? out.ids.contains(target)
              : std::any_of(field->ref->types.begin(), field->ref->types.end(), [&](const std::string& type) {
                  return out.keys.contains(type) && out.keys.at(type).contains(target);
                });
    if (!there)
      out.dangling.push_back(
          fmt::format("{}: {} names \"{}\", which is not there", path, field->name, base::printable(target)));
  }
  return out;
}

std::string listed(const std::vector<std::string>& all) {
  constexpr std::size_t most = 10;
  std::string out;
  for (std::size_t i = 0; i < all.size() && i < most; ++i)
    out += (i == 0 ? "" : "\n") + all[i];
  if (all.size() > most) out += fmt::format("\nand {} more", all.size() - most);
  return out;
}

std::string attachment_count(const AttachmentCensus& found) {
  if (found.files == 0) return "there are none";
  return fmt::format("{}, all as {} say{}{}", base::count_of(found.files, "file"),
                     found.files == 1 ? "its name" : "their names", found.files == 1 ? "s" : "",
                     found.unnamed == 0 ? ""
                                        : fmt::format("; {} that no record names any more", found.unnamed));
}

/// What was written here and keeps a remote from being sent anything; "" for nothing.
std::string unsendable(Workspace& workspace, const std::vector<store::Remote>& remotes) {
  const auto& repository = workspace.repository();
  for (const auto& remote : remotes) {
    const auto seen = store::last_seen(repository, remote.name).value_or("");
    const auto unfit = unfit_to_send(repository, repository.head(), seen, {workspace.env().now(), far_ahead});
    if (!unfit.detail.empty()) {
      std::vector<std::string> lines{unfit.detail};
      for (const auto& problem : unfit.problems)
        lines.push_back(base::printable(core::to_text(problem)));
      return listed(lines);
    }
    const auto judged = judge_own(workspace, repository.head(), seen);
    if (judged.unproved.empty()) continue;
    if (auto held = held_back(workspace, judged.unproved, seen); held.outcome != "unapproved")
      return held.detail;
  }
  return "";
}

/// Whatever else is in order, on a full disk every write fails.
void check_disk(const store::Repository& repository, std::vector<Check>& out) {
  try {
    store::try_to_write(repository.private_dir());
  } catch (const base::Error& error) {
    out.push_back(
        {"disk", false,
         "nothing can be written here: " + error.message + (error.hint.empty() ? "" : "\n" + error.hint)});
  }
}

/// What `git clone` leaves out, and `crm join` does not.
void check_clone(const store::Repository& repository, std::vector<Check>& out) {
  if (!repository.is_prepared())
    out.push_back({"git's settings", false,
                   "they are not a store's, as after `git clone`: `git merge` cannot join records\n"
                   "the next write sets them, or `crm doctor --repair`"});
  if (const auto cut = cut_history(repository); !cut.empty()) out.push_back({"history", false, cut});
}

/// A store that keeps keys is as safe as they are.
void check_keys(Workspace& workspace, std::vector<Check>& out) {
  const auto me = identity(workspace);
  if (!me.keeps_keys) return;
  if (me.revoked)
    out.push_back({"own key", false,
                   "this device's key was revoked: nothing that is written here counts\n"
                   "an owner can adopt what had not been synced (`crm audit quarantine`); for a device that "
                   "came back: `crm join` into a new folder"});
  const auto devices = approving_devices(workspace);
  out.push_back({"owner keys", !devices.empty(),
                 devices.empty()       ? "no key is left that may approve others: `crm help backups`"
                 : devices.size() == 1 ? "only " + devices.front() +
                                             " may approve keys: keep a copy of .git/crm/keys safe, or "
                                             "approve a second one (`crm help backups`)"
                                       : base::join(devices, ", ") + " may approve others"});
}

/// Which of two clocks is wrong nobody here knows.
std::string clocks(Workspace& workspace, core::StampTime newest) {
  const auto& repository = workspace.repository();
  std::string by;
  repository.since(repository.head(), "", [&](const store::Commit& commit) {
    if (core::parse_stamp_time(commit.trailer("Crm-Clock")) != newest) return true;
    by = ", by " + commit.trailer("Crm-Actor") + " on " + commit.trailer("Crm-Device");
    return false;
  });
  return fmt::format(
      "the newest stamp is from {}{}; the clock here says {}\n"
      "if that is right now, it was wrong there when that was written: what is written next is "
      "stamped just after it, and nothing is lost\n"
      "if it is not, set this device's date",
      core::to_text(newest), by, core::to_text(workspace.env().now()));
}

/// How many rows the index has; nothing when one of them is damaged.
std::optional<std::int64_t> readable_rows(Workspace& workspace) {
  std::int64_t count = 0;
  try {
    workspace.with_index([&](index::Index& index) {
      count = 0;
      for (const bool deleted : {false, true})
        index.each({.deleted = deleted, .order = index::Order::Id}, [&](const index::Row& row) {
          to_record(row);
          ++count;
          return true;
        });
    });
  } catch (const index::Stale&) {
    return std::nullopt;
  }
  return count;
}

} // namespace

Status status(Workspace& workspace) {
  Status out;
  const auto& repository = workspace.repository();
  out.head = repository.head();
  out.branch = repository.branch();
  out.standstill = repository.standstill();
  for (const auto& type : workspace.schemas().types())
    out.records[type] =
        workspace.with_index([&](index::Index& index) { return index.count({.type = type}); });
  out.edits = repository.hand_edits();
  const auto plan = plan_adoption(workspace, out.edits);
  out.problems = plan.problems;
  out.foreign = plan.foreign;
  const auto last = repository.commit(out.head);
  out.last_summary = last.summary;
  out.last_actor = last.trailer("Crm-Actor");
  if (out.last_actor.empty() && last.parents.size() < 2) out.last_actor = last.author.name;
  out.last_device = last.trailer("Crm-Device");
  out.last_time = last.author.time;
  return out;
}

RuleCounts count_rules(Workspace& workspace) {
  const std::string file = workspace.repository().private_dir() + "/rules", tree = workspace.tree();
  const std::int64_t now = workspace.now().time_since_epoch().count();
  if (const auto kept = store::read_small_file(file, 1000)) {
    std::istringstream words(*kept);
    std::string of;
    std::int64_t from = 0, until = 0;
    if (RuleCounts out;
        words >> of >> from >> until >> out.clashes >> out.broken && of == tree && from <= now && now < until)
      return out;
  }
  constexpr std::int64_t longest = 3600;
  std::int64_t until = now + longest;
  const auto rules = all_rules(workspace);
  for (const auto& clash : rules.clashes)
    if (const auto& record = clash.appointment.record;
        const auto time = stretch(record, workspace.schemas().get(record.type), workspace.settings().zone))
      until = std::min(until, time->to.time_since_epoch().count());
  store::keep_small_file(
      file, fmt::format("{} {} {} {} {}\n", tree, now, until, rules.clashes.size(), rules.broken.size()));
  return {rules.clashes.size(), rules.broken.size()};
}

bool Diagnosis::ok() const {
  return problems.empty() &&
         std::all_of(checks.begin(), checks.end(), [](const Check& check) { return check.ok; });
}

Diagnosis diagnose(Workspace& workspace, Depth depth) {
  store::Repository::distrust_disk();
  Diagnosis out;
  const auto& repository = workspace.repository();
  auto trouble = repository.check();
  if (depth == Depth::Deep)
    if (const auto fsck =
            store::run_git(repository.root(), {"fsck", "--strict", "--no-dangling", "--no-progress"},
                           store::Errors::Collect);
        fsck.status != 0)
      trouble.push_back(fsck.output);
  out.checks.push_back({"repository", trouble.empty(),
                        !trouble.empty() ? listed(trouble)
                        : depth == Depth::Deep
                            ? "every object, locks and git's index are in order"
                            : "the objects of the present state, locks and git's index are "
                              "in order"});
  check_disk(repository, out.checks);
  Census found = census(workspace);
  // And what is no record, as everybody else would look at it.
  std::set<std::string> told;
  for (const auto& each : found.problems)
    told.insert(each.file);
  for (auto& each : sync::check_incoming(repository, repository.head(), "", {.contents = false}))
    if (!told.contains(each.file)) found.problems.push_back(std::move(each));
  out.problems = found.problems;
  out.checks.push_back({"records", found.problems.empty(),
                        found.problems.empty() ? base::count_of(found.records, "record") + ", all valid"
                                               : base::count_of(found.problems.size(), "problem") + " in " +
                                                     base::count_of(found.records, "record")});
  out.checks.push_back({"references", found.dangling.empty(),
                        found.dangling.empty() ? "every reference leads somewhere" : listed(found.dangling)});
  const auto attachments = count_attachments(workspace);
  out.checks.push_back(
      {"attachments", attachments.problems.empty(),
       attachments.problems.empty() ? attachment_count(attachments) : listed(attachments.problems)});
  out.checks.push_back(
      {"keys", found.twice.empty(), found.twice.empty() ? "no key is used twice" : listed(found.twice)});
  const auto merged = workspace.with_index([](index::Index& index) {
    return static_cast<std::int64_t>(index.referring(merged_mark, "", 0).size());
  });
  if (merged > 0) {
    std::vector<std::string> lines;
    for (const auto& each : broken_merges(workspace))
      lines.push_back(fmt::format("{} {}: {}: {}; {}", each.type, short_id(workspace, each.id),
                                  to_text(each.kind), each.detail, base::join(each.repair, " or ")));
    out.checks.push_back({"merges", lines.empty(),
                          lines.empty() ? fmt::format("{} merged record{} to others", merged,
                                                      merged == 1 ? " leads" : "s lead")
                                        : listed(lines)});
  }
  const auto edits = repository.hand_edits();
  const auto plan = plan_adoption(workspace, edits);
  out.problems.insert(out.problems.end(), plan.problems.begin(), plan.problems.end());
  const std::size_t valid = plan.edits.size();
  out.checks.push_back(
      {"edits by hand", plan.problems.empty(),
       plan.problems.empty()
           ? (valid == 0 ? "none wait"
                         : fmt::format("{} wait{} for `crm commit`", valid, valid == 1 ? "s" : ""))
           : base::count_of(plan.problems.size(), "problem") + ": mend that, then `crm commit`"});
  check_clone(repository, out.checks);
  check_keys(workspace, out.checks);
  if (const auto remotes = store::remotes(repository); !remotes.empty() && !repository.is_shallow()) {
    const auto unsent = unsendable(workspace, remotes);
    out.checks.push_back(
        {"unsent", unsent.empty(), unsent.empty() ? "nothing that the others would refuse" : unsent});
  }
  const auto indexed = readable_rows(workspace);
  const auto missing = static_cast<std::int64_t>(found.records) - indexed.value_or(0);
  const bool index_ok =
      indexed && missing >= 0 && missing <= static_cast<std::int64_t>(found.problems.size());
  if (!index_ok) workspace.drop_index();
  out.checks.push_back({"index", true,
                        index_ok ? base::count_of(static_cast<std::size_t>(*indexed), "record")
                                 : "did not agree with the records; it will be made anew"});
  const auto seen = newest_seen(repository);
  const bool clock = seen <= workspace.env().now() + std::chrono::days{1};
  out.checks.push_back({"clock", clock, clock ? "agrees with the newest stamp" : clocks(workspace, seen)});
  return out;
}

} // namespace crm::app
