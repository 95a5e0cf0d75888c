// The derived query index: SQLite, one file in the private folder. Never authoritative; deleted and rebuilt when in doubt.
#pragma once

#include "core/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::index {

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

/// What the index keeps of one record. Made by lib/app from a record and its schema.
struct Entry {
  std::string id, type, path, blob;
  bool deleted = false;
  std::string name;                 ///< display name
  std::string folded;               ///< base::fold(name), for lookup
  std::string key;                  ///< unique handle within the type, or ""
  std::string state;                ///< the states field's value, or ""
  std::optional<std::int64_t> from; ///< the time field as an instant, seconds since the epoch; a date is its local midnight
  std::optional<std::int64_t> to;   ///< end, for records that take time (without buffers)
  std::string data;                 ///< the record as compact JSON, so that lists need no YAML
  std::vector<Link> links;
  std::vector<Busy> busy;           ///< empty for records that are deleted or in a state that frees the time
};

/// A row as lists need it: an Entry without links and busy.
struct Row {
  std::string id, type, path, name, key, state, data;
  bool deleted = false;
  std::optional<std::int64_t> from, to;
};

enum class Order { Name, Time, TimeDescending, Id };

struct Query {
  std::string type;                      ///< "" for every type
  std::vector<std::string> states;       ///< any of; empty for all
  std::optional<std::int64_t> from, to;  ///< overlaps [from, to): for records without an end, from ≤ time < to
  std::string target;                    ///< links to this id or key, "" for any
  bool deleted = false;                  ///< deleted ones instead of live ones
  Order order = Order::Name;
  std::size_t limit = 0;                 ///< 0: all
};

struct Taken {
  std::string id;        ///< the appointment
  std::string kind, key; ///< what it takes
  core::Interval time;   ///< with buffers
};

struct Sum {
  std::string group;
  std::int64_t count = 0;
  double sum = 0;
};

class Index {
 public:
  /// Opens or makes the file. A damaged file, a foreign one or one of another format is deleted and made anew.
  static Index open(const std::string& file);
  Index(Index&&) noexcept;
  ~Index();

  /// What the content is derived from: any text; "" for a new index. The caller compares it and brings the index forward.
  std::string basis() const;
  /// Within one write transaction: begin, put and erase_path any number of times, finish(basis). Not finished: rolled back.
  /// `fresh` empties the index first and may use faster settings.
  enum class Fill { Increment, Fresh };
  void begin(Fill fill);
  void put(const Entry& entry); ///< replaces the record of that id
  void erase_path(std::string_view path);
  void finish(const std::string& basis);
  void rollback();

  std::optional<Row> by_id(std::string_view id) const;
  /// Every id that begins so, at most `limit`; "" type for all.
  std::vector<Row> by_prefix(std::string_view prefix, std::string_view type, std::size_t limit) const;
  std::optional<Row> by_key(std::string_view type, std::string_view key) const;
  std::vector<Row> by_name(std::string_view folded, std::string_view type, std::size_t limit) const; ///< exactly; live ones
  std::vector<Row> by_part(std::string_view folded, std::string_view type, std::size_t limit) const; ///< anywhere in the name
  /// Names that share a beginning or trigrams with it: candidates for "did you mean".
  std::vector<Row> near(std::string_view folded, std::string_view type, std::size_t limit) const;
  /// Characters of id that no other record shares, at least 4.
  std::size_t shortest_prefix(std::string_view id) const;

  void each(const Query& query, const std::function<bool(const Row&)>& visit) const;
  std::vector<Row> list(const Query& query) const;
  std::int64_t count(const Query& query) const;
  /// Per state of a type: how many, and the sum of a numeric field of `data`.
  std::vector<Sum> sums(std::string_view type, std::string_view number_field) const;

  /// What takes `key` in [from, to), by time. Does not scan: an index on (kind, key, time) and the longest stretch known.
  std::vector<Taken> taken(std::string_view kind, std::string_view key, core::Interval time) const;
  /// Records that refer to this id or key, newest time first.
  std::vector<Row> referring(std::string_view target, std::string_view type, std::size_t limit) const;

  struct Impl;

 private:
  explicit Index(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> m_impl;
};

} // namespace crm::index
