#include "app/reads.hpp"

#include "app/batch.hpp"

#include <algorithm>

namespace crm::app {

void note_reads(Workspace& workspace, std::string_view how, const std::vector<core::Record>& records) {
  std::vector<core::Read> out;
  for (const auto& record : records)
    if (core::logs_reads(workspace.schemas().get(record.type)))
      out.push_back(
          {workspace.env().now(), workspace.member(), std::string(how), record.type, record.id.str()});
  sync::note_reads(workspace.repository(), out);
}

void commit_reads(Workspace& workspace) {
  if (!sync::reads_wait(workspace.repository())) return;
  Batch batch(workspace, "audit.reads");
  batch.commit_even_if_empty();
  batch.commit("Note what was read");
}

ReadLog read_log(Workspace& workspace, const ReadFilter& filter) {
  ReadLog out;
  const auto fits = [](const std::string& wanted, const std::string& is) {
    return wanted.empty() || wanted == is;
  };
  sync::each_read(workspace.repository(), workspace.tree(), workspace.device(), [&](sync::NotedRead each) {
    const auto& read = each.read;
    if (fits(filter.member, read.member) && fits(filter.device, each.device) &&
        fits(filter.type, read.type) && fits(filter.record, read.id) &&
        (!filter.since || read.at >= *filter.since) && (!filter.until || read.at < *filter.until))
      out.reads.push_back(std::move(each));
  });
  std::reverse(out.reads.begin(), out.reads.end()); // within a moment too the last one comes first
  std::stable_sort(out.reads.begin(), out.reads.end(),
                   [](const auto& a, const auto& b) { return a.read.at > b.read.at; });
  out.more = filter.limit > 0 && out.reads.size() > filter.limit;
  if (out.more) out.reads.resize(filter.limit);
  return out;
}

} // namespace crm::app
