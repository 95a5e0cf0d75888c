#include "app/exchange/calendar_folder.hpp"

#include "app/exchange/calendar_file.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/occurrence.hpp"
#include "store/flat_folder.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>

namespace crm::app {
namespace {

using What = CalendarFileOutcome::What;
constexpr std::size_t most_calendar_files = 200'000;

/// Absolute, links resolved, whether it is there or not.
std::string whole_path(const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  auto whole = std::filesystem::weakly_canonical(absolute, error).string();
  if (error) return absolute.string();
  while (whole.size() > 1 && whole.ends_with('/')) // of "folder/", which is not there
    whole.pop_back();
  return whole;
}

} // namespace

std::string_view to_text(What what) {
  constexpr std::array<std::string_view, 9> words{"written",  "removed", "taken", "booked", "cancelled",
                                                  "conflict", "kept",    "clash", "refused"};
  return words[static_cast<std::size_t>(what)];
}

std::size_t CalendarFolderReport::count(What what) const {
  return static_cast<std::size_t>(
      std::count_if(files.begin(), files.end(), [&](const auto& each) { return each.what == what; }));
}

CalendarFolderReport export_calendar_folder(Workspace& workspace, const ExportRequest& request,
                                            const std::string& path, Mode mode) {
  using store::FlatFolder;
  const auto& schema = workspace.schemas().get("appointment");
  refuse_folder_in_store(workspace, path);
  std::optional<FlatFolder> folder; // a dry run makes none: what is not there is empty
  std::error_code error;
  if (mode == Mode::Write || std::filesystem::exists(path, error))
    folder.emplace(path, FlatFolder::Missing::Make);
  CalendarFolderReport report{folder ? folder->path() : whole_path(path), mode, {}, 0, {}};
  CalendarFiles files(workspace, {});
  std::set<std::string> ids; // of those who have a file
  for (const auto& part : export_parts(workspace, request))
    each_exported(workspace, part, report.unreadable,
                  [&](const Exported& each) { ids.insert(files.file_of(each.record)); });
  for (const auto& name : folder ? folder->names(".ics", most_calendar_files) : std::vector<std::string>()) {
    const auto id = id_of_file_name(name);
    if (id.empty() || ids.contains(id)) continue;
    if (mode == Mode::Write) folder->remove(name);
    report.files.push_back({What::Removed, name, id, "", "", ""});
  }
  for (const auto& id : ids) {
    const std::string name = calendar_file_name(id);
    const auto text = files.text(workspace.load(schema.type, workspace.record_path(schema.type, id)));
    const auto old = folder ? folder->look(name) : store::Seen{};
    if (!text) {
      if (old.what == store::Seen::What::Missing) continue;
      if (mode == Mode::Write) folder->remove(name);
      report.files.push_back({What::Removed, name, id, "", "", ""});
    } else if (old.what == store::Seen::What::File && old.content == *text) {
      ++report.same;
    } else {
      if (mode == Mode::Write) folder->write(name, *text);
      report.files.push_back({What::Written, name, id, "", "", ""});
    }
  }
  return report;
}

void refuse_folder_in_store(const Workspace& workspace, const std::string& path) {
  const std::string &root = workspace.repository().root(), folder = whole_path(path);
  if (folder == root || folder.starts_with(root + "/"))
    throw base::Error(base::Kind::Usage, "a calendar folder cannot be within the store",
                      "name a folder elsewhere, like ~/calendars/practice");
}

} // namespace crm::app
