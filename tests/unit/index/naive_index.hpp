// The index as a list that is looked through from end to end: slow, and plain enough to be believed.
#pragma once

#include "index/index.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <unistd.h>
#include <vector>

namespace crm::index {

/// A folder of its own, gone at the end of the test.
class ScratchIndex {
 public:
  ScratchIndex() {
    std::string pattern = (std::filesystem::temp_directory_path() / "crm-index-XXXXXX").string();
    m_folder = ::mkdtemp(pattern.data());
  }
  ScratchIndex(const ScratchIndex&) = delete;
  ~ScratchIndex() { std::filesystem::remove_all(m_folder); }
  std::string file() const { return m_folder + "/index.sqlite"; }
  const std::string& folder() const { return m_folder; }

 private:
  std::string m_folder;
};

inline std::string path_of(const std::string& type, const std::string& id) {
  return type + "s/" + id.substr(0, 2) + "/" + id + ".yaml";
}

/// What a Row shows of an Entry, in one text that tests can compare and print.
inline std::string show(const Row& row) {
  const auto time = [](const std::optional<std::int64_t>& at) {
    return at ? std::to_string(*at) : std::string("-");
  };
  return row.id + "|" + row.type + "|" + row.path + "|" + row.name + "|" + row.key + "|" + row.state + "|" +
         row.data + "|" + (row.deleted ? "deleted" : "live") + "|" + time(row.from) + "|" + time(row.to);
}
inline std::string show(const Entry& entry) {
  return show(Row{entry.id, entry.type, entry.path, entry.name, entry.key, entry.state, entry.data,
                  entry.deleted, entry.from, entry.to});
}
template <typename Rows>
std::vector<std::string> show_all(const Rows& rows) {
  std::vector<std::string> out;
  for (const auto& row : rows)
    out.push_back(show(row));
  return out;
}

class NaiveIndex {
 public:
  void put(const Entry& entry) { m_entries[entry.id] = entry; }
  void erase_path(const std::string& path) {
    std::erase_if(m_entries, [&](const auto& each) { return each.second.path == path; });
  }
  const std::map<std::string, Entry>& entries() const { return m_entries; }

  /// By id, those that `wanted` takes.
  template <typename Wanted>
  std::vector<Entry> choose(Wanted&& wanted) const {
    std::vector<Entry> out;
    for (const auto& [id, entry] : m_entries)
      if (wanted(entry)) out.push_back(entry);
    return out;
  }

  static bool refers(const Entry& entry, const std::string& target) {
    return std::any_of(entry.links.begin(), entry.links.end(),
                       [&](const Link& link) { return link.target == target; });
  }

  static bool matches(const Entry& entry, const Query& query) {
    if (!query.type.empty() && entry.type != query.type) return false;
    if (entry.deleted != query.deleted) return false;
    if (!query.states.empty() &&
        std::find(query.states.begin(), query.states.end(), entry.state) == query.states.end())
      return false;
    if ((query.from || query.to) && !entry.from) return false;
    if (query.to && *entry.from >= *query.to) return false;
    if (query.from && *entry.from < *query.from && !(entry.to && *entry.to > *query.from)) return false;
    return query.target.empty() || refers(entry, query.target);
  }

  static void sort(std::vector<Entry>& entries, Order order) {
    const auto before = [order](const Entry& a, const Entry& b) {
      if (order == Order::Name && a.folded != b.folded) return a.folded < b.folded;
      if (order == Order::Time || order == Order::TimeDescending) {
        if (a.from.has_value() != b.from.has_value()) return a.from.has_value();
        if (a.from != b.from) return order == Order::Time ? a.from < b.from : a.from > b.from;
        return order == Order::Time ? a.id < b.id : a.id > b.id;
      }
      return a.id < b.id;
    };
    std::sort(entries.begin(), entries.end(), before);
  }

  std::vector<Entry> list(const Query& query) const {
    auto out = choose([&](const Entry& entry) { return matches(entry, query); });
    sort(out, query.order);
    if (query.limit != 0 && out.size() > query.limit) out.resize(query.limit);
    return out;
  }

