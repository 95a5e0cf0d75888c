// The one small language of all lists: `status:booked with:bob start:2026-11..2026-12 tag:vip -tag:blocked
// value:>1000 owner:none ada`. Pure: parsed against a schema, and decided on a record. What the index leaves
// out beforehand changes no answer.
#pragma once

#include "core/record.hpp"
#include "core/schema.hpp"
#include "core/stamp.hpp"
#include "core/time.hpp"
#include "core/when.hpp"

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace crm::core {

/// One word of a query.
struct Filter {
  enum class Test {
    Words, ///< all of them are somewhere in the name, in a field that is searched, or in the contact's name
    Is,    ///< any of the values, or any of the parts in the text or in an element
    Range, ///< from `least` up to, and without, `most`
    None,  ///< the field is not set
    Any    ///< it is
  };
  Test test = Test::Words;
  bool negated = false;
  std::string field;               ///< as the schema names it; "" for Words; "created" and "changed" too
  std::vector<std::string> values; ///< folded, for texts; as the record has them, for references and states;
                                   ///< references in order
  std::vector<std::string> parts;  ///< folded
  std::vector<std::vector<std::string>> called; ///< of each of the Words the contacts so called, in order
  /// Numbers; instants in seconds since the epoch; durations in seconds.
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
};

struct Query {
  std::vector<Filter> filters; ///< all must hold
};

struct QueryContext {
  WhenContext when;
  /// The ids or keys that a word may mean in a field that refers to other records; empty when there is none.
  std::function<std::vector<std::string>(const Field&, const std::string& word)> targets;
  /// The ids of contacts in whose names the folded word is, in order; none is told where this is empty.
  std::function<std::vector<std::string>(const std::string& word)> called{};
  /// What records have for a state and the schema has not; may be empty.
  std::function<std::vector<std::string>()> other_states{};
};

/// Why a word is no filter: a sentence for people, what to do in `hint`.
struct NotAQuery {
  std::string word, message, hint;
};

/// Each word is `field:value`, `-field:value` (or `!field:value`), `field:>value` (also >=, <, <=),
/// `field:a..b` (open at either end), `field:a,b` (or), `field:none`, `field:any`, `field:~part`, or a plain
/// word. Fields by their name, their singular, or as the verbs call them: with, for, in, status, when.
std::variant<Query, NotAQuery> parse_query(const std::vector<std::string>& words, const Schema& schema,
                                           const QueryContext& context);

/// Words apart at white space, but not within double quotes. "" for an unclosed quote is the rest of the
/// text.
std::vector<std::string> split_words(std::string_view text);

/// The naive truth. `zone` is the store's, for records without one of their own.
bool matches(const Query& query, const Record& record, const Schema& schema, const std::string& zone);

/// Where a record stands by a time (seconds since the epoch), a duration (seconds) or a number; nothing
/// without one, and for other fields. `zone` is the store's.
std::optional<double> place_of(const Record& record, const Field& field, const std::string& zone);

/// True for "created" and "changed", unless the type has a field that is meant by the word.
bool names_stamp(const Schema& schema, std::string_view word);
/// What "created" or "changed" is of a record; nothing where it has no stamps.
std::optional<Stamp> stamp_of(const Record& record, std::string_view word);

/// The schema's field that a word of a query names, or nullptr: also by its singular, the verbs' word, or its
/// first word ("next" for next_step).
const Field* find_queried(const Schema& schema, std::string_view word);

} // namespace crm::core
