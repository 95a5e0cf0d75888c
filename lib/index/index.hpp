// The derived query index: SQLite, one file in the private folder. Never authoritative; deleted and rebuilt
// when in doubt.
#pragma once

#include "core/search.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::index {

/// The file turned out to be damaged while it was asked or written, or was swept away. An open transaction is
/// gone. The Index stays usable and is empty from now on (`basis` is ""), its file is made anew: fill it
/// again and ask again. Nothing has to be deleted or opened by the catcher. Caught by a visitor of `each` or
/// `search`, it is thrown again by every question until that one has ended.
class Stale : public std::exception {
 public:
  const char* what() const noexcept override { return "the query index was damaged"; }
};

/// A reference from a record to another one, by id or key.
struct Link {
  std::string field, target;
};

/// A stretch of time for which a record takes somebody or something, buffers included.
struct Busy {
  std::string kind; ///< "member", "resource": the type of what is taken
  std::string key;
  core::Interval time;
};

/// What the index keeps of one record. Made by lib/app from a record and its schema. `path` ends in the id
/// and an extension.
struct Entry {
  std::string id, type, path;
  bool deleted = false;
  std::string name;   ///< display name
  std::string folded; ///< base::fold(name), for lookup
  std::string key;    ///< unique handle within the type, or ""
  std::string state;  ///< the states field's value, or ""
  std::optional<std::int64_t>
      from; ///< the time field as an instant, seconds since the epoch; a date is its local midnight
  std::optional<std::int64_t> to; ///< end, for records that take time (without buffers)
  std::string data; ///< the record as compact JSON, {"fields": {…}, …}, so that lists need no YAML
  std::string name_words, text_words; ///< what search looks into, as core::word_text; each text apart from
                                      ///< the next by `word_break`
  std::vector<Link> links;
  std::vector<Busy> busy; ///< empty for records that are deleted or in a state that frees the time
};

/// A row as lists need it: an Entry without links and busy.
struct Row {
  std::string id, type, path, name, key, state, data;
  bool deleted = false;
  std::optional<std::int64_t> from, to;
};

/// Records without a time come last, in both directions; equal ones are ordered by id (descending with the
/// time).
enum class Order { Name, Time, TimeDescending, Id };

struct Query {
  std::string type{};                ///< "" for every type
  std::vector<std::string> states{}; ///< any of; empty for all
  std::optional<std::int64_t> from{},
      to{};             ///< overlaps [from, to): for records without an end, from ≤ time < to;
                        ///< with either of them, records without a time are left out
  std::string target{}; ///< links to this id or key, "" for any
  bool deleted = false; ///< deleted ones instead of live ones
  Order order = Order::Name;
  std::size_t limit = 0; ///< 0: all
};

/// Stands between two texts in `name_words` and `text_words`: no query has it, so that no words in a row are
/// found across it.
inline constexpr std::string_view word_break = " ¶ ";

struct Search {
  std::vector<core::Term> terms; ///< all must hold; at least one is not negated
  /// One for each type that is meant: its states, times and target narrow what is found. The order and the
  /// limit are not looked at, nor deleted records.
  std::vector<Query> within;
  enum class By { Relevance, Newest, Oldest } by = By::Relevance;
};

struct Taken {
  std::string id;        ///< the appointment
  std::string kind, key; ///< what it takes
  core::Interval time;   ///< with buffers
};

struct Sum {
  std::string group;
  std::string
      unit; ///< the records' `currency`, "" where they have none: sums over mixed currencies mean nothing
  std::int64_t count = 0;
  double sum = 0;
};

class Index {
 public:
  /// Opens or makes the file. A damaged file, a foreign one or one of another format is deleted and made
  /// anew. Throws Error(Busy) after two seconds behind another process, Error(Failure) where there can be no
  /// file.
  static Index open(const std::string& file);
  /// Deletes the file and what belongs to it. Those who have it open go on with what they had. Never throws.
  static void remove(const std::string& file) noexcept;
  Index(Index&&) noexcept;
  ~Index();

