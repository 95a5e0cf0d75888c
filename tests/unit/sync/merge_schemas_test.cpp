#include "store/scratch_store.hpp"

#include "base/error.hpp"
#include "store/paths.hpp"
#include "sync/merge.hpp"

#include <algorithm>
#include <numeric>

namespace crm::sync {
namespace {

using namespace std::chrono_literals;

const std::string box_schema = "schemas/box.yaml", box = "boxes/7f/7f3k2m9qxv0tbn4c.yaml";

std::string box_type(const std::string& title, const std::string& folder = "boxes") {
  return "$schema: https://json-schema.org/draft/2020-12/schema\ntitle: " + title +
         "\ntype: object\nrequired: [label]\nproperties:\n  label: {type: string, maxLength: 80}\n"
         "x-crm: {type: box, folder: " +
         folder + "}\n";
}

struct Write {
  std::vector<store::Change> changes;
  std::chrono::seconds at;
};

/// Stores of one origin, each with one more commit, that meet in any order.
class Meeting {
 public:
  explicit Meeting(const std::vector<Write>& writes) : m_count(writes.size()) {
    store::Repository::create(m_folder.path + "/origin",
                              {{"crm.yaml", "format: 1\n"}, {box_schema, box_type("Box")}},
                              store::message("Make the store"), store::alice);
    for (std::size_t i = 0; i < m_count; ++i) {
      auto writer = clone("main");
      auto who = store::alice;
      who.time += writes[i].at;
      writer.begin(5s).commit(writes[i].changes, {"Write", "", {{"Crm-Batch", "0123456789abcdef"}}}, who);
      git("origin", "fetch -q " + writer.root() + " main:" + branch(i));
    }
  }

