#include "app/exchange/manifest.hpp"
#include "app/exchange/outgoing.hpp"
#include "app/exchange/store_files.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/tar.hpp"
#include "store/history_pack.hpp"
#include "store/paths.hpp"
#include "store/plain_file.hpp"
#include "store/sha256.hpp"

#include <array>
#include <fstream>

namespace crm::app {
namespace {

constexpr std::size_t copied_at_once = std::size_t{64} * 1024;

/// Fed to `visit` piece by piece.
void copy_of(const std::string& file, const Sink& visit) {
  std::ifstream in(file, std::ios::binary);
  std::vector<char> buffer(copied_at_once);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
    visit({buffer.data(), static_cast<std::size_t>(in.gcount())});
  if (!in.eof()) throw base::Error(base::Kind::Failure, "cannot read " + file);
}

/// A file's size and sum, as they come together.
class SummedFile {
 public:
  explicit SummedFile(std::string_view name) : m_file{std::string(name), 0, ""} {}
  void feed(std::string_view bytes) {
    m_file.bytes += bytes.size();
    m_hash.feed(bytes);
  }
  ArchivedFile finish() {
    m_file.sha256 = m_hash.hex();
    return std::move(m_file);
  }

 private:
  ArchivedFile m_file;
  store::Sha256 m_hash;
};

class ArchiveWriter {
 public:
  ArchiveWriter(Workspace& workspace, const RecordLine& line, const Sink& write)
      : m_workspace(workspace), m_repository(workspace.repository()), m_line(line), m_write(write),
        m_scratch(m_repository) {}

  Manifest run() {
    const auto head = m_repository.commit(m_repository.head());
    if (head.tree != m_workspace.tree())
      throw base::Error(base::Kind::Busy, "somebody has written since this began", "run the command again");
    m_time = std::chrono::floor<std::chrono::seconds>(head.committer.time).time_since_epoch().count();
    m_manifest.store = m_workspace.settings().name;
    m_manifest.id = m_workspace.settings().store;
    m_manifest.commit = head.id;
    m_manifest.branch = m_repository.branch();
    each_store_file(m_repository, head.tree, [&](const std::string& path, const store::Oid& blob) {
      SummedFile summed(path);
      m_repository.with_blob(blob, [&](std::string_view bytes) { summed.feed(bytes); });
      m_manifest.files.push_back(summed.finish());
      m_blobs.push_back(blob);
      if (const auto name = store::parse_attachment_path(path);
          name && *name != m_manifest.files.back().sha256)
        throw base::Error(base::Kind::VerificationFailed, path + " is damaged: it is not what its name says",
                          "`crm doctor` names all that are");
    });
    records();
    history(head.id);
    const auto text = to_text(m_manifest);
    file(manifest_name, text);
    file(sums_name, sums_of(m_manifest, text));
    for (std::size_t i = 0; i < m_blobs.size(); ++i)
      m_repository.with_blob(m_blobs[i],
                             [&](std::string_view bytes) { file(m_manifest.files[i].name, bytes); });
    begin(m_manifest.files[m_blobs.size()]);
    copy_of(records_file(), m_write);
    end(m_manifest.files[m_blobs.size()]);
    begin(m_manifest.files.back());
    m_write(m_history.head);
    copy_of(m_history.pack_file, m_write);
    end(m_manifest.files.back());
    m_write(codec::tar_end());
    return std::move(m_manifest);
  }

 private:
  std::string records_file() const { return m_scratch.path() + "/records"; }

  void records() {
    store::PlainFile out(records_file());
    SummedFile summed(records_name);
    m_manifest.records = each_record_line(
        m_workspace, m_line,
        [&](std::string_view line) {
          summed.feed(line);
          out.write(line);
        },
        ExportPart::Looking::IsNoted);
    out.finish();
    m_manifest.files.push_back(summed.finish());
  }

  void history(const store::Oid& head) {
    m_workspace.progress("Packing the history", 0, 0);
    m_history = store::pack_history(m_repository, head, m_manifest.branch, m_scratch);
    SummedFile summed(bundle_name);
    summed.feed(m_history.head);
    copy_of(m_history.pack_file, [&](std::string_view bytes) { summed.feed(bytes); });
    m_manifest.files.push_back(summed.finish());
  }

  void begin(const ArchivedFile& each) {
    m_write(codec::tar_header({std::string(archive_folder) + each.name, each.bytes, m_time}));
  }
  void end(const ArchivedFile& each) { m_write(codec::tar_padding(each.bytes)); }

  void file(std::string_view name, std::string_view bytes) {
    const ArchivedFile each{std::string(name), bytes.size(), ""};
    begin(each);
    m_write(bytes);
    end(each);
  }

  Workspace& m_workspace;
  const store::Repository& m_repository;
  const RecordLine& m_line;
  const Sink& m_write;
  store::TemporaryFolder m_scratch;
  store::HistoryPack m_history;
  std::vector<store::Oid> m_blobs; ///< of the first files of the manifest
  Manifest m_manifest;
  std::int64_t m_time = 0;
};

} // namespace

void each_store_file(const store::Repository& repository, const store::Oid& tree,
                     const std::function<void(const std::string& path, const store::Oid& blob)>& visit) {
  repository.each(tree, "", [&](std::string_view path, const store::Oid& blob) {
    if (!store::parse_record_path(path)) visit(std::string(path), blob);
  });
}

std::map<std::string, std::uint64_t> each_record_line(Workspace& workspace, const RecordLine& line,
                                                      const Sink& write, ExportPart::Looking looking) {
  std::map<std::string, std::uint64_t> out;
  std::vector<std::string> unreadable;
  for (auto& part :
       export_parts(workspace, {.words = {}, .only = {}, .deleted = ExportRequest::Deleted::Take})) {
    part.looking = looking;
    each_exported(workspace, part, unreadable, [&](const Exported& each) {
      write(line(each.record));
      write("\n");
      ++out[each.schema.type];
    });
  }
  if (!unreadable.empty())
    throw base::Error(base::Kind::InvalidData,
                      "what is not valid could not be restored:\n  " + base::join(unreadable, "\n  "),
                      "mend it first: `crm doctor` names all that is wrong");
  return out;
}

Manifest write_archive(Workspace& workspace, const RecordLine& line, const Sink& write) {
  return ArchiveWriter(workspace, line, write).run();
}

} // namespace crm::app
