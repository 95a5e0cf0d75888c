#include "store/scratch_store.hpp"

#include "codec/schema.hpp"
#include "sync/incoming.hpp"

#include <algorithm>
#include <functional>

namespace crm::sync {
namespace {

using store::Oid;

const std::string ada_id = "7f3k2m9qxv0tbn4c", eve_id = "7f00000000000000";
const std::string ada_file = ada_id + ".yaml", eve_file = eve_id + ".yaml";

/// SHA-256 of "x".
const std::string x_sum = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

std::string record(const std::string& id, const std::string& more = "") {
  return "id: " + id + "\nname: Somebody\n" + more +
         "crm:\n  created: 2026-01-01T00:00:00.000Z alice@front-desk\n";
}

std::string schema_text(const std::string& type) {
  for (const auto& each : codec::embedded_schemas())
    if (each.type == type) return std::string(each.text);
  FAIL("no schema " << type);
  return "";
}

struct Entry {
  std::string mode, name;
  Oid id;
};
using Entries = std::vector<Entry>;
enum class Order { Git, AsGiven };

/// A sound store, and hostile trees made past every check of git's.
struct Shop {
  Shop()
      : repository(store::Repository::create(folder.path + "/store",
                                             {{"crm.yaml", "format: 1\n"},
                                              {"schemas/contact.yaml", schema_text("contact")},
                                              {"schemas/task.yaml", schema_text("task")},
                                              {".gitattributes", "*.yaml -text merge=crm\n"},
                                              {"contacts/7f/" + ada_file, record(ada_id)}},
                                             store::message("Make the store"), store::alice)) {}

