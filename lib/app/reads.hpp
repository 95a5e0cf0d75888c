// Looking at records whose type says that it is noted.
#pragma once

#include "app/workspace.hpp"
#include "core/record.hpp"
#include "sync/read_log.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::app {

/// Notes those of a type that wants it, before they are shown in full. Throws Error(Failure).
void note_reads(Workspace& workspace, std::string_view how, const std::vector<core::Record>& records);

/// What is noted here and in no batch yet becomes one. Nothing when there is none.
void commit_reads(Workspace& workspace);

struct ReadFilter {
  std::string member, device, type, record;    ///< "" for any; `record` is an id
  std::optional<core::StampTime> since, until; ///< `until` is not included
  std::size_t limit = 0;                       ///< 0 for all
};
struct ReadLog {
  std::vector<sync::NotedRead> reads; ///< newest first
  bool more = false;
};
ReadLog read_log(Workspace& workspace, const ReadFilter& filter);

} // namespace crm::app
