// Commits and refs that are in no history.
#include "store/git_error.hpp"
#include "store/message.hpp"
#include "store/objects.hpp"
#include "store/paths.hpp"
#include "store/repository_impl.hpp"
#include "store/tree_build.hpp"
#include "store/tree_walk.hpp"

#include <algorithm>

namespace crm::store {

std::vector<std::pair<std::string, Oid>> Repository::refs(const std::string& prefix) const {
  std::vector<std::string> names;
  const auto visit = [](const char* each, void* list) {
    static_cast<std::vector<std::string>*>(list)->emplace_back(each);
    return 0;
  };
  check_git(git_reference_foreach_glob(m_impl->get(), (prefix + "*").c_str(), visit, &names), "list the refs",
            prefix);
  std::sort(names.begin(), names.end());
  std::vector<std::pair<std::string, Oid>> out;
  for (const auto& name : names) {
    git_oid id;
    git::CommitHandle commit;
    if (git_reference_name_to_id(&id, m_impl->get(), name.c_str()) == 0 &&
        git::take(commit, git_commit_lookup, m_impl->get(), &id) == 0)
      out.emplace_back(name.substr(prefix.size()), to_oid(id));
  }
  return out;
}

bool Repository::has_commit(const Oid& id) const {
  git_oid oid;
  git::CommitHandle commit;
  return git_oid_fromstr(&oid, id.c_str()) == 0 &&
         git::take(commit, git_commit_lookup, m_impl->get(), &oid) == 0;
}

Oid Repository::write_loose(const Message& message, const Signature& author) {
  const auto signature = make_signature(author);
  git::TreeBuilderHandle empty;
  check_git(git::take(empty, git_treebuilder_new, m_impl->get(), nullptr), "make a folder");
  ObjectWriter writer(m_impl->get(), m_impl->common_dir);
  return to_oid(
      writer.commit(signature.get(), format_message(message), writer.tree(empty.get()), {}, m_impl->signer));
}

Oid Repository::write_tree(const Oid& base, const std::vector<Change>& changes) const {
  ObjectWriter writer(m_impl->get(), m_impl->common_dir);
  std::vector<NewFile> files;
  for (const auto& change : changes) {
    check_path(change.path);
    if (!change.blob.empty())
      files.push_back({change.path, from_oid(change.blob)});
    else
      files.push_back(
          {change.path, change.content ? std::optional(writer.blob(*change.content)) : std::nullopt});
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return to_oid(build_tree(m_impl->get(), writer, tree_of(m_impl->get(), base).get(), files));
}

Oid Repository::write_commit(const Oid& tree, const std::vector<Oid>& parents, const Message& message,
                             const Signature& who) const {
  const auto signature = make_signature(who);
  std::vector<git_oid> ids;
  for (const auto& parent : parents)
    ids.push_back(from_oid(parent));
  ObjectWriter writer(m_impl->get(), m_impl->common_dir);
  return to_oid(writer.commit(signature.get(), format_message(message), from_oid(tree), ids));
}

} // namespace crm::store
