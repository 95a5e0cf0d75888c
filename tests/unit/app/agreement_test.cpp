// Every question is answered by the index and by reading all records, and both agree: over random stores,
// wherever HEAD goes, and whatever happens to the index file.
#include "amount.hpp"
#include "app/listing.hpp"
#include "app/project.hpp"
#include "app/query.hpp"
#include "app/random_store.hpp"
#include "app/search.hpp"
#include "base/text.hpp"
#include "core/redirect.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <thread>

using namespace crm;
using namespace crm::app;

namespace {

/// Answers that were not empty: agreement on nothing proves nothing.
int answered = 0;

/// Everything that HEAD has, parsed from its files; `project` says what a record is, and all else is a loop.
struct Naive {
  struct Line {
    core::Record record;
    index::Entry entry;
    std::vector<std::vector<base::Word>> names, texts;
  };
  std::vector<Line> lines;
  std::multimap<std::string, const Line*> by_target;

  static void each_record(Workspace& workspace,
                          const std::function<void(const core::Record&, const core::Schema&)>& visit) {
    for (const auto& type : workspace.schemas().types()) {
      const auto& schema = workspace.schemas().get(type);
      workspace.repository().each(
          workspace.tree(), schema.folder, [&](std::string_view path, const store::Oid& blob) {
            auto parsed = codec::parse_record(workspace.repository().blob(blob), std::string(path), schema);
            if (const auto* record = std::get_if<core::Record>(&parsed)) visit(*record, schema);
          });
    }
  }

  explicit Naive(Workspace& workspace) {
    // Where merged records lead is a function of all records, whatever came first.
    std::map<std::string, std::pair<std::string, core::Station>> stations;
    each_record(workspace, [&](const core::Record& record, const core::Schema& schema) {
      stations.insert_or_assign(
          record.id.str(),
          std::pair(schema.type,
                    core::Station{true, core::may_merge(schema) ? core::redirect_of(record) : std::nullopt}));
    });
    ProjectContext plain{workspace.settings().zone, [](const std::string&) { return Buffers{}; }};
    plain.landing = [&](const std::string& id) {
      const auto first = stations.find(id);
      if (first == stations.end()) return id;
      return core::follow(id,
                          [&](const std::string& at) {
                            const auto found = stations.find(at);
                            const bool there =
                                found != stations.end() && found->second.first == first->second.first;
                            return there ? found->second.second : core::Station{};
                          })
          .id;
    };
    each_record(workspace, [&](const core::Record& record, const core::Schema& schema) {
      auto entry = project(record, schema, "", plain);
      index::Row row;
      row.id = entry.id, row.type = entry.type, row.data = entry.data;
      Line line{to_record(row), std::move(entry), {}, {}};
      for (const auto& each : core::searched(line.record, schema))
        (each.name ? line.names : line.texts).push_back(core::words_of(each.text));
      lines.push_back(std::move(line));
    });
    for (const auto& line : lines) {
      if (line.entry.deleted) continue;
      by_target.emplace(line.entry.id, &line);
      if (!line.entry.key.empty()) by_target.emplace(line.entry.key, &line);
    }
  }

  std::string name_of(const std::string& id) const {
    for (const auto& line : lines)
      if (line.entry.id == id) return line.entry.name;
    return id;
  }

