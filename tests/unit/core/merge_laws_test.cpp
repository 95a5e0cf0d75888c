// Random histories of several devices with skewed clocks, against a second, plain implementation of the
// merge: the model knows registers only and no files, so that both must agree on what the `crm:` block has to
// say.
#include "amount.hpp"
#include "catch.hpp"
#include "merge_model.hpp"
#include "merge_schema.hpp"
#include "random_writes.hpp"

#include "core/registers.hpp"

#include <map>
#include <random>
#include <set>

using namespace crm::core;
using namespace crm::core::testing;

namespace {

Stamp stamp_of(const model::Dot& dot) {
  return at(dot.first, "d" + std::to_string(dot.second), "m" + std::to_string(dot.second));
}

std::string shown_text(const Record& record, const std::string& unit) {
  if (unit == "when") return record.text("start") + "/" + record.text("duration");
  return to_text(record.get(unit));
}

struct Device {
  Record record;
  model::State state;
  std::set<model::Dot> past;
};

struct Write {
  model::Dot dot;
  std::string unit, value;
  std::set<model::Dot> seen;
};

const std::vector<std::string> units{"email",  "when", "stage",      "notes",
                                     "status", "tags", "last_visit", "x-shoe"};

/// Nothing is said twice and nothing is missing: the file is the state.
void check_file(const Record& record, const Schema& schema) {
  const RecordState state = read_state(record, schema);
  Record again{record.id, record.type, {}, {}};
  render_state(state, schema, again);
  REQUIRE(again == record);
  REQUIRE(read_state(again, schema) == state);
}

void check_against_model(const Device& device, const Schema& schema) {
  std::set<std::string> expected;
  for (const auto& [unit, reg] : device.state.units) {
    if (unit == "tags") {
      const auto now = elements_of(device.record.get("tags"));
      model::Texts texts;
      for (const auto& element : now)
        texts.insert(to_text(element));
      REQUIRE(texts == model::elements(device.state, unit));
      continue;
    }
    const auto seen = model::view(unit, reg, schema);
    INFO(unit);
    REQUIRE(shown_text(device.record, unit) == seen.value);
    if (seen.conflict) expected.insert(unit);
  }
  const auto [gone, conflict] = model::fate(device.state);
  REQUIRE(is_deleted(device.record, schema) == gone);
  if (conflict) expected.insert("deleted");
  const auto found = disputed(device.record, schema);
  REQUIRE(std::set<std::string>(found.begin(), found.end()) == expected);
}

/// Every concurrent value with its stamp, and every element with its stamps, as the model has them.
void check_registers(const Device& device, const Schema& schema) {
  RecordState state = read_state(device.record, schema);
  for (const auto& [unit, reg] : device.state.units) {
    const Register& mine = state.at(unit, schema);
    if (unit == "last_visit") continue;
    std::set<Stamp> stamps, expected;
    for (const auto& version : mine.now)
      stamps.insert(version.stamp);
    for (const auto& [dot, _] : reg.now)
      expected.insert(stamp_of(dot));
    REQUIRE(stamps == expected);
    std::set<std::pair<std::string, Stamp>> added, expected_added;
    for (const auto& element : mine.elements)
      added.emplace(to_text(element.value), element.stamp);
    for (const auto& [element, _] : reg.elements)
      expected_added.emplace(element.first, stamp_of(element.second));
    REQUIRE(added == expected_added);
  }
}

void run(unsigned seed, const Schema& schema, int devices = 5, int steps = 60) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const auto chance = [&](int percent) { return below(100) < percent; };
  std::vector<long> skew, clock(static_cast<std::size_t>(devices), 0);
  for (int d = 0; d < devices; ++d)
    skew.push_back(below(601) - 300);
  std::vector<Device> all(static_cast<std::size_t>(devices),
                          Device{made(schema, {}, stamp_of({0, 0})), {}, {}});
  std::set<std::pair<std::string, model::Dot>> adds, removed;
  std::vector<Write> writes;

