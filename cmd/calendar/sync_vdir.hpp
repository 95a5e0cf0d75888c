// The part of `crm sync` that is about a calendar folder.
#pragma once

#include "app/exchange/calendar_folder.hpp"
#include "cmd/command.hpp"

#include <string>

namespace crm::cmd {

struct CalendarOptions {
  app::CalendarSyncRequest request;
  std::string past;
};

CLI::Option* add_sync_vdir(CLI::App& command, Context& context, CalendarOptions& options);
void run_sync_vdir(Context& context, CalendarOptions options);

} // namespace crm::cmd
