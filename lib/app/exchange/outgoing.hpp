// Which records leave a store, one after the other: what all export formats share.
#pragma once

#include "app/workspace.hpp"
#include "core/query.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::app {

struct ExportRequest {
  /// Types by name or folder, then filters of the query language. No type: all of `only`.
  std::vector<std::string> words;
  std::vector<std::string> only; ///< the types that the format can carry; empty for every type
  enum class Deleted { Leave, Take } deleted = Deleted::Leave;
  /// Files for what is to be as committed, to the byte; where other programs' words are made of it, the index
  /// has the same at a fifth of the cost.
  enum class From { Files, Index } from = From::Files;
  std::string between{}; ///< days, as typed: records whose time is in them
  std::string with{};    ///< a member, as typed: records with a field that names them
  std::string by{};      ///< a member's key: records that they made, or were the last to change
};

/// One type, and which of its records.
struct ExportPart {
  const core::Schema* schema = nullptr;
  core::Query filters;
  ExportRequest::Deleted deleted = ExportRequest::Deleted::Leave;
  ExportRequest::From from = ExportRequest::From::Files;
  std::string with{}, by{}; ///< keys of members
  /// That somebody has looked at records whose type wants to know is noted; not when a program compares them.
  enum class Looking { IsNoted, IsNot } looking = Looking::IsNoted;
};

/// Sorted by type. Where no type is named, those stay out whose fields the filters do not suit: without a
/// time for a period, without a field that names members for a member. Throws Error(Usage) for a type that
/// the format cannot carry, and for a filter that suits no type.
std::vector<ExportPart> export_parts(Workspace& workspace, const ExportRequest& request);

/// By the part's filters. Of a series it is enough that one of its occurrences does.
bool suits(Workspace& workspace, const ExportPart& part, core::Record record);

struct Exported {
  const core::Schema& schema;
  const core::Record& record;
  std::string_view text; ///< the file, as committed; "" of what comes from the index
};

/// Every record of the part in the order of its path, one at a time in memory. Files that are no valid
/// records become a sentence in `unreadable`.
void each_exported(Workspace& workspace, const ExportPart& part, std::vector<std::string>& unreadable,
                   const std::function<void(const Exported&)>& visit);

} // namespace crm::app
