// The shapes of the output: records as JSON (schemas/output/), as table cells and as sentences.
#pragma once

#include "app/batch.hpp"
#include "cmd/context.hpp"

#include <string>
#include <vector>

namespace crm::cmd {

/// Null for "": absent is null in all JSON.
core::Value or_null(const std::string& text);

/// schemas/output/record.json: every field of the type, absent = null, lists [] when empty.
core::Map record_json(const core::Record& record, const core::Schema& schema);
core::List records_json(app::Workspace& workspace, const std::vector<core::Record>& records);
/// schemas/output/batch.json.
core::Map batch_json(app::Workspace& workspace, const app::Committed& committed,
                     const std::vector<std::string>& warnings);

/// Whose clock shows a record's times: that of whoever looks, in the store's zone; the record's own, its zone
/// named where it is another; or that without the name, where the zone stands beside it.
enum class Clock { Here, Named, Own };
/// One field as people read it: references by name, times as "Tue 24 Nov 14:00", durations in words.
std::string cell(app::Workspace& workspace, const core::Record& record, const core::Schema& schema,
                 std::string_view field, Clock by = Clock::Here);

/// What a list calls the record: its name; for one without, its contact's name or the start of its text.
std::string label(app::Workspace& workspace, const core::Record& record, const core::Schema& schema);

/// "14:00–14:45", "01:30 BST–01:30 GMT" where the clock shows a time twice.
std::string clock_range(const core::Interval& time, const std::string& zone);
/// "Tue 24 Nov 14:00", with the year when it is not this one's.
std::string short_time(app::Workspace& workspace, const std::string& text);
/// The same of a stamp, in the store's zone.
std::string short_moment(app::Workspace& workspace, core::StampTime time);
/// "3 days ago", "in 2 h", for people.
std::string ago(core::Instant then, core::Instant now);
/// The same of what has happened: where it is still to come, the clock that wrote it is ahead: "by its clock
/// in 3 days".
std::string past(core::Instant then, core::Instant now);
/// "and 7 more: `crm list note --about 7f3k`".
std::string and_more(std::size_t count, const std::string& command);
/// "48.2 KiB".
std::string size_in_words(std::uint64_t bytes);
/// "1,200.50 GBP".
std::string money(double amount, const std::string& currency);

/// Says what a write did: a table of lines for people, batch.json for scripts.
void answer(Context& context, const app::Committed& committed, std::string_view verb);

} // namespace crm::cmd