 private:
  std::map<std::string, Entry> m_entries;
};

/// Entries with few different values, so that they collide, and with texts that mean something to SQL and
/// FTS5.
class RandomEntries {
 public:
  explicit RandomEntries(unsigned seed) : m_random(seed) {}

  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(m_random);
  }
  template <typename T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

  std::string id() {
    std::string out;
    for (int i = 0; i < 16; ++i)
      out += "0z"[below(i < 9 ? 2 : 1)];
    return out;
  }
  std::string type() { return one_of(types); }
  std::string target() { return one_of(targets); }
  std::string state() { return one_of(states); }
  std::int64_t time() { return static_cast<std::int64_t>(below(40)) * 21600; }
  std::string name() {
    std::string out;
    for (std::size_t count = below(4); count > 0; --count)
      out += (out.empty() ? "" : " ") + one_of(words);
    return out;
  }
  /// Some characters of a text.
  std::string piece(const std::string& text) {
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < text.size(); ++i)
      if ((text[i] & 0xc0) != 0x80) starts.push_back(i);
    if (starts.empty()) return {};
    const std::size_t first = below(starts.size()),
                      last = first + below(std::min<std::size_t>(6, starts.size() - first));
    return text.substr(starts[first],
                       (last + 1 < starts.size() ? starts[last + 1] : text.size()) - starts[first]);
  }

  /// The same record with one part of it another, or put again as it is.
  Entry edited(Entry old) {
    const Entry other = entry();
    const std::size_t part = below(9);
    if (part == 0) std::tie(old.folded, old.name) = std::tie(other.folded, other.name);
    if (part == 1) old.data = other.data;
    if (part == 2) old.state = other.state;
    if (part == 3) std::tie(old.from, old.to) = std::tie(other.from, other.to);
    if (part == 4) old.key = other.key;
    if (part == 5) old.links = other.links;
    if (part == 6) old.busy = other.busy;
    if (part == 7) old.deleted = !old.deleted;
    return old;
  }

  Entry entry() {
    Entry out;
    out.id = id();
    out.type = type();
    out.path = path_of(out.type, out.id);
    out.deleted = below(6) == 0;
    out.folded = name();
    out.name = out.folded + "!";
    if (below(3) == 0) out.key = one_of(targets);
    out.state = state();
    if (below(4) != 0) out.from = time();
    if (out.from && below(2) == 0)
      out.to = *out.from + static_cast<std::int64_t>(below(5)) * (below(3) == 0 ? 86400 : 3600);
    out.data = R"({"fields":{"value":)" + one_of<std::string>({"1", "2.5", "\"3\"", "null", "[4]"}) +
               one_of<std::string>({"}}", R"(,"currency":"GBP"}})", R"(,"currency":"EUR"}})"});
    for (std::size_t links = below(3); links > 0; --links)
      out.links.push_back({"about", target()});
    if (!out.deleted)
      for (std::size_t takes = below(3); takes > 0; --takes) {
        const core::Instant from{std::chrono::seconds{time()}};
        out.busy.push_back({one_of<std::string>({"member", "resource"}),
                            one_of(targets),
                            {from, from + std::chrono::hours{one_of<int>({0, 1, 5, 24, 25, 80})}}});
      }
    return out;
  }

  const std::vector<std::string> types{"contact", "appointment", "deal"};
  const std::vector<std::string> targets{"bob", "room-2", "room-20", "00z"};
  const std::vector<std::string> states{"", "open", "done", "o'pen"};
  const std::vector<std::string> words{"ada",   "adam",      "add",   "a",  "lovelace", "AND",       "NEAR(",
                                       "\"x\"", "a*",        "'; --", "öz", "日本語",   "zoë",       "love",
                                       "%_",    "OR lovely", "ab",    "x",  "(ada)",    "folded:ada"};

 private:
  std::mt19937 m_random;
};

} // namespace crm::index
