// Writes of one record taken back, the newest batch first: what each unit would hold had nobody written it
// then.
#pragma once

#include "core/provenance.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace crm::core {

class Reversal {
 public:
  /// All the states that the record has had, in any order: they tell which of two values knew of the other.
  /// Asked for only where a value that comes back meets one that was written meanwhile.
  using History = std::function<std::vector<Record>()>;
  /// What is done about a unit that others have written since.
  enum class Later { Leave, Overwrite };

  /// `now` and `schema` must outlive it.
  Reversal(const Record& now, const Schema& schema, History history);

  /// The batch made `after` of `before`. Only what it wrote goes: values that were written beside it stay,
  /// and what it replaced comes back, a conflict that it decided too. The units that are left alone,
  /// `Conflict::deletion` for the marks.
  std::vector<std::string> take_back(const Record& before, const Record& after, Later later);

  /// What the record would be. Its block is none that may be written.
  Record shown() const;

  /// Deleting and restoring is for `mark`, after `write`.
  enum class Fate { AsItIs, Deleted, Restored };
  Fate fate() const;

  /// How many milliseconds before its own the stamps begin that `write` makes: of one device, values that
  /// stand beside each other need a stamp each. All of them must be later than the record.
  std::size_t stamps_before() const;
  /// Writes all but the fate into `record`, which is as `now` is. The units written.
  std::vector<std::string> write(Record& record, const Stamp& stamp) const;

 private:
  struct State;
  std::shared_ptr<State> m_state;
};

} // namespace crm::core
