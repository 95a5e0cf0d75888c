// What the views of days have in common: which days, of whom, as a grid or as a list.
#pragma once

#include "app/views.hpp"
#include "cmd/context.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace crm::cmd {

enum class By { Member, Resource };

struct ViewOptions {
  std::string when = "today", member, resource, location, by;
  bool grid = false, list = false;
};

/// WHEN, --with, --in, --location, and for views that have one --by, --grid and --list.
enum class Shows { List, Grid };
void add_view_options(CLI::App& command, Context& context, ViewOptions& options, Shows shows);
/// Resolves names. Throws Error(NotFound | Ambiguous | Usage).
app::DayRequest read_view(Context& context, const ViewOptions& options);
/// A grid is for a terminal, unless --grid or --list says otherwise.
bool wants_grid(const Context& context, const ViewOptions& options);
By columns_by(const ViewOptions& options);

/// schemas/output/day.json.
core::Map day_json(app::Workspace& workspace, const app::Day& day);
/// schemas/output/days.json.
core::Map days_json(app::Workspace& workspace, const std::vector<app::Day>& days);
/// In the format that was asked for, which is neither Table nor Json.
void print_rows(Context& context, const std::vector<app::Day>& days);

/// "Tue 24 Nov 2026  Europe/London", with what the clock does that day.
/// A grid is a picture of a certain width wherever it goes, with all that is around it; of a list, only a
/// terminal gets what has room on it.
enum class Fit { Always, OnTerminal };
void print_heading(Context& context, const app::Day& day, Fit fit);
/// A heading of that and the zone that times are in, below it where there is no room beside it.
std::string headline(const Context& context, const std::string& what, const std::string& zone, Fit fit);
Role role_of(const std::string& state);

void print_list(Context& context, const app::Day& day);
void print_off(Context& context, const app::Day& day, Fit fit);
constexpr std::size_t shown_tasks = 20;
/// As many as a screen has room for, and what shows the others.
void print_tasks(Context& context, const app::Day& day, Fit fit);

/// From `since` on, when that is later than the day's beginning. False when there is nothing to draw or no
/// room for it: nothing is printed then.
bool print_day_grid(Context& context, const app::Day& day, const app::DayRequest& request, By by,
                    std::optional<core::Instant> since = {});
bool print_week_grid(Context& context, const std::vector<app::Day>& days, const app::DayRequest& request);
/// For each clash: who or what, when, and who has it. A list marks those who clash in their own lines, and
/// tells only what they cannot.
enum class Told { All, OverCapacity };
void print_clashes(Context& context, const std::vector<app::Day>& days, Told told, Fit fit);
/// What has several values until somebody decides, and what shows them.
void print_undecided(Context& context, const std::vector<app::Day>& days, Fit fit);

/// Draws again whenever the store changes or a minute has passed, until Ctrl-C. `draw` prints to the context;
/// it is told to leave out what is over when the whole has no room on the screen.
enum class Span { Whole, Rest };
void watch(Context& context, const std::function<void(Span)>& draw);

} // namespace crm::cmd
