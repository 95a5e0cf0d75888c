#include "index/layout.hpp"

#include "index/database.hpp"

namespace crm::index::layout {
namespace {

// `record` has the columns first that searches look at, and the long ones last. Texts of names are folded by
// the caller, so that the trigrams need no folding. A contentless FTS table without positions is the smallest
// there is; what it finds is compared with the name itself.
//
// `word` is what search looks into. Its texts are made of words already (base/words), folded and without
// diacritics, with one character of Chinese or Thai to a word: so that the plainest of FTS5's tokenizers,
// which parts at ASCII punctuation only, has nothing to decide, and search and the rest of crm agree on what
// is the same. It keeps what it was made of, to forget it again when a record changes: SQLite before 3.43
// cannot do without.
constexpr const char* tables = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE type(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE record(row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type INTEGER NOT NULL, deleted INTEGER NOT NULL,
  state TEXT NOT NULL, begins INTEGER, ends INTEGER, key TEXT NOT NULL, folded TEXT NOT NULL, name TEXT NOT NULL,
  path TEXT NOT NULL, data TEXT NOT NULL);
CREATE INDEX record_key ON record(type, key, deleted, id) WHERE key <> '';
CREATE TABLE link(row INTEGER NOT NULL, target TEXT NOT NULL, type INTEGER NOT NULL, begins INTEGER,
  PRIMARY KEY(row, target)) WITHOUT ROWID;
CREATE TABLE busy(row INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, begins INTEGER NOT NULL, ends INTEGER NOT NULL,
  PRIMARY KEY(row, kind, key, begins, ends)) WITHOUT ROWID;
CREATE VIRTUAL TABLE part USING fts5(folded, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1');
CREATE VIRTUAL TABLE word USING fts5(name, text, prefix='2 3', tokenize='ascii');
)sql";

constexpr const char* indexes = R"sql(
CREATE INDEX record_order ON record(type, deleted, id);
CREATE INDEX record_name ON record(type, folded, id) WHERE deleted = 0;
CREATE INDEX record_time ON record(type, begins, id) WHERE deleted = 0;
CREATE INDEX record_state ON record(type, state, begins, id) WHERE deleted = 0 AND state <> '';
CREATE INDEX record_long ON record(type, ends) WHERE deleted = 0 AND ends - begins > 86400;
CREATE INDEX link_target ON link(target, type, begins);
CREATE INDEX busy_time ON busy(kind, key, begins, ends);
CREATE INDEX busy_long ON busy(kind, key, ends) WHERE ends - begins > 86400;
)sql";
static_assert(long_stretch == 86400, "the partial indexes above say the same");

} // namespace

bool is_ours(Database& database) {
  return database.number("PRAGMA application_id") == application &&
         database.number("PRAGMA user_version") == version;
}

void make_tables(Database& database) {
  database.execute(tables);
  database.execute("PRAGMA application_id=" + std::to_string(application));
  database.execute("PRAGMA user_version=" + std::to_string(version));
}

void make_indexes(Database& database) {
  database.execute(indexes);
}

} // namespace crm::index::layout