  for (int step = 0; step < steps; ++step) {
    const int d = below(devices);
    Device& here = all[static_cast<std::size_t>(d)];
    long& time = clock[static_cast<std::size_t>(d)];
    if (chance(45)) {
      const auto e = static_cast<std::size_t>(below(devices));
      here.record = joined(here.record, all[e].record, schema);
      here.state = model::join(here.state, all[e].state);
      here.past.insert(all[e].past.begin(), all[e].past.end());
      time = std::max(time, clock[e]);
      continue;
    }
    time = std::max(time + 1, step + skew[static_cast<std::size_t>(d)]);
    const model::Dot dot{time, d};
    if (chance(5)) {
      const bool undo = chance(30);
      mark(here.record, schema, undo ? Mark::Undelete : Mark::Delete, stamp_of(dot));
      here.state.marks = {{dot, undo ? std::nullopt : std::optional(model::dots(here.state))}};
      here.state.deleted_seen = model::join_seen(here.state.deleted_seen, {{d, time}});
      continue;
    }
    const std::string unit = units[static_cast<std::size_t>(below(static_cast<int>(units.size())))];
    model::Reg& reg = here.state.units[unit];
    std::vector<Edit> edits;
    if (unit == "tags") {
      model::Texts wanted;
      for (const auto* tag : {"a", "b", "c", "d"})
        if (chance(40)) wanted.insert(tag);
      const auto had = model::elements(here.state, unit);
      for (const auto& [element, _] : reg.elements)
        if (!wanted.contains(element.first)) removed.insert(element);
      std::erase_if(reg.elements, [&](const auto& e) { return !wanted.contains(e.first.first); });
      for (const auto& tag : wanted)
        if (!had.contains(tag)) reg.elements[{tag, dot}], adds.insert({tag, dot});
      if (had != wanted) reg.seen = model::join_seen(reg.seen, {{d, time}});
      edits.push_back({"tags", List(wanted.begin(), wanted.end())});
    } else if (unit == "last_visit") {
      const std::string day = "day" + std::to_string(100 + below(100));
      reg.greatest = std::max(reg.greatest, day);
      edits.push_back({"last_visit", day});
    } else {
      std::string value = unit + std::to_string(step);
      if (unit == "status") value = schema.states->rank[static_cast<std::size_t>(below(6))];
      if (unit == "when") { // of the group one field or both
        const bool start = chance(70), duration = !start || chance(30);
        if (start) edits.push_back({"start", value});
        if (duration) edits.push_back({"duration", "PT" + std::to_string(step)});
        value = (start ? value : here.record.text("start")) + "/" +
                (duration ? "PT" + std::to_string(step) : here.record.text("duration"));
      } else if (chance(10) && unit != "status") {
        value.clear();
        edits.push_back({unit, Value{}});
      } else {
        edits.push_back({unit, value});
      }
      const auto shown = reg.now.empty() ? model::Seen{} : model::view(unit, reg, schema);
      if (value != shown.value || shown.conflict) { // else nothing is written
        reg.now = {{dot, value}};
        if (model::rule_of(unit) != Rule::Latest) reg.seen = model::join_seen(reg.seen, {{d, time}});
        writes.push_back({dot, unit, value, here.past});
        here.past.insert(dot);
      } else if (reg.now.empty()) {
        here.state.units.erase(unit);
      }
    }
    write(here.record, schema, edits, stamp_of(dot));
    REQUIRE(newest(here.record) <= stamp_of(dot));
  }

  for (const auto& device : all) {
    check_file(device.record, schema);
    check_against_model(device, schema);
    check_registers(device, schema);
    REQUIRE(check_provenance(device.record, schema).empty());
  }
  const auto some = [&]() -> const Record& { return all[static_cast<std::size_t>(below(devices))].record; };
  const Record &a = some(), &b = some(), &c = some();
  REQUIRE(joined(a, b, schema) == joined(b, a, schema));
  REQUIRE(joined(joined(a, b, schema), c, schema) == joined(a, joined(b, c, schema), schema));
  REQUIRE(joined(a, a, schema) == a);
  REQUIRE(joined(joined(a, b, schema), b, schema) == joined(a, b, schema));

  std::optional<Device> end;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::size_t> order{0, 1, 2, 3, 4};
    std::shuffle(order.begin(), order.end(), random);
    Device met = all[order[0]];
    for (std::size_t i = 1; i < order.size(); ++i) {
      met.record = joined(met.record, all[order[i]].record, schema);
      met.state = model::join(met.state, all[order[i]].state);
    }
    if (end) REQUIRE(met.record == end->record);
    end = met;
  }
  check_file(end->record, schema);
  check_against_model(*end, schema);
  check_registers(*end, schema);

  // No acknowledged write is missing: it is there, or a later write of the field has seen it.
  RecordState state = read_state(end->record, schema);
  for (const auto& unit : units) {
    const Register& reg = state.at(unit, schema);
    const Write* newest_write = nullptr;
    for (const auto& write : writes) {
      if (write.unit != unit) continue;
      if (newest_write == nullptr || newest_write->dot < write.dot) newest_write = &write;
      if (reg.joining != Joining::Review) continue;
      const bool replaced = std::any_of(writes.begin(), writes.end(), [&](const Write& later) {
        return later.unit == unit && later.seen.contains(write.dot);
      });
      const bool present = std::any_of(reg.now.begin(), reg.now.end(),
                                       [&](const Version& v) { return v.stamp == stamp_of(write.dot); });
      INFO(unit << " written at " << write.dot.first << " on d" << write.dot.second);
      REQUIRE(present != replaced);
    }
    if (unit == "email" && newest_write != nullptr) REQUIRE(end->record.text("email") == newest_write->value);
  }
  std::set<std::pair<std::string, Stamp>> have, expected;
  for (const auto& element : state.at("tags", schema).elements)
    have.emplace(to_text(element.value), element.stamp);
  for (const auto& [tag, dot] : adds)
    if (!removed.contains({tag, dot})) expected.emplace(tag, stamp_of(dot));
  REQUIRE(have == expected);
}

