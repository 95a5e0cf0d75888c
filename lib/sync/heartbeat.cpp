#include "sync/heartbeat.hpp"

#include "store/transport.hpp"

#include <algorithm>

namespace crm::sync {
namespace {

constexpr std::size_t most_offers = 20, longest_offer = 200;
constexpr const char* key_trailer = "Crm-Key";

bool is_oid(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

store::Oid write_heartbeat(store::Repository& repository, const Heartbeat& beat) {
  store::Message message{"Seen: " + beat.device,
                         "",
                         {{"Crm-Device", beat.device},
                          {"Crm-Actor", beat.member},
                          {"Crm-Head", beat.head},
                          {"Crm-Clone", beat.clone}}};
  for (const auto& offer : beat.offers)
    message.trailers.emplace_back(key_trailer, offer);
  return repository.write_loose(message, {beat.member, beat.member + "@" + beat.device, beat.at});
}

std::vector<Heartbeat> heartbeats(const store::Repository& repository, const std::string& remote) {
  std::vector<Heartbeat> out;
  for (const auto& [name, id] : repository.refs(store::device_refs + remote + "/")) {
    if (!core::is_device_name(name) || out.size() == store::most_devices) continue;
    const auto commit = repository.commit(id);
    Heartbeat beat{.device = name,
                   .member = commit.trailer("Crm-Actor"),
                   .at = commit.author.time,
                   .head = commit.trailer("Crm-Head"),
                   .clone = commit.trailer("Crm-Clone"),
                   .commit = id};
    for (const auto& [trailer, value] : commit.trailers)
      if (trailer == key_trailer && value.size() <= longest_offer && beat.offers.size() < most_offers)
        beat.offers.push_back(value);
    if (core::is_name(beat.member) && is_oid(beat.head)) out.push_back(std::move(beat));
  }
  return out;
}

} // namespace crm::sync
