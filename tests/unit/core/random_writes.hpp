// Random writes to a record of the merge's tests, as commands make them: for properties.
#pragma once

#include "merge_schema.hpp"

#include <limits>
#include <random>
#include <string>
#include <vector>

namespace crm::core::testing {

class RandomWrites {
 public:
  explicit RandomWrites(unsigned seed) : m_random(seed), m_schema(visit_schema()) {}

  const Schema& schema() const { return m_schema; }
  std::size_t below(std::size_t n) { return m_random() % n; }
  /// The next moment, on this device by this member.
  Stamp now(const std::string& device, const std::string& member) { return at(++m_time, device, member); }

  /// One write of one field, a mark now and then.
  Record write(const Record& record, const Stamp& stamp) {
    if (below(8) == 0)
      return marked(record, m_schema, is_deleted(record, m_schema) ? Mark::Undelete : Mark::Delete, stamp);
    const std::vector<std::string> fields{"email", "start", "duration",   "stage",  "status",
                                          "tags",  "notes", "last_visit", "x-shoe", "first_visit"};
    const auto& name = fields[below(fields.size())];
    return with(record, m_schema, name.c_str(), value(name), stamp);
  }

 private:
  Value value(const std::string& field) {
    if (below(6) == 0) return Value{};
    if (field == "tags") {
      List out;
      for (const char* tag : {"a", "b", "c", "vip"})
        if (below(2) == 0) out.emplace_back(tag);
      return Value{std::move(out)};
    }
    if (field == "status") {
      const char* states[] = {"booked", "confirmed", "arrived", "done", "cancelled"};
      return Value{states[below(5)]};
    }
    // Zeros of both signs, equal numbers of both kinds, and numbers that only look equal as doubles.
    static const std::vector<Value> numbers{0,
                                            0.0,
                                            -0.0,
                                            1,
                                            1.0,
                                            -0.5,
                                            0.5,
                                            std::int64_t{1} << 53,
                                            9007199254740992.0,
                                            (std::int64_t{1} << 53) + 1,
                                            std::numeric_limits<std::int64_t>::max(),
                                            9223372036854775808.0};
    if (below(3) == 0) return numbers[below(numbers.size())];
    if (field.ends_with("_visit")) return Value{"2026-01-0" + std::to_string(1 + below(9))};
    return Value{field + " " + std::to_string(below(100))};
  }

  std::mt19937 m_random;
  Schema m_schema;
  long m_time = 0;
};

} // namespace crm::core::testing
