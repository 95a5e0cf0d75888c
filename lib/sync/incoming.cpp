#include "sync/incoming.hpp"

#include "sync/attachments.hpp"
#include "sync/authority.hpp"
#include "sync/git_files.hpp"
#include "sync/incoming_names.hpp"
#include "sync/incoming_schemas.hpp"

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "base/trace.hpp"
#include "codec/policy.hpp"
#include "codec/record.hpp"
#include "codec/yaml.hpp"
#include "core/provenance.hpp"
#include "core/time.hpp"
#include "store/paths.hpp"
#include "store/tree_check.hpp"
#include "sync/read_log.hpp"
#include "sync/unfit.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace crm::sync {
namespace {

using core::Problem;
using store::RawEntry;
using store::RawFolder;
using store::Visit;

constexpr std::string_view settings_file = "crm.yaml", policy_folder = "policy",
                           proposals_folder = "policy/proposals";
constexpr std::int64_t known_format = 1;

std::string joined(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : folder + "/" + std::string(name);
}

/// "2026-11".
bool is_month(std::string_view name) {
  return name.size() == 7 && core::parse_date(std::string(name) + "-01").has_value();
}

class Look {
 public:
  Look(const store::Repository& repository, const store::Oid& theirs, const store::Oid& known,
       const Limits& limits, ReadFiles* read)
      : m_repository(repository), m_theirs(theirs), m_known(known), m_limits(limits),
        m_read(read != nullptr ? *read : m_own), m_schemas(repository, theirs, limits.other_size, m_read) {}

  std::vector<Problem> run() {
    if (m_schemas.count() > m_limits.schemas)
      report(std::string(schema_folder), fmt::format("has more than {} schemas", m_limits.schemas));
    else
      m_repository.walk_raw(m_theirs, m_known, [this](RawFolder& each) { return folder(each); });
    report(written_unfit(m_repository, m_theirs, m_known, m_unfit));
    return std::move(m_problems);
  }

 private:
  bool full() const { return m_problems.size() >= m_limits.problems; }

  void report(const std::string& path, std::string message) {
    if (!full()) m_problems.push_back({base::printable(path), 0, "", "", std::move(message)});
  }

  void report(const std::vector<Problem>& problems) {
    for (const auto& each : problems)
      if (!full()) m_problems.push_back(each);
  }

  Visit folder(RawFolder& folder) {
    const std::string name = folder.path.empty() ? "the root folder" : folder.path;
    if (!folder.damage.empty()) report(name, folder.damage);
    m_entries += folder.entries.size();
    if (m_entries > m_limits.files) {
      report(name, fmt::format("brings more than {} files", m_limits.files));
      return Visit::Stop;
    }
    for (const auto& bad : listing_problems(folder))
      report(joined(folder.path, bad.name), bad.why);
    if (folder.path.empty()) root(folder);
    for (auto& each : folder.entries) {
      if (full()) return Visit::Stop;
      if (each.found != RawEntry::Found::Same) entry(folder, each);
    }
    return full() ? Visit::Stop : Visit::Continue;
  }

  void root(const RawFolder& folder) {
    const auto at = [&](std::string_view name) {
      return std::find_if(folder.entries.begin(), folder.entries.end(),
                          [&](const RawEntry& each) { return each.name == name; });
    };
    if (at(settings_file) == folder.entries.end())
      report(std::string(settings_file), "is missing: without it this is no store");
    // A schema that is gone leaves records behind that mean nothing, though they did not change.
    const auto schemas = at(schema_folder);
    if (schemas != folder.entries.end() && schemas->found == RawEntry::Found::Same) return;
    for (const auto& each : folder.entries)
      if (each.found == RawEntry::Found::Same && is_folder(each)) known_folder(each.name);
    for (const auto& [type, other] : m_schemas.doubles())
      report(joined(std::string(schema_folder), type + std::string(extension)),
             "wants the folder that \"" + other + "\" has");
  }

  bool known_folder(std::string_view name) {
    if (name == schema_folder || name == policy_folder || name == reads_folder ||
        name == store::attachment_folder || m_schemas.by_folder(name) != nullptr)
      return true;
    report(std::string(name), "is no folder of a store: no schema has its records there");
    return false;
  }

