// What a write says in somebody else's name. Stamps decide merges and say who wrote what, so whoever signs a
// batch may write their own, and leave those of others where they are with what stands under them.
#pragma once

#include "core/record.hpp"
#include "core/schema.hpp"
#include "core/stamp.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::core {

struct Writer {
  std::string member, device;
};

/// The device that stands for the calendar which a device reads in: what somebody wrote there has not seen
/// what the device shows, and is signed by the device all the same.
std::string calendar_of(std::string_view device);

/// A stamp of somebody else's in `after` that none of `known`, earlier states of the record, has with the
/// same content under it; nothing when there is none. What is said to have been seen must have been there to
/// see, what differs from a lone earlier state needs a new stamp, and when a record was made does not change,
/// whoever says so. Throws Error(InvalidData) for a block
/// that cannot be read.
std::optional<Stamp> foreign_stamp(const std::vector<const Record*>& known, const Record& after,
                                   const Schema& schema, const Writer& by);

/// True when a new record goes on from `other`, as an occurrence or a part of a series does: it keeps the
/// stamps of what it comes from.
bool continues(const Record& fresh, const Record& other, const Schema& schema);

} // namespace crm::core
