// Making several files durable. A disk that is asked for one after the other flushes its cache for each;
// asked for all at the same time it does so once or twice.
#pragma once

#include <string>
#include <vector>

namespace crm::store {

/// An fsync of each file and folder, all at the same time; on every file system they are durable afterwards.
/// What is not there is left out. Throws Error(Failure) when any fails, when all have been tried.
void sync_at_once(const std::vector<std::string>& paths);

} // namespace crm::store
