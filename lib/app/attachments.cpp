#include "app/attachments.hpp"

#include "app/input.hpp"
#include "app/project.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "core/read_log.hpp"
#include "store/files.hpp"
#include "store/paths.hpp"
#include "store/sha256.hpp"
#include "sync/attachments.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

constexpr std::size_t shortest_sha256 = 6;
constexpr std::string_view listed_in_data = "\"attachments\":[";

std::string read_attached(const std::string& file) {
  auto seen = store::look_at(AT_FDCWD, file.c_str(), store::largest_attachment);
  if (seen.is_link)
    if (char* real =
            ::realpath(file.c_str(), nullptr)) { // a person named it: where it leads is what is meant
      seen = store::look_at(AT_FDCWD, real, store::largest_attachment);
      std::free(real); // NOLINT(cppcoreguidelines-no-malloc): realpath()'s own
    }
  const std::string shown = base::printable(file);
  switch (seen.what) {
  case store::Seen::What::Missing:
    throw base::Error(base::Kind::NotFound, "there is no file " + shown);
  case store::Seen::What::Unreadable:
    throw base::Error(base::Kind::Failure, shown + " is " + seen.problem);
  case store::Seen::What::Other:
    throw base::Error(
        base::Kind::Usage, shown + " cannot be attached: it is " + seen.problem,
        "name a plain file of at most 25 MiB; what is larger belongs elsewhere, and a note can say where");
  case store::Seen::What::File:
    break;
  }
  if (seen.content.empty()) throw base::Error(base::Kind::Usage, shown + " is empty");
  if (core::is_program(seen.content))
    throw base::Error(base::Kind::Usage, shown + " is a program, and those are not attached",
                      "put it into an archive if it has to be kept");
  return std::move(seen.content);
}

const core::Schema& require_attachments(const core::Schema& schema) {
  const auto* field = schema.find(core::attachments_field);
  if (field != nullptr && field->shape == core::Shape::Texts) return schema;
  throw base::Error(
      base::Kind::Usage, fmt::format("{} has no attachments in this store", with_article(schema.type)),
      fmt::format(
          "its schema needs the field `attachments`, as that of notes has it: `crm help attachments`"));
}

std::vector<Attached> those_that(std::vector<Attached> all,
                                 const std::function<bool(const Attached&)>& fits) {
  std::erase_if(all, [&](const Attached& each) { return !fits(each); });
  return all;
}

[[noreturn]] void several_fit(Workspace& workspace, const std::string& word,
                              const std::vector<Attached>& all) {
  constexpr std::size_t most = 10;
  std::string message = fmt::format("\"{}\" could be any of these:", base::printable(word));
  for (std::size_t i = 0; i < all.size() && i < most; ++i)
    message += fmt::format("\n  {}  {}, {} {}", all[i].attachment.sha256.substr(0, 12),
                           base::printable(all[i].attachment.name), all[i].record_type,
                           short_id(workspace, all[i].record));
  throw base::Error(base::Kind::Ambiguous, message, "name it by the digits in front");
}

} // namespace

void Batch::put_attachment(const std::string& path, std::string_view bytes) {
  const auto known = [&](const store::Change& each) { return each.path == path; };
  if (m_workspace.repository().blob_id(m_workspace.tree(), path) ||
      std::any_of(m_files.begin(), m_files.end(), known))
    return;
  m_files.push_back(
      {path, std::nullopt, std::nullopt,
       m_mode == Mode::DryRun ? store::Oid(40, '0') : m_workspace.repository().write_blob(bytes)});
}

std::vector<core::Attachment> attach_files(Batch& batch, const core::Schema& schema,
                                           const std::vector<std::string>& files) {
  std::vector<core::Attachment> out;
  if (files.empty()) return out;
  require_attachments(schema);
  for (const auto& file : files) {
    const auto content = read_attached(file);
    core::Attachment attachment{store::sha256(content), content.size(),
                                std::string(core::media_type(content)), core::plain_file_name(file)};
    batch.put_attachment(store::attachment_path(attachment.sha256), content);
    out.push_back(std::move(attachment));
  }
  return out;
}

core::Value with_attachments(const core::Value& present, const std::vector<core::Attachment>& more) {
  core::List list;
  if (const auto* old = present.if_list()) list = *old;
  for (const auto& each : more)
    if (core::Value line{core::to_text(each)}; std::find(list.begin(), list.end(), line) == list.end())
      list.push_back(std::move(line));
  return list;
}

void each_attachment(Workspace& workspace, const std::string& record,
                     const std::function<void(const Attached&)>& visit) {
  const auto& repository = workspace.repository();
  const auto tree = workspace.tree();
  const auto tell = [&](const core::Record& each, const std::string& name) {
    for (auto& attachment : core::attachments_of(each)) {
      const bool here = repository.blob_id(tree, store::attachment_path(attachment.sha256)).has_value();
      visit({std::move(attachment), each.id.str(), each.type, name, here});
    }
  };
  if (!record.empty()) {
    const auto found = resolve(workspace, "", record, Scope::All);
    return tell(found.record, found.name);
  }
  for (const auto& type : workspace.schemas().types()) {
    if (workspace.schemas().get(type).find(core::attachments_field) == nullptr) continue;
    workspace.with_index([&](index::Index& index) {
      index.each({.type = type, .order = index::Order::TimeDescending}, [&](const index::Row& row) {
        if (row.data.find(listed_in_data) != std::string::npos) tell(to_record(row), row.name);
        return true;
      });
      return 0;
    });
  }
}

