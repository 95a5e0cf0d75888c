// What people read, in lines that fit their screen.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace crm::cmd {

/// Lines wider than `columns` become several, broken between words; what follows the first stands below the
/// text that it goes on with. A command in backquotes stays whole where it can. Colours take no room.
std::string on_screen(std::string_view text, std::size_t columns);

/// What follows the first line of "crm: …" stands behind that word.
std::string behind_crm(std::string text);

/// A paragraph: all of its lines begin at the left.
std::string flowing(std::string_view text, std::size_t columns);

} // namespace crm::cmd
