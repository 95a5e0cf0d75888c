#include "sync/arrivals.hpp"

#include "base/text.hpp"
#include "store/small_file.hpp"
#include "sync/journal.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace crm::sync {
namespace {

constexpr std::size_t largest_arrivals = std::size_t{64} << 20; // a million syncs that brought something

std::string arrivals_file(const store::Repository& repository) {
  return repository.private_dir() + "/arrivals";
}

} // namespace

void record_arrival(const store::Repository& repository, const Arrival& arrival) {
  // What cannot be written down must not stop the sync.
  store::append_lines(arrivals_file(repository), core::to_text(arrival.at) + " " + arrival.head + "\n");
}

std::vector<Arrival> arrivals(const store::Repository& repository) {
  std::vector<Arrival> all;
  if (const auto text = store::read_small_file(arrivals_file(repository), largest_arrivals))
    for (const auto line : base::split(*text, '\n')) {
      const auto space = line.find(' ');
      if (space == std::string_view::npos) continue;
      if (const auto at = core::parse_stamp_time(line.substr(0, space)))
        all.push_back({*at, std::string(line.substr(space + 1))});
    }
  for (auto& attempt : journal(repository, std::numeric_limits<std::ptrdiff_t>::max()))
    if (!attempt.head.empty()) all.push_back({attempt.at, std::move(attempt.head)});
  std::stable_sort(all.begin(), all.end(), [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  std::set<store::Oid> seen;
  std::erase_if(all, [&](const Arrival& each) { return !seen.insert(each.head).second; });
  return all;
}

ArrivalTrace::ArrivalTrace(const store::Repository& repository) : m_arrivals(arrivals(repository)) {
  for (std::size_t i = 0; i < m_arrivals.size(); ++i)
    m_first.emplace(m_arrivals[i].head, i);
}

std::optional<core::StampTime> ArrivalTrace::visit(const store::Commit& commit) {
  const auto known = m_first.find(commit.id);
  if (known == m_first.end()) return std::nullopt;
  const auto first = known->second;
  m_first.erase(known);
  for (const auto& parent : commit.parents) {
    const auto [at, is_new] = m_first.emplace(parent, first);
    if (!is_new) at->second = std::min(at->second, first);
  }
  return m_arrivals[first].at;
}

} // namespace crm::sync
