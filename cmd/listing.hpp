// Lists of records: the options that every list has, and how they are shown.
#pragma once

#include "cmd/command.hpp"

#include <string>
#include <vector>

namespace crm::cmd {

struct ListOptions {
  std::string type;
  std::vector<std::string> words; ///< filters: see core/query.hpp
  std::vector<std::string> states;
  std::string contact, member, resource, about, on, from, to, sort, group_by;
  std::vector<std::string> columns;
  std::size_t limit = 0;
  bool series = false, all = false, deleted = false, count = false;
};

/// Options by what the type has: --with only where it takes members, --from only where it has a time.
void add_list_options(CLI::App& command, Context& context, ListOptions& options, const core::Schema* schema);
void run_list(Context& context, const ListOptions& options);

} // namespace crm::cmd
