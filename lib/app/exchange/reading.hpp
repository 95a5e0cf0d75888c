// Files of all formats, read in pieces into what comes in.
#pragma once

#include "app/exchange/incoming.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm::app {

struct ReadOptions {
  std::string type; ///< of the rows of a table: "contact"
  std::vector<std::pair<std::string, std::string>>
      columns;        ///< column to field, before all that is recognised
  std::string member; ///< key of the member whose calendar it is, "" for nobody's
};

/// Where rows go.
struct Intake {
  std::function<void(Incoming)> take;
  std::function<void(Rejected)> reject;
  std::function<void(const std::string&)> lose; ///< a part of the file that makes no record
};

/// Fed any pieces of one file.
class Reading {
 public:
  virtual ~Reading() = default;
  virtual void feed(std::string_view piece) = 0;
  virtual void finish() = 0;
  /// What it is, once it is known: "a table of Google Contacts"; "" where there is nothing to say.
  virtual std::string recognised() const { return {}; }
  /// What makes a file of the rejected rows again: before them all, and one of them.
  virtual std::string rejects_head() const { return {}; }
  virtual std::string rejects_row(const Rejected& row) const = 0;
  virtual std::string rejects_foot() const { return {}; }
};

/// A card or an entry that was refused, with the reason in a line behind its first one.
std::string with_problem(const Rejected& row);

std::unique_ptr<Reading> read_json(const Workspace& workspace, Intake intake);   ///< one document
std::unique_ptr<Reading> read_ndjson(const Workspace& workspace, Intake intake); ///< one object a line
std::unique_ptr<Reading> read_yaml(const Workspace& workspace, Intake intake);
/// Throws Error(Usage) at the header for an unknown field in `columns`.
std::unique_ptr<Reading> read_csv(Workspace& workspace, ReadOptions options, Intake intake);
/// Throws Error(InvalidData) at the end of a file without a card.
std::unique_ptr<Reading> read_vcf(const Workspace& workspace, Intake intake);
/// Throws Error(InvalidData) at the end of a file without a calendar.
std::unique_ptr<Reading> read_ics(const Workspace& workspace, ReadOptions options, Intake intake);

} // namespace crm::app
