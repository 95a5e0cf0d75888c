// What a sync came to, as `--json` has it.
#pragma once

#include "app/sync.hpp"
#include "core/value.hpp"

#include <string>

namespace crm::cmd {

/// An appointment is called after its contact, as in lists.
std::string name_of(app::Workspace& workspace, const sync::Joined& joined);
/// Of "type id".
std::string id_in(const std::string& record);

/// As schemas/output/sync.json describes it.
core::Map report_json(const app::SyncReport& report, const app::SyncRequest& request,
                      app::Workspace& workspace);

} // namespace crm::cmd