  /// What a list is sorted by.
  core::Value shown(const core::Record& record, const core::Field& field, const std::string& zone) const {
    const auto& value = record.get(field.name);
    if (const auto place = core::place_of(record, field, zone)) return *place;
    if (!field.ref || field.ref->by == core::Reference::By::Key) {
      const auto* keys = field.ref ? value.if_list() : nullptr;
      if (keys == nullptr) return value;
      std::vector<std::string> out;
      for (const auto& key : *keys)
        out.push_back(key.string_or_empty());
      return out.empty() ? core::Value{} : core::Value{base::join(out, ", ")};
    }
    if (const auto* id = value.if_string()) return name_of(*id);
    std::vector<std::string> out;
    for (const auto& id : value.if_list() != nullptr ? *value.if_list() : core::List{})
      out.push_back(name_of(id.string_or_empty()));
    return out.empty() ? core::Value{} : core::Value{base::join(out, ", ")};
  }
};

bool wanted(const ListRequest& request, const core::Record& record, const index::Entry& entry,
            const std::string& zone) {
  if (entry.type != request.schema->type || entry.deleted != request.deleted) return false;
  if (!request.states.empty() &&
      std::find(request.states.begin(), request.states.end(), entry.state) == request.states.end())
    return false;
  if (request.from || request.to) {
    if (!entry.from || (request.to && *entry.from >= *request.to)) return false;
    if (request.from && *entry.from < *request.from && !(entry.to && *entry.to > *request.from)) return false;
  }
  for (const auto& target : request.targets)
    if (std::none_of(entry.links.begin(), entry.links.end(),
                     [&](const auto& link) { return link.target == target; }))
      return false;
  return core::matches(request.filters, record, *request.schema, zone);
}

std::vector<std::string> naive_list(Workspace& workspace, const Naive& naive, const ListRequest& request) {
  struct Found {
    std::string id, folded;
    std::optional<std::int64_t> time;
    const core::Record* record;
  };
  std::vector<Found> found;
  for (const auto& line : naive.lines)
    if (wanted(request, line.record, line.entry, workspace.settings().zone))
      found.push_back({line.entry.id, line.entry.folded, line.entry.from, &line.record});
  const auto shown = [&](const core::Record& record, const std::string& name) {
    return naive.shown(record, *request.schema->find(name), workspace.settings().zone);
  };
  std::string sort = request.sort;
  if (sort.empty())
    sort = request.schema->time_field.empty() ? "name" : request.schema->type == "note" ? "-time" : "time";
  std::sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
    if (sort == "name" && a.folded != b.folded) return a.folded < b.folded;
    if (sort == "time" || sort == "-time") {
      if (a.time.has_value() != b.time.has_value()) return a.time.has_value();
      if (a.time != b.time) return sort == "time" ? a.time < b.time : a.time > b.time;
      return sort == "time" ? a.id < b.id : a.id > b.id;
    }
    if (sort != "name" && sort != "id") { // a field
      const bool down = sort.front() == '-';
      const auto field = sort.substr(down ? 1 : 0);
      const auto first = shown(*a.record, field), second = shown(*b.record, field);
      if (first.is_null() != second.is_null()) return second.is_null();
      const auto *x = first.if_string(), *y = second.if_string();
      if (x != nullptr && y != nullptr) {
        if (base::fold(*x) != base::fold(*y))
          return down ? base::fold(*x) > base::fold(*y) : base::fold(*x) < base::fold(*y);
      } else if (core::less(first, second) || core::less(second, first)) {
        return down ? core::less(second, first) : core::less(first, second);
      }
    }
    return a.id < b.id;
  });
  if (request.limit != 0 && found.size() > request.limit)
    found.erase(found.begin() + static_cast<std::ptrdiff_t>(request.limit), found.end());
  std::vector<std::string> out;
  for (const auto& line : found)
    out.push_back(line.id);
  return out;
}

std::vector<std::string> indexed_list(Workspace& workspace, const ListRequest& request) {
  std::vector<std::string> out;
  for (const auto& record : app::list(workspace, request))
    out.push_back(record.id.str());
  return out;
}

