// Texts in which something stands out.
#pragma once

#include "cmd/render/style.hpp"
#include "core/search.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm::cmd {

/// Printable, the marks in bold where there is colour. Marks beyond the end of the text are cut.
std::string marked(std::string_view text, const std::vector<core::Highlight>& marks, const Style& style);

/// The marks in what a text was shortened to: none is on the dots that stand for the rest.
std::vector<core::Highlight> marks_left(const std::vector<core::Highlight>& marks, std::string_view whole,
                                        std::string_view shortened);

/// The excerpt's part that fits `columns`, with the first of its marks in it.
core::Excerpt around_marks(const core::Excerpt& excerpt, std::size_t columns, const Terminal& terminal);

/// Marks counted in characters (code points) rather than bytes, for programs.
std::vector<std::pair<std::size_t, std::size_t>> in_characters(std::string_view text,
                                                               const std::vector<core::Highlight>& marks);

} // namespace crm::cmd