  void entry(const RawFolder& folder, RawEntry& each) {
    const std::string path = joined(folder.path, each.name);
    auto why = name_problem(each.name);
    if (why.empty()) why = mode_problem(each);
    if (why.empty()) why = content_problem(each);
    if (!why.empty()) return report(path, std::move(why));
    if (is_folder(each)) {
      each.descend = may_descend(folder, each, path);
    } else {
      file(folder, each, path);
    }
  }

  /// What is stored under the id.
  static std::string content_problem(const RawEntry& each) {
    if (each.found == RawEntry::Found::Missing)
      return is_folder(each) ? "did not come, though it is named" : "has no content: that did not come";
    if ((each.found == RawEntry::Found::Tree) != is_folder(each) || each.found == RawEntry::Found::Other)
      return is_folder(each) ? "is called a folder and is none" : "is called a file and is none";
    return "";
  }

  bool may_descend(const RawFolder& folder, const RawEntry& each, const std::string& path) {
    if (static_cast<std::size_t>(folder.depth) >= m_limits.depth) {
      report(path, fmt::format("is more than {} folders deep", m_limits.depth));
      return false;
    }
    if (folder.depth == 0) {
      if (each.name != settings_file && !is_git_file(each.name)) return known_folder(each.name);
      report(path, "must be a file");
      return false;
    }
    if (folder.path == store::attachment_folder) {
      const bool fans_out =
          each.name.size() == 2 && each.name.find_first_not_of("0123456789abcdef") == std::string::npos;
      if (!fans_out)
        report(path,
               "is no folder of a store: in that of attachments are those of their names' first two digits");
      return fans_out;
    }
    // "7f" of contacts/7f: the beginning of an id, to which any fourteen characters may be added.
    const bool proposals = path == proposals_folder;
    const bool fans_out =
        folder.depth == 1 && folder.path != schema_folder && folder.path != policy_folder &&
        each.name.size() == 2 &&
        base::Id::parse(std::string(each.name) + std::string(base::Id::length - 2, '0')).has_value();
    const bool log = folder.path == reads_folder
                         ? core::is_name(each.name)
                         : folder.depth == 2 && folder.path.starts_with("reads/") && is_month(each.name);
    if (!fans_out && !proposals && !log)
      report(path, "is no folder of a store: in a type's folder are those of its ids' first two characters");
    return fans_out || proposals || log;
  }

  void file(const RawFolder& folder, const RawEntry& each, const std::string& path) {
    if (store::is_in_attachments(path)) return attachment(each, path);
    const auto parts = store::parse_record_path(path);
    const bool in_policy = file_type(path) == core::policy_type;
    const bool in_log = file_type(path) == reads_type;
    const bool record = folder.depth > 0 && folder.path != schema_folder && !in_policy && !in_log;
    const std::size_t most = record ? m_limits.size : m_limits.other_size;
    if (each.size > most) return report(path, fmt::format("has {} bytes, more than {}", each.size, most));
    try {
      if (folder.depth == 0)
        top_file(each, path);
      else if (folder.path == schema_folder)
        schema(each, path);
      else if (in_policy)
        policy(each, path);
      else if (in_log)
        reads(each, path);
      else if (parts && folder.depth == 2)
        check_record(*parts, each, path);
      else
        report(path, misplaced(folder, each));
    } catch (const base::Error& error) {
      report(path, error.message);
    }
  }

  void attachment(const RawEntry& each, const std::string& path) {
    if (!store::parse_attachment_path(path))
      return report(path, "is no attachment: those are named by the SHA-256 of what is in them, in hex");
    if (each.size > store::largest_attachment)
      return report(path, fmt::format("has {} bytes, more than {}", each.size, store::largest_attachment));
    if (!m_limits.contents) return;
    try {
      if (!is_attachment(m_repository, path, each.id))
        report(path, "is not what its name says: that is the SHA-256 of something else");
    } catch (const base::Error& error) {
      report(path, error.message);
    }
  }

