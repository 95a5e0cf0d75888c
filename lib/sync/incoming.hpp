// What a remote sent is looked at before it is merged.
#pragma once

#include "codec/yaml.hpp"
#include "core/problem.hpp"
#include "core/stamp.hpp"
#include "store/paths.hpp"
#include "store/repository.hpp"
#include "sync/read_files.hpp"

#include <vector>

namespace crm::sync {

struct Limits {
  std::size_t files = 2'000'000;                      ///< in a tree
  std::size_t size = codec::record_limits.bytes;      ///< of a record
  std::size_t other_size = store::largest_other_file; ///< bytes of any other file
  std::size_t depth = 3;                              ///< folders above a file
  std::size_t schemas = 500;                          ///< in a store
  std::size_t problems = 20;                          ///< are told; the rest is not looked for
  bool contents = true; ///< of records and attachments; else only names and sizes
  /// No stamp may be newer: all that is written afterwards would have to be newer still.
  core::StampTime latest = core::StampTime::max();
};

/// Every file of `theirs` that is not as `known` has it (a commit or tree of ours; "" for none): modes 100644
/// and 40000 only, names that a store has (records in their fan-out folder, schemas, crm.yaml, members,
/// policy, .gitattributes, .gitignore), no name twice but for case, sizes; schemas valid, records with sound
/// provenance, and as their schemas want them where a batch has written them (see `written_unfit`). Each
/// problem names the file and why it is refused. Costs what differs. `read` takes what was sound, by the
/// schemas of `theirs`.
std::vector<core::Problem> check_incoming(const store::Repository& repository, const store::Oid& theirs,
                                          const store::Oid& known, const Limits& limits = {},
                                          ReadFiles* read = nullptr);

} // namespace crm::sync