  Oid object(const std::string& type, const std::string& bytes) const {
    store::spill(folder.path + "/object", bytes);
    const auto made = store::run("git -C " + repository.root() + " hash-object -w --literally -t " + type +
                                 " " + folder.path + "/object");
    REQUIRE(made.code == 0);
    return made.output.substr(0, 40);
  }
  Oid blob(const std::string& text) const { return object("blob", text); }
  Oid tree(Entries entries, Order order = Order::Git) const {
    const auto key = [](const Entry& each) { return each.name + (each.mode == "40000" ? "/" : ""); };
    if (order == Order::Git)
      std::stable_sort(entries.begin(), entries.end(),
                       [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
    std::string bytes;
    for (const auto& each : entries) {
      bytes += each.mode + " " + each.name + '\0';
      for (std::size_t i = 0; i < each.id.size(); i += 2)
        bytes += static_cast<char>(std::stoi(each.id.substr(i, 2), nullptr, 16));
    }
    return object("tree", bytes);
  }
  Entry file(const std::string& name, const std::string& text) const { return {"100644", name, blob(text)}; }
  Entry dir(const std::string& name, const Entries& entries) const { return {"40000", name, tree(entries)}; }

  Entries top() const {
    return {file("crm.yaml", "format: 1\n"), file(".gitattributes", "*.yaml -text merge=crm\n"),
            dir("schemas",
                {file("contact.yaml", schema_text("contact")), file("task.yaml", schema_text("task"))})};
  }
  /// The sound store with these beside Ada, beside her folder, or beside that of all contacts.
  Oid beside_ada(const Entries& more) const {
    Entries all = more;
    all.push_back(file(ada_file, record(ada_id)));
    return in_contacts({dir("7f", all)});
  }
  Oid in_contacts(const Entries& entries) const { return at_top({dir("contacts", entries)}); }
  Oid at_top(const Entries& more) const {
    Entries all = top();
    all.insert(all.end(), more.begin(), more.end());
    return tree(all);
  }
  Oid contact(const std::string& text) const { return beside_ada({file(eve_file, text)}); }
  Oid attachments(const std::string& name, const Entries& entries) const {
    return at_top({dir("attachments", {dir(name, entries)})});
  }
  Oid schemas(const Entries& entries) const {
    return tree({file("crm.yaml", "format: 1\n"), dir("schemas", entries)});
  }

  store::ScratchFolder folder;
  store::Repository repository;
};

std::string told(const std::vector<core::Problem>& problems) {
  std::string out;
  for (const auto& each : problems)
    out += core::to_text(each) + "\n";
  return out;
}

const std::string link = "120000", sub = "160000", file = "100644";
const Oid nowhere(40, 'a');

struct Case {
  std::string what;
  std::function<Oid(const Shop&)> make;
  std::string path, why;
};

std::vector<Case> cases() {
  const std::string fan = "contacts/7f/";
  const auto beside = [](const std::string& mode, const std::string& name) {
    return [=](const Shop& s) { return s.beside_ada({{mode, name, s.blob(record(eve_id))}}); };
  };
  const auto on_top = [](const std::string& mode, const std::string& name) {
    return [=](const Shop& s) { return s.at_top({{mode, name, s.blob("x")}}); };
  };
  const auto contact = [](const std::string& text) { return [=](const Shop& s) { return s.contact(text); }; };
  const auto with = [](const std::string& more) {
    return [=](const Shop& s) { return s.contact(record(eve_id, more)); };
  };
  const auto crm = [](const std::string& block) {
    return [=](const Shop& s) { return s.contact("id: " + eve_id + "\nname: Eve\ncrm:\n" + block); };
  };
  std::string deep_yaml = "x:\n", wide = "a", long_name(201, 'a');
  for (int i = 1; i < 40; ++i)
    deep_yaml += std::string(static_cast<std::size_t>(i), ' ') + "x:\n";
  return {
      {"a symbolic link", beside(link, eve_file), fan + eve_file, "symbolic link"},
      {"a symbolic link as a folder", on_top(link, "notes"), "notes", "symbolic link"},
      {"a submodule", beside(sub, "module"), fan + "module", "submodule"},
      {"an executable", beside("100755", eve_file), fan + eve_file, "executable"},
      {"an old group-writable mode", beside("100664", eve_file), fan + eve_file, "100664"},
      {"a mode that is none", beside("777", eve_file), fan + eve_file, "777"},
      {"a padded folder mode",
       [](const Shop& s) {
         return s.at_top({{"040000", "contacts", s.tree({})}});
       },
       "contacts", "040000"},
      {".git", on_top(file, ".git"), ".git", "git's own"},
      {".GIT as a folder", [](const Shop& s) { return s.at_top({s.dir(".GIT", {s.file("config", "x")})}); },
       ".GIT", "git's own"},
      {"git~1", on_top(file, "git~1"), "git~1", "git's own"},
      {".git with a dot behind it", on_top(file, ".git."), ".git.", "git's own"},
      {".git with an invisible character", on_top(file, ".g\u200cit"), ".g", "git's own"},
      {".git as a stream", on_top(file, ".git::$INDEX_ALLOCATION"), ".git::$INDEX_ALLOCATION", "git's own"},
      {".gitmodules", on_top(file, ".gitmodules"), ".gitmodules", "no file of a store"},
      {".gitattributes further down", beside(file, ".gitattributes"), fan + ".gitattributes", "no record"},
      {"..", on_top(file, ".."), "..", "leads out"},
      {". as a folder", [](const Shop& s) { return s.at_top({s.dir(".", {s.file("x", "x")})}); }, ".",
       "leads out"},
      {"an absolute name", on_top(file, "/etc/passwd"), "/etc/passwd", "\"/\" in its name"},
      {"a name with folders in it", on_top(file, "contacts/7f/x"), "contacts/7f/x", "\"/\" in its name"},
      {"a name that leads out in steps", beside(file, "../../../x"), fan + "../../../x", "\"/\" in its name"},
      {"no name", on_top(file, ""), "", "has no name"},
      {"a newline in a name", beside(file, "a\nb.yaml"), fan + "a\\nb.yaml", "cannot be seen"},
      {"an escape in a name", beside(file, "\033[2J.yaml"), fan + "\\x1b[2J.yaml", "cannot be seen"},
      {"writing turned around in a name", beside(file, "a\u202elmay.exe"), fan + "a\\u202elmay.exe",
       "cannot be seen"},
      {"a name that is no UTF-8", beside(file, "\xff\xfe.yaml"), fan, "no UTF-8"},
      {"a space in a name", beside(file, "a b.yaml"), fan + "a b.yaml", "only letters"},
      {"a backslash in a name", beside(file, "..\\x.yaml"), fan + "..\\x.yaml", "only letters"},
      {"a very long name", beside(file, long_name), fan, "longer than 200"},
      {"one of our temporary files", beside(file, ".crm-tmp-" + eve_file), fan + ".crm-tmp-", "temporary"},
      {"a name in two cases",
       [](const Shop& s) {
         return s.at_top({s.dir("Contacts", {}), s.dir("contacts", {})});
       },
       "contacts", "only in case"},
      {"a name twice",
       [](const Shop& s) { return s.beside_ada({s.file(ada_file, record(ada_id, "org: Other\n"))}); },
       fan + ada_file, "there twice"},
      {"a file and a folder of one name",
       [](const Shop& s) {
         return s.at_top({s.dir("contacts", {}), s.file("contacts", "x")});
       },
       "contacts", "there twice"},
      {"entries out of order",
       [](const Shop& s) {
         auto all = s.top();
         std::reverse(all.begin(), all.end());
         return s.tree(all, Order::AsGiven);
       },
       ".gitattributes", "git's order"},
      {"a tree that is no tree",
       [](const Shop& s) {
         return s.at_top({{"40000", "contacts", s.object("tree", "100644 half")}});
       },
       "contacts", "no list of files"},
      {"a tree whose last id is cut off",
       [](const Shop& s) {
         return s.at_top({{"40000", "contacts", s.object("tree", std::string("100644 x\0abc", 12))}});
       },
       "contacts", "no list of files"},
      {"too deep",
       [](const Shop& s) { return s.in_contacts({s.dir("7f", {s.dir("aa", {s.file("x.yaml", "x")})})}); },
       fan + "aa", "no folder of a store"},
      {"a folder that is a file",
       [](const Shop& s) {
         return s.at_top({{"40000", "contacts", s.blob("x")}});
       },
       "contacts", "called a folder"},
      {"a file that is a folder",
       [](const Shop& s) {
         return s.beside_ada({{file, eve_file, s.tree({})}});
       },
       fan + eve_file, "called a file"},
      {"a file that is a commit",
       [](const Shop& s) {
         return s.beside_ada({{file, eve_file, s.repository.head()}});
       },
       fan + eve_file, "called a file"},
      {"a blob that did not come",
       [](const Shop& s) {
         return s.beside_ada({{file, eve_file, nowhere}});
       },
       fan + eve_file, "did not come"},
      {"a tree that did not come",
       [](const Shop& s) {
         return s.at_top({{"40000", "contacts", nowhere}});
       },
       "contacts", "did not come"},
      {"an unknown folder",
       [](const Shop& s) { return s.at_top({s.dir("hooks", {s.file("post-merge", "x")})}); }, "hooks",
       "no folder of a store"},
      {"an unknown file", on_top(file, "Makefile"), "Makefile", "no file of a store"},
      {"a record that lies too high",
       [](const Shop& s) { return s.in_contacts({s.file(eve_file, record(eve_id))}); },
       "contacts/" + eve_file, "it would belong to contacts/7f/"},
      {"a record in another id's folder",
       [](const Shop& s) { return s.in_contacts({s.dir("8g", {s.file(eve_file, record(eve_id))})}); },
       "contacts/8g/" + eve_file, "it would belong to contacts/7f/"},
      {"a fan-out folder that is none", [](const Shop& s) { return s.in_contacts({s.dir("7fx", {})}); },
       "contacts/7fx", "first two characters"},
      {"a fan-out folder in capitals", [](const Shop& s) { return s.in_contacts({s.dir("7F", {})}); },
       "contacts/7F", "first two characters"},
      {"a file that is no record", beside(file, "notes.txt"), fan + "notes.txt", "is no record"},
      {"an id in capitals", beside(file, "7F00000000000000.yaml"), fan + "7F00000000000000.yaml",
       "is no record"},
      {"an id that is not the file's name", contact(record(ada_id)), fan + eve_file, "id"},
      {"no YAML", contact("name: [\n"), fan + eve_file, ""},
      {"bytes that are no text", contact(std::string("name: \0\xff", 8)), fan + eve_file, ""},
      {"an alias bomb", contact("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n" + record(eve_id)),
       fan + eve_file, "anchor"},
      {"very deep YAML", contact(deep_yaml + record(eve_id)), fan + eve_file, ""},
      {"a required field that is missing",
       contact("id: " + eve_id + "\ncrm:\n  created: 2026-01-01T00:00:00.000Z alice@a\n"), fan + eve_file,
       "name"},
      {"a field of the wrong kind", with("emails: 7\n"), fan + eve_file, "emails"},
      {"no provenance", contact("id: " + eve_id + "\nname: Eve\n"), fan + eve_file, "crm"},
      {"a stamp that is none", crm("  created: yesterday\n"), fan + eve_file, "crm.created"},
      {"a stamp of a year that cannot be", crm("  created: 9999-01-01T00:00:00.000Z eve@a\n"), fan + eve_file,
       "crm.created"},
      {"unknown provenance", crm("  created: 2026-01-01T00:00:00.000Z eve@a\n  owner: eve\n"), fan + eve_file,
       "crm.owner"},
      {"a schema that is no schema",
       [](const Shop& s) { return s.schemas({s.file("contact.yaml", "type: 7\n")}); }, "schemas/contact.yaml",
       ""},
      {"a schema of another type",
       [](const Shop& s) { return s.schemas({s.file("contact.yaml", schema_text("task"))}); },
       "schemas/contact.yaml", "as the file's name says"},
      {"a schema that is gone while its records stay",
       [](const Shop& s) {
         return s.tree({s.file("crm.yaml", "format: 1\n"),
                        s.dir("schemas", {s.file("task.yaml", schema_text("task"))}),
                        s.dir("contacts", {s.dir("7f", {s.file(ada_file, record(ada_id))})})});
       },
       "contacts", "no schema has its records"},
      {"two types in one folder",
       [](const Shop& s) {
         auto other = schema_text("task");
         other.replace(other.find("folder: tasks"), 13, "folder: contacts");
         return s.schemas({s.file("contact.yaml", schema_text("contact")), s.file("task.yaml", other)});
       },
       "schemas/task.yaml", "wants the folder"},
      {"an attachment that is not what its name says",
       [](const Shop& s) { return s.attachments("2d", {s.file(x_sum, "y")}); }, "attachments/2d/" + x_sum,
       "SHA-256 of something else"},
      {"an attachment in another one's folder",
       [](const Shop& s) { return s.attachments("2e", {s.file(x_sum, "x")}); }, "attachments/2e/" + x_sum,
       "no attachment"},
      {"an attachment with a name of its own",
       [](const Shop& s) { return s.attachments("2d", {s.file("form.pdf", "x")}); },
       "attachments/2d/form.pdf", "no attachment"},
      {"an attachment in capitals", [](const Shop& s) { return s.attachments("2D", {s.file(x_sum, "x")}); },
       "attachments/2D", "first two digits"},
      {"an attachment that can be run",
       [](const Shop& s) {
         return s.attachments("2d", {{"100755", x_sum, s.blob("x")}});
       },
       "attachments/2d/" + x_sum, "executable"},
      {"an attachment that did not come",
       [](const Shop& s) {
         return s.attachments("2d", {{file, x_sum, nowhere}});
       },
       "attachments/2d/" + x_sum, "did not come"},
      {"a file beside the attachments' folders",
       [](const Shop& s) { return s.at_top({s.dir("attachments", {s.file(x_sum, "x")})}); },
       "attachments/" + x_sum, "no attachment"},
      {"folders below the attachments' folders",
       [](const Shop& s) { return s.attachments("2d", {s.dir("2d", {})}); }, "attachments/2d/2d",
       "no folder of a store"},
      {"a folder among the schemas", [](const Shop& s) { return s.schemas({s.dir("old", {})}); },
       "schemas/old", "no folder of a store"},
      {"something else among the schemas", [](const Shop& s) { return s.schemas({s.file("run.sh", "x")}); },
       "schemas/run.sh", "no schema"},
      {"a policy that is no YAML",
       [](const Shop& s) { return s.at_top({s.dir("policy", {s.file("roles.yaml", "a: [\n")})}); },
       "policy/roles.yaml", ""},
      {"a store without its settings", [](const Shop& s) { return s.tree({s.dir("contacts", {})}); },
       "crm.yaml", "is missing"},
      {"settings of a newer format",
       [](const Shop& s) { return s.tree({s.file("crm.yaml", "format: 2\n")}); }, "crm.yaml", "newer"},
      {"settings that are a folder", [](const Shop& s) { return s.tree({s.dir("crm.yaml", {})}); },
       "crm.yaml", "must be a file"},
      {"a filter over every record",
       [](const Shop& s) {
         return s.tree({s.file("crm.yaml", "format: 1\n"), s.file(".gitattributes", "* filter=lfs\n")});
       },
       ".gitattributes", "filter"},
  };
}

} // namespace

TEST_CASE("a sound store is taken as it is, whole and in part", "[incoming]") {
  Shop shop;
  REQUIRE(told(check_incoming(shop.repository, shop.repository.head(), "")).empty());
  REQUIRE(check_incoming(shop.repository, shop.repository.head(), shop.repository.head()).empty());
  const auto more = shop.contact(record(eve_id, "emails:\n  - eve@example.com\nx-new: kept\n"));
  REQUIRE(told(check_incoming(shop.repository, more, shop.repository.head())).empty());
  REQUIRE(told(check_incoming(shop.repository, shop.tree(shop.top()), shop.repository.head())).empty());
}

TEST_CASE("an attachment is taken as it is when it is what its name says", "[incoming]") {
  Shop shop;
  const auto theirs = shop.attachments("2d", {shop.file(x_sum, "x")});
  REQUIRE(told(check_incoming(shop.repository, theirs, "")).empty());
  REQUIRE(told(check_incoming(shop.repository, theirs, shop.repository.head())).empty());
}

TEST_CASE("every store that crm init makes is one that another device takes", "[incoming]") {
  store::ScratchFolder folder;
  std::vector<store::Change> files{{"crm.yaml", "format: 1\n"}};
  for (const auto& [type, text] : codec::embedded_schemas())
    files.push_back({"schemas/" + std::string(type) + ".yaml", std::string(text)});
  const auto repository = store::Repository::create(folder.path + "/store", files,
                                                    store::message("Make the store"), store::alice);
  REQUIRE(told(check_incoming(repository, repository.head(), "")).empty());
}

TEST_CASE("what no store would hold is refused by name", "[incoming][hostile]") {
  Shop shop;
  const auto all = cases();
  REQUIRE(all.size() > 60);
  for (const auto& each : all) {
    const auto theirs = each.make(shop);
    for (const auto& known : {Oid(), shop.repository.head()}) {
      const auto problems = check_incoming(shop.repository, theirs, known);
      INFO(each.what << (known.empty() ? ", all of it" : ", what is new") << ":\n" << told(problems));
      CHECK(std::any_of(problems.begin(), problems.end(), [&](const core::Problem& problem) {
        return problem.file.starts_with(each.path) &&
               core::to_text(problem).find(each.why) != std::string::npos;
      }));
      CHECK(told(problems).find('\033') == std::string::npos);
      CHECK(told(problems).find("\u202e") == std::string::npos);
    }
  }
}

TEST_CASE("what is larger, deeper or more than the limits is refused", "[incoming][hostile]") {
  Shop shop;
  const auto theirs = shop.contact(record(eve_id, "notes: " + std::string(1000, 'x') + "\n"));
  const auto why = [&](Limits limits) { return told(check_incoming(shop.repository, theirs, "", limits)); };
  REQUIRE(why({.size = 500}).find("contacts/7f/" + eve_file + ": has") != std::string::npos);
  REQUIRE(why({.other_size = 100}).find("schemas/contact.yaml: has") != std::string::npos);
  REQUIRE(why({.files = 5}).find("more than 5 files") != std::string::npos);
  REQUIRE(why({.depth = 1}).find("contacts/7f: is more than 1 folders deep") != std::string::npos);

  Entries many;
  for (int i = 0; i < 50; ++i)
    many.push_back(shop.file("x" + std::to_string(i), "x"));
  const auto problems =
      check_incoming(shop.repository, shop.beside_ada(many), shop.repository.head(), {.problems = 7});
  REQUIRE(problems.size() == 7);
}

TEST_CASE("a folder that names itself a million times is not walked to its end", "[incoming][hostile]") {
  Shop shop;
  // 200 × 200 × 200 names of one small tree.
  Entries level{shop.file(eve_file, record(eve_id))};
  for (int depth = 0; depth < 3; ++depth) {
    const auto below = shop.tree(level);
    level.clear();
    for (int i = 0; i < 200; ++i)
      level.push_back({"40000", "n" + std::to_string(i), below});
  }
  const auto problems = check_incoming(shop.repository, shop.at_top({shop.dir("contacts", level)}), "");
  REQUIRE(problems.size() == Limits().problems);
}

TEST_CASE("what both have is not looked at again", "[incoming]") {
  Shop shop;
  // Ours already, however it came: it must not keep a device from getting what is new.
  const auto odd = shop.beside_ada({shop.file("notes.txt", "x")});
  const auto newer = shop.beside_ada({shop.file("notes.txt", "x"), shop.file(eve_file, record(eve_id))});
  REQUIRE(told(check_incoming(shop.repository, newer, odd)).empty());
  REQUIRE_FALSE(check_incoming(shop.repository, newer, shop.repository.head()).empty());
}

TEST_CASE("a record is judged by the schema that came with it", "[incoming]") {
  Shop shop;
  auto newer = schema_text("contact");
  newer.replace(newer.find("required: [name]"), 16, "required: [name, org]");
  const auto tree = [&](const std::string& more) {
    return shop.tree({shop.file("crm.yaml", "format: 1\n"),
                      shop.dir("schemas", {shop.file("contact.yaml", newer)}),
                      shop.dir("contacts", {shop.dir("7f", {shop.file(eve_file, record(eve_id, more))})})});
  };
  REQUIRE(told(check_incoming(shop.repository, tree("org: Eve Ltd\n"), shop.repository.head())).empty());
  REQUIRE(told(check_incoming(shop.repository, tree(""), shop.repository.head())).find("org") !=
          std::string::npos);
}

TEST_CASE("a head that is no commit and no tree is not found", "[incoming]") {
  Shop shop;
  for (const auto& id : {nowhere, shop.blob("x"), Oid("main")})
    REQUIRE(store::error_of([&] { (void)check_incoming(shop.repository, id, ""); }).kind ==
            base::Kind::NotFound);
}

} // namespace crm::sync