FilesAtHand files_at_hand(Workspace& workspace, const core::Record& record) {
  constexpr std::size_t most_files = 5, most_notes = 50;
  FilesAtHand out;
  std::set<std::string> known;
  const auto take = [&](const core::Record& each) {
    for (auto& attachment : core::attachments_of(each))
      if (known.insert(attachment.sha256).second) {
        if (out.files.size() < most_files)
          out.files.push_back(std::move(attachment));
        else
          ++out.more;
      }
  };
  take(record);
  const std::string& contact = record.text("contact");
  if (contact.empty() || !workspace.schemas().has("note") ||
      core::logs_reads(workspace.schemas().get("note")))
    return out;
  for (const auto& row : workspace.with_index(
           [&](index::Index& index) { return index.referring(contact, "note", most_notes); }))
    if (!row.deleted && row.data.find(listed_in_data) != std::string::npos) take(to_record(row));
  return out;
}

std::vector<Attached> find_attachment(Workspace& workspace, const std::string& word,
                                      const std::string& name) {
  std::vector<Attached> all;
  each_attachment(workspace, "", [&](const Attached& each) { all.push_back(each); });
  const std::string folded = base::fold(word), wanted = base::fold(name);
  std::vector<Attached> out;
  if (word.size() >= shortest_sha256 && word.find_first_not_of("0123456789abcdef") == std::string::npos)
    out = those_that(all, [&](const Attached& each) { return each.attachment.sha256.starts_with(word); });
  if (out.empty())
    out = those_that(all, [&](const Attached& each) { return base::fold(each.attachment.name) == folded; });
  if (out.empty())
    if (const auto found = find(workspace, "", word, Scope::All))
      each_attachment(workspace, found->record.id.str(), [&](const Attached& each) { out.push_back(each); });
  if (out.empty())
    out = those_that(all, [&](const Attached& each) {
      return !folded.empty() && base::fold(each.attachment.name).find(folded) != std::string::npos;
    });
  if (!wanted.empty()) {
    auto exact =
        those_that(out, [&](const Attached& each) { return base::fold(each.attachment.name) == wanted; });
    out = !exact.empty() ? exact : those_that(out, [&](const Attached& each) {
      return base::fold(each.attachment.name).find(wanted) != std::string::npos ||
             each.attachment.sha256.starts_with(name);
    });
  }
  if (out.empty())
    throw base::Error(
        base::Kind::NotFound,
        fmt::format("no attachment matches \"{}\"", base::printable(name.empty() ? word : word + " " + name)),
        "`crm attachment` lists them");
  const auto& first = out.front().attachment.sha256;
  if (std::any_of(out.begin(), out.end(),
                  [&](const Attached& each) { return each.attachment.sha256 != first; }))
    several_fit(workspace, word, out);
  return out;
}

void with_attachment(const Workspace& workspace, const core::Attachment& attachment,
                     const std::function<void(std::string_view bytes)>& visit) {
  const auto& repository = workspace.repository();
  const auto path = store::attachment_path(attachment.sha256);
  const auto blob = repository.blob_id(workspace.tree(), path);
  if (!blob)
    throw base::Error(base::Kind::NotFound, path + " is not in the store, though a record names it",
                      "`crm sync` brings it if another device has it; else `crm git log --all -- " + path +
                          "`");
  repository.with_blob(*blob, [&](std::string_view bytes) {
    if (store::sha256(bytes) != attachment.sha256)
      throw base::Error(base::Kind::VerificationFailed, path + " is damaged: it is not what its name says");
    visit(bytes);
  });
}

AttachmentCensus count_attachments(Workspace& workspace) {
  AttachmentCensus out;
  const auto& repository = workspace.repository();
  const store::Oid& tree = workspace.tree();
  std::set<std::string, std::less<>> named;
  for (const auto& type : workspace.schemas().types()) {
    const auto& schema = workspace.schemas().get(type);
    if (schema.find(core::attachments_field) == nullptr) continue;
    repository.each(tree, schema.folder + "/", [&](std::string_view path, const store::Oid& blob) {
      const auto read = codec::read_record(repository.blob(blob), std::string(path), schema);
      const auto* record = std::get_if<core::Record>(&read);
      if (record == nullptr) return;
      for (const auto& each : core::attachments_of(*record)) {
        const auto file = store::attachment_path(each.sha256);
        if (named.insert(file).second && !repository.blob_id(tree, file))
          out.problems.push_back(
              fmt::format("{} names {} \"{}\", which is not there", path, file, base::printable(each.name)));
      }
    });
  }
  repository.each(tree, std::string(store::attachment_folder) + "/",
                  [&](std::string_view path, const store::Oid& blob) {
                    ++out.files;
                    if (!named.contains(path)) ++out.unnamed;
                    if (!sync::is_attachment(repository, std::string(path), blob))
                      out.problems.push_back(std::string(path) + " is damaged: it is not what its name says");
                  });
  return out;
}

} // namespace crm::app