void run_all(unsigned from, unsigned to) {
  const Schema schema = visit_schema();
  for (unsigned seed = from; seed < to; ++seed) {
    INFO("seed " << seed);
    run(seed, schema);
  }
}

} // namespace

TEST_CASE("random histories converge, lose nothing and bring nothing back", "[merge][laws]") {
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
  run_all(0, 500);
#else
  run_all(0, 20); // without the optimizer a history takes twenty times as long
#endif
}

TEST_CASE("the laws hold for records that were made several times", "[merge][laws]") {
  const std::vector<std::string> devices{"a", "b", "c", "d"};
  const int runs = crm::test::amount(150, 3000);
  for (int run = 0; run < runs; ++run) {
    INFO("run " << run);
    RandomWrites random(static_cast<unsigned>(run));
    const Schema& schema = random.schema();
    std::vector<Record> all;
    for (const auto& device : devices) {
      Map fields;
      if (random.below(2) == 0) fields.set("stage", "lead of " + device);
      if (random.below(2) == 0) fields.set("email", device + "@x");
      if (random.below(2) == 0) fields.set("tags", List{"vip", Value(device)});
      if (random.below(2) == 0) fields.set("last_visit", "2026-01-02");
      const bool again = all.empty() || random.below(2) == 0;
      auto stamp = random.now(device, "alice");
      // A forger may say that it was made under a stamp of somebody else's.
      if (!all.empty() && random.below(3) == 0) stamp = {created(all.front()).time, "a", "m" + device};
      all.push_back(again ? made(schema, std::move(fields), stamp) : all.front());
    }
    for (std::size_t step = 0; step < 12; ++step) {
      Record& here = all[random.below(4)];
      const auto& device = devices[static_cast<std::size_t>(&here - all.data())];
      here = random.below(3) == 0 ? joined(here, all[random.below(4)], schema)
                                  : random.write(here, random.now(device, "alice"));
    }
    const Record &a = all[0], &b = all[1], &c = all[2];
    const Record ab = joined(a, b, schema);
    REQUIRE(ab == joined(b, a, schema));
    REQUIRE(joined(ab, c, schema) == joined(a, joined(b, c, schema), schema));
    REQUIRE(joined(ab, a, schema) == ab);
    REQUIRE(joined(ab, b, schema) == ab);
    check_file(ab, schema);
    REQUIRE(check_provenance(ab, schema).empty());
  }
}

TEST_CASE("many more random histories", "[.thorough]") {
  run_all(500, 5000);
}

TEST_CASE("the laws hold between devices that share a schema which knows only half of the fields",
          "[merge][laws]") {
  const Schema full = visit_schema();
  Schema half = full;
  std::erase_if(half.fields, [](const Field& f) {
    return f.name == "start" || f.name == "stage" || f.name == "tags" || f.name == "status";
  });
  std::mt19937 random(7);
  for (int trial = 0; trial < 40; ++trial) {
    std::vector<Record> all(4, made(full, map({{"stage", "lead"}, {"tags", list({"vip"})}})));
    for (int step = 0; step < 20; ++step) {
      Record& here = all[random() % 4];
      const Schema& schema = random() % 2 == 0 ? full : half;
      const auto dot = at(step + 1, "d" + std::to_string(&here - all.data()));
      const std::string value = "v" + std::to_string(step);
      switch (random() % 6) {
      case 0:
        here = with(here, schema, "start", value, dot);
        break;
      case 1:
        here = with(here, schema, "stage", value, dot);
        break;
      case 2:
        here = with(here, schema, "tags", List{"vip", Value(value)}, dot);
        break;
      case 3:
        here = with(here, schema, "duration", value, dot);
        break;
      default:
        here = joined(here, all[random() % 4], full);
      }
    }
    const Record &a = all[0], &b = all[1], &c = all[2];
    for (const Schema* schema : {&full, static_cast<const Schema*>(&half)}) {
      INFO("trial " << trial);
      REQUIRE(joined(a, b, *schema) == joined(b, a, *schema));
      REQUIRE(joined(joined(a, b, *schema), c, *schema) == joined(a, joined(b, c, *schema), *schema));
      const Record ab = joined(a, b, *schema);
      check_file(ab, *schema);
      REQUIRE(joined(ab, b, *schema) == ab);
      REQUIRE(check_provenance(ab, *schema).empty());
    }
  }
}