  static std::string misplaced(const RawFolder& folder, const RawEntry& each) {
    if (!base::Id::parse(stem(each.name)))
      return "is no record: those are named by their 16 characters and .yaml";
    const auto top = folder.path.substr(0, folder.path.find('/'));
    return "is in the wrong folder: it would belong to " + store::record_path(top, stem(each.name));
  }

  void top_file(const RawEntry& each, const std::string& path) {
    if (path == settings_file) return settings(each, path);
    if (!is_git_file(path)) return report(path, "is no file of a store");
    if (auto why = git_file_problem(path, m_repository.blob(each.id)); !why.empty())
      report(path, std::move(why));
  }

  void settings(const RawEntry& each, const std::string& path) {
    const auto parsed = codec::parse_yaml(m_repository.blob(each.id), path);
    if (const auto* problems = std::get_if<std::vector<Problem>>(&parsed)) return report(*problems);
    const auto* format = std::get<codec::Node>(parsed).find("format");
    const auto* number = format == nullptr ? nullptr : format->value.if_int();
    if (number == nullptr || *number < 1) return report(path, "must have `format: 1`");
    if (*number > known_format)
      report(path, fmt::format("has the format {}, and this crm knows {}: a newer one is needed", *number,
                               known_format));
  }

  void schema(const RawEntry& each, const std::string& path) {
    const auto type = stem(each.name);
    if (type.empty()) return report(path, "is no schema: those are named TYPE.yaml");
    report(m_schemas.problems(type));
  }

  void policy(const RawEntry& each, const std::string& path) {
    if (path != policy_path && proposer_of(path).empty())
      return report(path, "is no policy: the one there is stands in policy/roles.yaml, and what members want "
                          "instead in policy/proposals/MEMBER.yaml");
    const auto parsed = codec::parse_policy(m_repository.blob(each.id), path);
    if (const auto* problems = std::get_if<std::vector<Problem>>(&parsed)) report(*problems);
  }

  void reads(const RawEntry& each, const std::string& path) {
    if (reading_device(path).empty())
      return report(path, "is no log of reads: those are named reads/DEVICE/MONTH/NAME.log");
    const auto text = m_repository.blob(each.id);
    const auto lines = base::split(base::trim(text), '\n');
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (!core::parse_read(lines[i]))
        return report(path, fmt::format("has a line {} that tells of no read", i + 1));
  }

  void check_record(const store::RecordPath& parts, const RawEntry& each, const std::string& path) {
    const auto* type = m_schemas.by_folder(parts.folder);
    if (type == nullptr) return report(path, "belongs to no type that the store has");
    if (!m_limits.contents) return;
    const auto text = m_repository.blob(each.id);
    auto parsed = codec::parse_record(text, path, *type);
    if (auto* problems = std::get_if<std::vector<Problem>>(&parsed)) {
      auto sound = codec::parse_sound_record(text, path, *type);
      if (std::holds_alternative<std::vector<Problem>>(sound)) return report(*problems);
      if (problems->size() > m_limits.problems) problems->resize(m_limits.problems);
      m_unfit.push_back({path, std::move(*problems)});
      parsed = std::move(sound);
    }
    auto& record = std::get<core::Record>(parsed);
    if (const auto newest = core::newest(record); newest.time > m_limits.latest)
      report(path, fmt::format("was written in the future, {} by the clock of {}; ours would not accept it "
                               "before {}",
                               core::to_text(newest.time), newest.device, core::to_text(m_limits.latest)));
    if (&m_read != &m_own) m_read.keep(each.id, path, *type, {text, std::move(record), std::nullopt});
  }

  const store::Repository& m_repository;
  const store::Oid &m_theirs, &m_known;
  const Limits& m_limits;
  ReadFiles m_own;
  ReadFiles& m_read;
  TheirSchemas m_schemas;
  std::vector<Problem> m_problems;
  std::vector<Unfit> m_unfit;
  std::size_t m_entries = 0;
};

} // namespace

std::vector<Problem> check_incoming(const store::Repository& repository, const store::Oid& theirs,
                                    const store::Oid& known, const Limits& limits, ReadFiles* read) {
  const base::Span span("checking what came");
  return Look(repository, theirs, known, limits, read).run();
}

} // namespace crm::sync