  /// What the schema is when they have met one after the other, and together in two groups.
  std::vector<std::string> outcomes() {
    std::vector<std::size_t> order(m_count);
    std::iota(order.begin(), order.end(), 0U);
    std::vector<std::string> out;
    do {
      out.push_back(outcome(one_after_the_other(order, m_count)));
      auto halves = one_after_the_other(order, 2);
      std::rotate(order.begin(), order.begin() + 2, order.end());
      const auto other = one_after_the_other(order, m_count - 2);
      std::rotate(order.begin(), order.end() - 2, order.end());
      git(halves, "fetch -q " + other.root() + " HEAD");
      merge(halves, other.head());
      out.push_back(outcome(halves));
    } while (std::next_permutation(order.begin(), order.end()));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

 private:
  static std::string branch(std::size_t writer) { return "writer-" + std::to_string(writer); }

  void git(const std::string& where, const std::string& words) const {
    REQUIRE(store::run("git -C " + m_folder.path + "/" + where + " " + words).code == 0);
  }
  static void git(const store::Repository& repository, const std::string& words) {
    REQUIRE(store::run("git -C " + repository.root() + " " + words).code == 0);
  }

  store::Repository clone(const std::string& branch) {
    const auto name = std::to_string(m_clones++);
    REQUIRE(store::run("git -C " + m_folder.path + " clone -q --branch " + branch + " origin " + name).code ==
            0);
    return store::Repository::open(m_folder.path + "/" + name);
  }

  static void merge(store::Repository& repository, const store::Oid& theirs) {
    auto transaction = repository.begin(5s);
    apply(transaction, plan_merge(repository, repository.head(), theirs));
  }

  store::Repository one_after_the_other(const std::vector<std::size_t>& order, std::size_t count) {
    auto out = clone(branch(order.front()));
    for (std::size_t i = 1; i < count; ++i)
      merge(out, out.refs("refs/remotes/origin/" + branch(order[i])).at(0).second);
    return out;
  }

  /// The schema's title, and where the records are that are not in its folder at the beginning.
  static std::string outcome(const store::Repository& repository) {
    const auto text = repository.read(repository.head(), box_schema);
    if (!text) return "none";
    std::string out = text->substr(text->find("title: "), text->find("\ntype:") - text->find("title: "));
    repository.each(repository.head(), "", [&](std::string_view path, const store::Oid& blob) {
      const auto record = store::parse_record_path(path);
      if (record && record->folder != "boxes")
        out += "\n" + std::string(path) + " " + repository.blob(blob).substr(28, 5);
    });
    return out;
  }

  store::ScratchFolder m_folder;
  std::size_t m_count, m_clones = 0;
};

const store::Change nails{
    box, "id: 7f3k2m9qxv0tbn4c\nlabel: Nails\ncrm:\n  created: 2026-01-01T00:00:00.000Z alice@desk\n"};
const Write deleted{{{box_schema, std::nullopt}}, 100s}, filled{{nails}, 1s},
    edited{{{box_schema, box_type("Crate")}}, 50s}, edited_before{{{box_schema, box_type("Chest")}}, 20s},
    edited_after{{{box_schema, box_type("Trunk")}}, 200s};

using Outcomes = std::vector<std::string>;

TEST_CASE("a schema stays where another device has records of it, whoever meets whom first", "[merge]") {
  CHECK(Meeting({deleted, filled}).outcomes() == Outcomes{"title: Box"});
  CHECK(Meeting({deleted, filled, edited}).outcomes() == Outcomes{"title: Crate"});
  CHECK(Meeting({deleted, filled, edited, edited_before}).outcomes() == Outcomes{"title: Crate"});
}

TEST_CASE("records move to the folder of the schema that counts, whoever meets whom first", "[merge]") {
  const auto labelled = [](std::string label, const std::string& folder, const std::string& id) {
    return store::Change{store::record_path(folder, id),
                         "id: " + id + "\nlabel: " + label +
                             "\ncrm:\n  created: 2026-01-01T00:00:00.000Z alice@desk\n"};
  };
  const std::string nails_id = "7f3k2m9qxv0tbn4c", screws_id = "8f3k2m9qxv0tbn4c";
  const Write crates{{{box_schema, box_type("Crate", "crates")}, labelled("Screws", "crates", screws_id)},
                     50s},
      trunks{{{box_schema, box_type("Trunk", "trunks")}}, 100s};
  const std::string at_last =
      "title: Trunk\ntrunks/7f/" + nails_id + ".yaml Nails\ntrunks/8f/" + screws_id + ".yaml Screw";
  CHECK(Meeting({filled, crates}).outcomes() ==
        Outcomes{"title: Crate\ncrates/7f/" + nails_id + ".yaml Nails\ncrates/8f/" + screws_id +
                 ".yaml Screw"});
  CHECK(Meeting({filled, crates, trunks}).outcomes() == Outcomes{at_last});
  CHECK(Meeting({filled, crates, trunks, edited}).outcomes() == Outcomes{at_last});
}

TEST_CASE("two types that come to want one folder are not merged, whoever meets whom", "[merge]") {
  std::string chest = box_type("Chest", "crates");
  chest.replace(chest.find("type: box"), 9, "type: chest");
  const Write crates{{{box_schema, box_type("Crate", "crates")}}, 50s},
      chests{{{"schemas/chest.yaml", chest}}, 20s};
  CHECK_THROWS_AS(Meeting({crates, chests}).outcomes(), base::Error);
  CHECK_THROWS_AS(Meeting({chests, filled, crates}).outcomes(), base::Error);
  CHECK(Meeting({filled, chests}).outcomes() == Outcomes{"title: Box"});
}

TEST_CASE("a schema that no record needs goes, unless it was changed later", "[merge]") {
  CHECK(Meeting({deleted, edited, edited_before}).outcomes() == Outcomes{"none"});
  CHECK(Meeting({deleted, edited, edited_after}).outcomes() == Outcomes{"title: Trunk"});
}

} // namespace
} // namespace crm::sync
