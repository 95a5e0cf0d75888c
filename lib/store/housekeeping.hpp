// Letting git pack its objects now and then, behind the back of whoever waits for an answer.
#pragma once

#include "store/repository_impl.hpp"

namespace crm::store {

/// Starts `git gc --auto` detached when there are as many loose objects as git itself thinks too many, at
/// most once a day. Never fails, never waits for it.
void collect_garbage_sometimes(const Repository::Impl& repository) noexcept;

} // namespace crm::store
