#include "store/scratch_store.hpp"

#include "codec/yaml.hpp"
#include "store/files.hpp"

namespace crm::store {

TEST_CASE("a working file may be as large as its place allows, however it is come to", "[files]") {
  const ScratchFolder folder;
  const WorkFiles files(folder.path);
  const std::string digits(62, '0');
  struct Case {
    std::vector<std::string> paths; ///< in one folder
    std::size_t most;
  };
  const auto c = GENERATE_COPY(values<Case>(
      {{{ada, record_path("contacts", "7f3k2m9qxv0tbn4d")}, codec::record_limits.bytes},
       {{attachment_path("9f" + digits), attachment_path("9f" + digits.substr(1) + "1")}, largest_attachment},
       {{"schemas/task.yaml", "schemas/visit.yaml"}, largest_other_file}}));
  for (const std::size_t more : {0, 1}) {
    for (const auto& path : c.paths)
      spill(folder.path + "/" + path, std::string(c.most + more, 'x'));
    const WorkFiles::Staying stay(files);
    for (const auto& path : c.paths) {
      INFO(path);
      const auto seen = files.look(path);
      REQUIRE((seen.what == Seen::What::File) == (more == 0));
      REQUIRE(seen.content.size() == (more == 0 ? c.most : 0));
    }
  }
}

} // namespace crm::store
