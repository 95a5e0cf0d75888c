// What an import promises of any bytes: the whole way from a file to rows that a store may take.
#pragma once

#include "app/exchange/reading.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace crm::fuzz {

/// A new store in a folder of its own, which goes with the program.
app::Workspace& store();

using MakeReading = std::function<std::unique_ptr<app::Reading>(app::Workspace&, app::Intake)>;
/// Read in one piece and in many, the same comes of it; each row is one that a schema can have its say about,
/// each that is refused has a reason; and the file of what was set aside can be read.
void try_reading(std::string_view bytes, const MakeReading& make);

} // namespace crm::fuzz
