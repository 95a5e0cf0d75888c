// An error that carries data for scripts: candidates of an ambiguous name, the clashes of a booking.
#pragma once

#include "base/error.hpp"
#include "core/value.hpp"

#include <string>
#include <utility>

namespace crm::app {

class Refusal : public base::Error {
 public:
  Refusal(base::Kind k, std::string what_where_why, std::string what_next, core::Map for_scripts)
      : Error(k, std::move(what_where_why), std::move(what_next)), details(std::move(for_scripts)) {}
  core::Map details; ///< as in schemas/output/error.json
};

} // namespace crm::app
