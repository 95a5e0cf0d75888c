// A series was called off on one device, while another one had split it or changed an occurrence of it alone,
// and neither knew: what is a record of its own stays as it was. Derived, like all rules (rules.hpp).
#pragma once

#include "app/workspace.hpp"

#include <vector>

namespace crm::app {

struct Outlived {
  index::Row part;   ///< an occurrence or a later part of the series, that still stands
  index::Row series; ///< in a state that wants nothing any more
};

/// Where nobody has said anything of the part's state since the series was called off. Costs what series that
/// were called off have of parts.
std::vector<Outlived> outlived(Workspace& workspace);

} // namespace crm::app
