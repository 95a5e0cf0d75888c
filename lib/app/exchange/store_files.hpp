// What an archive holds of a store, the same way when it is written and when it is compared. For this folder
// alone.
#pragma once

#include "app/exchange/archive.hpp"
#include "app/exchange/outgoing.hpp"

namespace crm::app {

/// Every file of the tree that is no record, in path order.
void each_store_file(const store::Repository& repository, const store::Oid& tree,
                     const std::function<void(const std::string& path, const store::Oid& blob)>& visit);

/// Every record of HEAD, deleted ones too, and how many there are of each type. Throws Error(InvalidData) at
/// the end when a file is no record.
std::map<std::string, std::uint64_t> each_record_line(Workspace& workspace, const RecordLine& line,
                                                      const Sink& write, ExportPart::Looking looking);

} // namespace crm::app
