#include "store/remote_listing.hpp"

#include "store/folder_refs.hpp"
#include "store/remotes.hpp"
#include "store/transport_call.hpp"
#include "store/transport_trouble.hpp"

#include "base/text.hpp"
#include "core/stamp.hpp"

namespace crm::store {
namespace {

constexpr std::string_view branch_refs = "refs/heads/";
constexpr std::size_t most_branches = 20;

void add(Listing& out, std::string_view name, std::string_view id, const std::string& branch) {
  constexpr std::string_view devices = device_refs;
  if (name.starts_with(devices)) {
    const auto device = name.substr(devices.size());
    if (core::is_device_name(device) && out.devices.size() < most_devices) out.devices.emplace(device, id);
  } else if (name.starts_with(branch_refs)) {
    if (name.substr(branch_refs.size()) == branch)
      out.tip = id;
    else if (out.branches.size() < most_branches)
      out.branches.emplace_back(name.substr(branch_refs.size()));
  }
}

} // namespace

std::optional<Listing> read_listing(const RemoteUrl& url, const std::string& branch) {
  if (url.place != Place::Folder) return std::nullopt;
  const auto refs = folder_refs(url.folder, branch);
  if (!refs) return std::nullopt;
  Listing out;
  for (const auto& [name, id] : *refs)
    add(out, name, id, branch);
  return out;
}

Listing ask_listing(const Repository& repository, const Remote& remote, const std::string& branch,
                    std::chrono::seconds patience) {
  const auto url = parse_url(remote.url);
  const auto run = talk(repository.root(), url,
                        {"ls-remote", "--upload-pack=" + other_end(url).upload_pack, "--", remote.url,
                         std::string(branch_refs) + "*", std::string(device_refs) + "*"},
                        patience);
  Listing out;
  static_cast<Contact&>(out) = contact_of(run, trouble_of(run));
  if (!out.ok()) return out;
  for (const auto line : base::split(run.output, '\n'))
    if (const auto parts = base::split(line, '\t'); parts.size() == 2 && parts[0].size() == 40)
      add(out, parts[1], parts[0], branch);
  return out;
}

std::vector<std::string> news_of_devices(git_repository* here, const Listing& listing,
                                         const std::string& remote) {
  std::vector<std::string> out;
  for (const auto& [device, id] : listing.devices)
    if (const auto ref = device_refs + remote + "/" + device; id != ref_target(here, ref))
      out.push_back("+" + std::string(device_refs) + device + ":" + ref);
  return out;
}

void clear_odd_devices(git_repository* here, const std::string& remote) {
  const auto folder = device_refs + remote + "/";
  for (const auto& ref : refs_like(here, folder + "*"))
    if (!core::is_device_name(std::string_view(ref).substr(folder.size()))) remove_ref(here, ref);
}

} // namespace crm::store