std::vector<std::string> naive_search(const Naive& naive, const std::vector<core::Term>& terms) {
  using Line = Naive::Line;
  const auto within = [](const core::Term& term, const auto& lists) {
    return std::any_of(lists.begin(), lists.end(),
                       [&](const auto& words) { return core::occurs(term, words); });
  };
  std::vector<std::string> out;
  for (const auto& line : naive.lines) {
    if (line.entry.deleted) continue;
    const auto own = [&](const core::Term& term) {
      return within(term, line.names) || within(term, line.texts);
    };
    if (std::any_of(terms.begin(), terms.end(), [&](const auto& term) { return term.negated && own(term); }))
      continue;
    const auto with = [&](const Line* named) { // every term its own, or in that name; one at least its own
      bool any = false;
      for (const auto& term : terms) {
        if (term.negated) continue;
        const bool there = named != nullptr && within(term, named->names), here = own(term);
        if (!here && !there) return false;
        any = any || (here && !there);
      }
      return any;
    };
    bool found = with(nullptr);
    for (const auto& link : line.entry.links)
      for (auto [at, end] = naive.by_target.equal_range(link.target); at != end; ++at)
        found = found || with(at->second);
    if (found) out.push_back(line.entry.id);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<core::Term> some_terms(RandomStore& store) {
  std::vector<core::Term> out;
  for (std::size_t count = 1 + store.below(3); count > 0; --count) {
    std::string word = store.below(5) == 0 ? store.word() + " " + store.word() : store.word();
    if (store.below(4) == 0) word.resize(word.size() / 2); // may cut a character: still no error
    if (auto term = core::parse_term((out.empty() || store.below(5) != 0 ? "" : "-") + word))
      out.push_back(std::move(*term));
  }
  return out;
}

std::vector<std::string> some_filters(RandomStore& store, const core::Schema& schema) {
  std::vector<std::string> out;
  for (std::size_t count = store.below(3); count > 0; --count) {
    const auto& field = store.any(schema.fields);
    const std::string sign = store.below(4) == 0 ? "-" : "", name = sign + field.name + ":";
    const bool state = schema.states && field.name == schema.states->field;
    if (store.below(5) == 0) {
      out.push_back(name + (store.below(2) == 0 ? "none" : "any"));
    } else if (state || !field.allowed.empty()) {
      out.push_back(name + store.any(state ? schema.states->rank : field.allowed));
    } else if (field.shape == core::Shape::Number || field.shape == core::Shape::Integer) {
      out.push_back(name + store.any(std::vector<std::string>{">300", "<=500", "100..700"}));
    } else if (field.shape == core::Shape::Date || field.shape == core::Shape::Time ||
               field.shape == core::Shape::DateTime) {
      out.push_back(name + store.any(std::vector<std::string>{"2026-03..2026-09", ">2026-06", "<=2026-04-15",
                                                              "2026-11-10"}));
    } else if (!field.ref && (field.shape == core::Shape::Text || field.shape == core::Shape::Prose ||
                              field.shape == core::Shape::Texts)) {
      out.push_back(name + "~" + store.word());
    }
  }
  if (store.below(3) == 0) out.push_back((store.below(3) == 0 ? "-" : "") + store.word());
  std::erase_if(out, [](const auto& word) {
    return word.find("::") != std::string::npos || word == "12:30" || word == "-12:30";
  });
  return out;
}

void compare_lists(RandomStore& store, Workspace& workspace, const Naive& naive, int times) {
  for (int i = 0; i < times; ++i) {
    const auto& schema = workspace.schemas().get(store.any(store.kinds));
    const auto words = some_filters(store, schema);
    ListRequest request{.schema = &schema};
    auto query = try_query(workspace, schema, words);
    if (std::holds_alternative<core::NotAQuery>(query)) continue;
    request.filters = std::get<core::Query>(query);
    request.deleted = store.below(8) == 0;
    if (schema.states && store.below(3) == 0) request.states = schema.states->open;
    if (store.below(4) == 0)
      request.from = 1'780'000'000 + static_cast<std::int64_t>(store.below(12'000'000));
    if (store.below(4) == 0) request.to = 1'785'000'000 + static_cast<std::int64_t>(store.below(12'000'000));
    if (store.below(5) == 0)
      request.targets.push_back(store.below(2) == 0 ? "k-3" : store.any(naive.lines).entry.id);
    if (store.below(2) == 0) request.want = ListRequest::Want::Fields;
    if (store.below(4) == 0) request.limit = 1 + store.below(6);
    request.sort = store.any(std::vector<std::string>{
        "", "", "name", "time", "-time", "id", schema.fields.front().name, "-" + schema.fields.back().name});
    INFO(schema.type + " " + base::join(words, " ") + " sort " + request.sort);
    const auto found = indexed_list(workspace, request);
    if (!found.empty()) ++answered;
    CHECK(found == naive_list(workspace, naive, request));
  }
}

void compare_searches(RandomStore& store, Workspace& workspace, const Naive& naive, int times) {
  for (int i = 0; i < times; ++i) {
    const auto terms = some_terms(store);
    std::vector<std::string> found;
    index::Search search{terms, {}};
    for (const auto& type : workspace.schemas().types())
      search.within.push_back({.type = type});
    double last = std::numeric_limits<double>::infinity();
    workspace.with_index([&](index::Index& index) {
      found.clear();
      last = std::numeric_limits<double>::infinity();
      index.search(search, [&](const index::Row& row, double score) {
        CHECK(score <= last);
        last = score;
        found.push_back(row.id);
        return true;
      });
    });
    if (!found.empty()) ++answered;
    std::sort(found.begin(), found.end());
    std::string said;
    for (const auto& term : terms)
      said += (term.negated ? "-\"" : "\"") + base::join(term.words, " ") + "\" ";
    INFO(said);
    const bool all_negated =
        std::all_of(terms.begin(), terms.end(), [](const auto& term) { return term.negated; });
    CHECK(found == (all_negated ? std::vector<std::string>{} : naive_search(naive, terms)));
  }
}

void compare(RandomStore& store, int times) {
  answered = 0;
  auto workspace = store.open();
  const Naive naive(workspace);
  compare_lists(store, workspace, naive, times);
  compare_searches(store, workspace, naive, times);
  if (times >= 8) CHECK(answered > times / 3);
}

} // namespace

TEST_CASE("Lists and searches find what reading every record finds, in the same order, wherever HEAD goes") {
  const auto seed = GENERATE(range(1U, 3U));
  CAPTURE(seed);
  RandomStore store(seed);
  std::vector<std::string> commits;
  for (int i = 0; i < 5; ++i) {
    commits.push_back(
        store.write(static_cast<std::size_t>(i == 0 ? test::amount(50, 160) : test::amount(12, 25))));
    compare(store, test::amount(6, 12));
  }
  for (int i = 0; i < 4; ++i) { // back, and forth again
    const auto to = store.any(commits);
    INFO(to);
    store.git("reset --hard --quiet " + to);
    compare(store, 8);
  }
  // A merge commit of two lines, as git makes it.
  store.git("reset --hard --quiet " + commits[2]);
  store.write(30);
  store.git("-c user.name=a -c user.email=a@b -c core.hooksPath=/dev/null merge --quiet --no-edit -s ours " +
            commits[4]);
  compare(store, 8);
}

TEST_CASE("Nothing that happens to the index file changes an answer") {
  RandomStore store(11);
  store.write(150);
  compare(store, 5);
  const auto file = store.index_file();
  const auto injure = GENERATE(range(0, 7));
  CAPTURE(injure);
  const auto size = std::filesystem::file_size(file);
  switch (injure) {
  case 0:
    std::filesystem::remove(file);
    break;
  case 1:
    std::filesystem::resize_file(file, 0);
    break;
  case 2:
    std::filesystem::resize_file(file, size / 2);
    break;
  case 3: { // a few pages of rubbish
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    for (std::size_t at = 4096; at + 8192 < size; at += 16384) {
      out.seekp(static_cast<std::streamoff>(at));
      for (int i = 0; i < 4096; ++i)
        out.put(static_cast<char>(store.below(256)));
    }
    break;
  }
  case 4: { // of another store
    RandomStore other(12);
    other.write(60);
    compare(other, 1);
    std::filesystem::copy_file(other.index_file(), file, std::filesystem::copy_options::overwrite_existing);
    break;
  }
  case 5: { // of an older format: user_version is at byte 60 of the header
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(63);
    out.put(1);
    break;
  }
  default: {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << "no database at all";
  }
  }
  compare(store, 10);
  store.write(20);
  compare(store, 10);
}

TEST_CASE("Two at once get the same answers, while a third one sweeps the index away") {
  RandomStore store(21);
  store.write(150);
  std::vector<std::string> expected;
  const auto ask = [&] {
    StillEnvironment environment;
    auto workspace = Workspace::open(environment, store.root());
    std::vector<std::string> out;
    for (const auto& hit : app::search(workspace, {{"proposal"}, {}, 0}).hits)
      out.push_back(hit.record.id.str());
    const ListRequest request{.schema = &workspace.schemas().get("task"), .sort = "-title"};
    for (const auto& id : indexed_list(workspace, request))
      out.push_back(id);
    return out;
  };
  expected = ask();
  REQUIRE(expected.size() > 10);
  std::vector<int> wrong(2);
  std::vector<std::thread> threads;
  for (auto& count : wrong)
    threads.emplace_back([&] {
      for (int i = 0; i < 12; ++i)
        if (ask() != expected) ++count;
    });
  for (int i = 0; i < 6; ++i) {
    index::Index::remove(store.index_file());
    ask();
  }
  for (auto& thread : threads)
    thread.join();
  CHECK(wrong == std::vector<int>{0, 0});
}

TEST_CASE("An index made anew by several threads is the one that grew change by change") {
  RandomStore store(31);
  const auto content = [&] {
    auto workspace = store.open();
    std::vector<std::string> out;
    workspace.with_index([&](index::Index& index) {
      out.clear();
      for (const bool deleted : {false, true})
        index.each({.deleted = deleted, .order = index::Order::Id}, [&](const index::Row& row) {
          out.push_back(row.id + row.type + row.path + row.name + row.key + row.state + row.data);
          return true;
        });
      const core::Interval ever{core::Instant(std::chrono::seconds(0)),
                                core::Instant(std::chrono::hours(24 * 40000))};
      for (int i = 0; i < 12; ++i)
        for (const char* kind : {"member", "resource"})
          for (const auto& taken : index.taken(kind, "k-" + std::to_string(i), ever))
            out.push_back(taken.id + kind + taken.key +
                          std::to_string(taken.time.from.time_since_epoch().count()) +
                          std::to_string(taken.time.to.time_since_epoch().count()));
      index.search({{{{"proposal"}, false}}, {{.type = "note"}, {.type = "contact"}}},
                   [&](const index::Row& row, double score) {
                     out.push_back(row.id + std::to_string(score));
                     return true;
                   });
    });
    return out;
  };
  content();
  store.write(650);
  content();
  store.write(150);
  const auto grown = content();
  CHECK(grown.size() > 500); // so many that several threads read them
  index::Index::remove(store.index_file());
  CHECK(content() == grown);
}
