// What has to be judged because something in it was put aside. For this folder's .cpp files alone.
#pragma once

#include "sync/judge.hpp"

#include <vector>

namespace crm::sync {

/// Newest last: what `tip` has and `known` ("" for none) has not. Of what went before `known` those commits
/// too that somebody has gone on from though they are refused, by `asides` or by what comes: whoever made
/// them had them as good.
std::vector<store::Commit> commits_to_judge(const store::Repository& repository, const store::Oid& tip,
                                            store::Oid known, std::vector<store::Commit> asides);

} // namespace crm::sync
