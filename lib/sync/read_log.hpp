// The log of reads. Looking at a record must not cost a commit, so a read is appended to a file of this
// device, durably, and the next batch or sync takes what stands there into the store: a new file each time,
// below the folder of the device, which nobody changes or removes again.
#pragma once

#include "core/read_log.hpp"
#include "store/repository.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::sync {

inline constexpr std::string_view reads_folder = "reads";
/// The device whose reads a file of the log holds, by its path; "" for what is no such file.
std::string reading_device(std::string_view path);

/// On the disk when it returns. Throws Error(Failure): what cannot be noted is not shown.
void note_reads(const store::Repository& repository, const std::vector<core::Read>& reads);

/// True when something was noted that no batch has taken in.
bool reads_wait(const store::Repository& repository);
/// What was noted and is not in the store yet, as files for the next batch. Only under the store's lock.
std::vector<store::Change> reads_to_commit(const store::Repository& repository, const std::string& device);
/// They are committed.
void reads_committed(const store::Repository& repository);

struct NotedRead {
  core::Read read;
  std::string device;
  bool in_store = true; ///< false: noted on this device, and no batch has taken it in
};
/// All of a commit or tree, and what waits here; in no order.
void each_read(const store::Repository& repository, const store::Oid& tree, const std::string& device,
               const std::function<void(NotedRead)>& visit);

} // namespace crm::sync