  /// What the content is derived from: any text; "" for a new index. The caller compares it and brings the
  /// index forward.
  std::string basis() const;
  /// From the next question on all see one state of the content, whatever other processes do, and none has to
  /// begin a transaction of its own. Until begin or rollback. Meanwhile the log of what others write cannot
  /// begin anew: this is for a command that works, not for one that waits.
  void hold();
  /// Within one write transaction: begin, put and erase_path any number of times, finish(basis). Not
  /// finished: rolled back. Fresh starts from nothing, in another file that takes the place of this one when
  /// it is finished: until then, and when it never is, everybody else sees the old content. Begin throws
  /// Error(Busy) while another process is at it; what an earlier begin left unfinished is rolled back.
  /// Questions asked in between see what has been put; after begin(Fresh) only by_id, by_key and
  /// by_key_prefix are there.
  enum class Fill { Increment, Fresh };
  void begin(Fill fill);
  /// After begin(Fresh): another process has finished one since this Index was opened or last asked for its
  /// basis. Roll back and compare the basis again, rather than do the same work once more.
  bool superseded() const;
  void put(const Entry& entry); ///< replaces the record of that id
  void erase_path(std::string_view path);
  void finish(const std::string& basis);
  void rollback(); ///< also without a begin

  // Of every question, limit 0 means all.

  std::optional<Row> by_id(std::string_view id) const;
  /// Every id that begins so, by id, at most `limit`, deleted ones too; "" type for all, here and below.
  std::vector<Row> by_prefix(std::string_view prefix, std::string_view type, std::size_t limit) const;
  /// A live record before a deleted one that had the key earlier; of several, that with the smallest id.
  std::optional<Row> by_key(std::string_view type, std::string_view key) const;
  /// Live ones whose key begins so, by key.
  std::vector<Row> by_key_prefix(std::string_view type, std::string_view prefix, std::size_t limit) const;
  std::vector<Row> by_name(std::string_view folded, std::string_view type,
                           std::size_t limit) const; ///< exactly; live ones, by id
  /// Live ones with this anywhere in the name, by name; when there is a limit and more than 1,000 have it,
  /// the first of some 1,000 of them. Fewer than three characters must begin the name (those come first) or a
  /// word of it.
  std::vector<Row> by_part(std::string_view folded, std::string_view type, std::size_t limit) const;
  /// Live ones whose names share a beginning or trigrams with it, the most alike first: candidates for "did
  /// you mean". Looks at some hundred names at most, whatever the store's size.
  std::vector<Row> near(std::string_view folded, std::string_view type, std::size_t limit) const;
  /// Characters of id that no other record shares, at least 4.
  std::size_t shortest_prefix(std::string_view id) const;
  /// The same for many that are in the index, in their order.
  std::vector<std::size_t> shortest_prefixes(const std::vector<std::string>& ids) const;

  /// Until `visit` says false. It may ask the index other questions, but not write to it. One row at a time
  /// is in memory, except where the order is by name and the choice by state, time or target: then also their
  /// names.
  void each(const Query& query, const std::function<bool(const Row&)>& visit) const;
  std::vector<Row> list(const Query& query) const;
  std::int64_t count(const Query& query) const;
  /// Those that live records of the type are in, sorted, without "". Does not scan.
  std::vector<std::string> states(std::string_view type) const;
  /// Live records that have all terms, until `visit` says false, the best first: by bm25, a word of a name
  /// counting as much as several of prose; of equal ones the newest, then by id. A term may also be in the
  /// name of one record that the found one refers to ("ada proposal"), if at most 500 names have it; at least
  /// one term must be its own. `score` is greater for the better.
  void search(const Search& search, const std::function<bool(const Row&, double score)>& visit) const;
  /// Live ones by state and unit: how many, and the sum of a numeric field of `data`.
  std::vector<Sum> sums(std::string_view type, std::string_view number_field) const;

  /// What takes `key` in [from, to), by time. Does not scan, however long a single stretch may be.
  std::vector<Taken> taken(std::string_view kind, std::string_view key, core::Interval time) const;
  /// Records that refer to this id or key, each once, deleted ones too, newest time first and those without
  /// one last; of equal times the greatest id.
  std::vector<Row> referring(std::string_view target, std::string_view type, std::size_t limit) const;
  /// Whether there are any.
  bool is_referred_to(std::string_view target) const;

  /// Live ones that link to what is no live record's id or key. Goes through all links.
  std::vector<Row> of_doubtful_links() const;
  /// Live ones whose key another live one of the type has, by id.
  std::vector<Row> of_shared_keys() const;

  /// For tests: every statement asked so far, each followed by how SQLite finds its rows.
  std::vector<std::string> plans() const;

  struct Impl;

 private:
  explicit Index(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> m_impl;
};

} // namespace crm::index
