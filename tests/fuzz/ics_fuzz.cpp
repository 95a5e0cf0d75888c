// Any bytes as a calendar, all the way that `crm import ics` goes, but for the writing.
#include "fuzz.hpp"
#include "intake.hpp"

namespace crm::fuzz {

void try_ics_import(std::string_view bytes) {
  try_reading(bytes, [](app::Workspace& workspace, app::Intake intake) {
    return app::read_ics(workspace, {.type = "", .columns = {}, .member = "alice"}, std::move(intake));
  });
}

} // namespace crm::fuzz

CRM_FUZZ_ENTRY(crm::fuzz::try_ics_import)
