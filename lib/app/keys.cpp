#include "app/keys.hpp"

#include "app/last_owner.hpp"
#include "app/refusal.hpp"
#include "app/resolve.hpp"
#include "base/text.hpp"
#include "store/device_keys.hpp"
#include "store/paths.hpp"
#include "store/ssh_signature.hpp"
#include "store/standstill.hpp"
#include "store/transport.hpp"
#include "sync/authority.hpp"
#include "sync/heartbeat.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

namespace crm::app {
namespace {

constexpr const char* keys_field = "keys";

store::Signer signer_of(store::SecretKey key) {
  auto shared = std::make_shared<const store::SecretKey>(std::move(key));
  return [shared](std::string_view payload) { return store::ssh_sign(*shared, payload); };
}

bool is_allowed(const std::vector<store::AllowedKey>& allowed, const store::PublicKey& key,
                const std::string& member, const std::string& device) {
  return std::any_of(allowed.begin(), allowed.end(), [&](const auto& each) {
    return each.key == key && each.member == member && each.device == device;
  });
}

std::string described(const KeyRequest& request) {
  return fmt::format("{} on {}  {}", request.member, request.device, request.fingerprint);
}

KeyRequest given_key(const ApproveRequest& request) {
  const auto key = store::parse_public_key(request.public_key);
  if (!key)
    throw base::Error(base::Kind::Usage,
                      "that is no public key: it must be ed25519, as `crm whoami` shows it",
                      "`crm member approve bob --device tablet-2 --key \"ssh-ed25519 AAAA…\"`");
  if (!core::is_device_name(request.device))
    throw base::Error(base::Kind::Usage, "which device is that key on?",
                      "say it with --device, like tablet-2");
  return {request.who, request.device, store::fingerprint(*key), *key, std::nullopt};
}

KeyRequest asked_for(Workspace& workspace, const std::string& who) {
  const auto all = key_requests(workspace);
  std::vector<KeyRequest> meant;
  constexpr std::size_t shortest = 8; // a fingerprint's beginning that nobody hits by chance
  const bool by_key = who.starts_with("SHA256:") || who.size() >= shortest;
  for (const auto& each : all)
    if (each.member == who ||
        (by_key && (each.fingerprint.starts_with(who) || each.fingerprint.starts_with("SHA256:" + who))))
      meant.push_back(each);
  std::vector<std::string> lines;
  for (const auto& each : meant.empty() ? all : meant)
    lines.push_back("  " + described(each));
  if (meant.empty())
    throw base::Error(base::Kind::NotFound,
                      "no key waits for approval as \"" + base::printable(who) + "\"" +
                          (lines.empty() ? "" : "; these do:\n" + base::join(lines, "\n")),
                      "the other device shows its key with `crm whoami`, and asks with `crm sync`; "
                      "here `crm sync` hears of it");
  if (meant.size() > 1)
    throw base::Error(base::Kind::Ambiguous,
                      "\"" + base::printable(who) + "\" has several keys that wait:\n" +
                          base::join(lines, "\n"),
                      "name the fingerprint that the device shows with `crm whoami`");
  return meant.front();
}

/// Approves another key by the name and the key that this device has; false where it may not.
bool vouch_for(Workspace& workspace, const std::string& member, const std::string& device,
               const store::PublicKey& key) {
  if (!identity(workspace).approved) return false;
  try {
    approve_key(workspace, {member, store::to_line(key), device});
    return true;
  } catch (const base::Error&) { // it may not: then somebody else decides
    return false;
  }
}

std::optional<index::Row> member_row(Workspace& workspace, const std::string& member) {
  return workspace.with_index([&](index::Index& index) { return index.by_key("member", member); });
}

/// Whoever writes by `crm as`, or CRM_MEMBER, may not be there when the next sync tells it.
void tell_of_waiting(Workspace& workspace) {
  const auto& member = workspace.member();
  const auto& repository = workspace.repository();
  if (member == repository.config("crm.member") || store::remotes(repository).empty()) return;
  const auto who = identity_of(workspace, member);
  if (!who.keeps_keys || who.approved || who.revoked) return;
  workspace.warn(
      fmt::format("the key of {} on {} is not approved yet: what {} writes here stays here until an "
                  "owner does `{}`",
                  member, who.device, member, command_to_approve(workspace, who)));
}

bool was_revoked_here(Workspace& workspace, const store::PublicKey& key) {
  const auto row = member_row(workspace, workspace.member());
  return row && is_revoked(workspace.found(*row).record, key);
}

/// As `crm init` and `crm join` have it.
void sign_by_hand_as(store::Repository& repository, const std::string& member, const std::string& device) {
  repository.set_config("user.name", member);
  repository.set_config("user.email", member + "@" + device);
  store::configure_signing(repository, member);
}

} // namespace

std::string key_line(const store::PublicKey& key, const std::string& device) {
  return store::to_line(key, device);
}

std::vector<std::string> approved_devices(const core::Record& member) {
  std::vector<std::string> out;
  if (const auto* lines = member.get(keys_field).if_list(); lines != nullptr && member.type == "member")
    for (const auto& line : *lines)
      out.push_back(line.string_or_empty().substr(line.string_or_empty().rfind(' ') + 1));
  return out;
}

bool is_revoked(const core::Record& member, const store::PublicKey& key) {
  const auto* lines = member.get("revoked").if_list();
  const auto print = store::fingerprint(key);
  return lines != nullptr && std::any_of(lines->begin(), lines->end(), [&](const auto& line) {
           return line.string_or_empty().starts_with(print);
         });
}

std::vector<std::string> believed_devices(const core::Record& member) {
  std::vector<std::string> out;
  const auto* lines = member.get(keys_field).if_list();
  for (const auto& line : lines != nullptr ? *lines : core::List{}) {
    const auto& text = line.string_or_empty();
    if (const auto key = store::parse_public_key(text); key && !is_revoked(member, *key))
      out.push_back(text.substr(text.rfind(' ') + 1));
  }
  return out;
}

bool is_revoked_on(Workspace& workspace, const std::string& member, const std::string& device) {
  const auto row = member_row(workspace, member);
  if (!row) return false;
  const auto record = workspace.found(*row).record;
  const auto has = [&](const std::vector<std::string>& devices) {
    return std::find(devices.begin(), devices.end(), device) != devices.end();
  };
  return has(approved_devices(record)) && !has(believed_devices(record));
}

void refresh_signers(const store::Repository& repository) {
  const auto keys = sync::keys_at(repository, repository.head());
  if (!keys.empty()) store::write_allowed_signers(repository, store::allowed_signers(keys));
}

store::PublicKey ensure_key(store::Repository& repository, base::Environment& env, const std::string& member,
                            const std::string& device) {
  const store::DeviceKeys keys(repository.private_dir());
  if (const auto key = keys.load(member)) return key->public_key();
  const auto key = store::SecretKey::random(env);
  if (keys.keep(member, device, key, env)) return key.public_key();
  return keys.load(member).value().public_key(); // another process was first
}

std::string become_device(Workspace& workspace, const std::string& name) {
  auto& repository = workspace.repository();
  const store::DeviceKeys keys(repository.private_dir());
  const auto copied = keys.list();
  std::vector<std::string> waiting, commands;
  for (const auto& [member, key] : copied) {
    // On the disk before it is vouched for, and the old one stays until then: a key that is lost cannot be
    // vouched for again.
    const auto fresh = keys.prepare(member, name, workspace.env());
    if (!vouch_for(workspace, member, name, fresh.public_key()))
      waiting.push_back(member), commands.push_back("`crm member approve " + member + "`");
  }
  workspace.rename_device(name);
  keys.put_in_place(name);
  if (copied.empty()) return "this one is " + name + " from now on";
  if (waiting.empty())
    return fmt::format("this one is {} from now on, with a key of its own that the one it had vouches for",
                       name);
  const auto who = base::join(waiting, " and ");
  return fmt::format("this one is {} from now on, with {}; an owner approves {} on another device: {}; until "
                     "then what {} here waits here",
                     name, copied.size() == 1 ? "a key of its own" : "keys of its own",
                     waiting.size() == 1 ? "that of " + who : "those of " + who, base::join(commands, ", "),
                     waiting.size() == 1 ? who + " writes" : "they write");
}

store::Transaction begin_writing(Workspace& workspace) {
  auto& repository = workspace.repository();
  store::check_standstill(repository);
  const store::DeviceKeys keys(repository.private_dir());
  keys.put_in_place(workspace.device()); // where become_device() was killed before it did
  auto key = keys.load(workspace.member());
  if (!key && !sync::keys_at(repository, repository.head()).empty()) {
    const auto known = member_row(workspace, workspace.member());
    if (!known || known->deleted)
      throw base::Error(base::Kind::Denied, "the store has no member \"" + workspace.member() + "\"",
                        "`crm member list` shows those there are");
    ensure_key(repository, workspace.env(), workspace.member(), workspace.device());
    key = keys.load(workspace.member());
  }
  if (key && was_revoked_here(workspace, key->public_key()))
    throw base::Error(base::Kind::Denied,
                      workspace.member() + "'s key on this device was revoked: nothing that it signs counts",
                      "what is written here is safe; an owner can adopt what had not been synced: `crm audit "
                      "quarantine`, there\nfor a device that came back: `crm join` into a new folder");
  if (!repository.is_prepared()) repository.prepare(); // a `git clone`
  if (key && repository.config("user.signingkey").empty()) {
    sign_by_hand_as(repository, workspace.member(), workspace.device());
    refresh_signers(repository);
  }
  if (key) repository.sign_with(signer_of(std::move(*key)));
  tell_of_waiting(workspace);
  return repository.begin(lock_wait(workspace.env()));
}

void sign_as_member(store::Repository& repository, const std::string& member) {
  auto key = store::DeviceKeys(repository.private_dir()).load(member);
  repository.sign_with(key ? signer_of(std::move(*key)) : store::Signer());
}

std::vector<std::string> offers(Workspace& workspace) {
  const auto& repository = workspace.repository();
  const auto allowed = sync::keys_at(repository, repository.head());
  std::vector<std::string> out;
  for (const auto& [member, key] : store::DeviceKeys(repository.private_dir()).list())
    if (!is_allowed(allowed, key, member, workspace.device()))
      out.push_back(member + " " + store::to_line(key));
  return out;
}

std::vector<KeyRequest> key_requests(Workspace& workspace) {
  const auto& repository = workspace.repository();
  const auto allowed = sync::keys_at(repository, repository.head());
  std::vector<KeyRequest> out;
  const auto take = [&](const std::string& offer, const std::string& device,
                        std::optional<core::StampTime> since) {
    const auto space = offer.find(' ');
    const auto member = offer.substr(0, space);
    const auto key =
        space == std::string::npos ? std::nullopt : store::parse_public_key(offer.substr(space + 1));
    if (!key || !core::is_name(member) || is_allowed(allowed, *key, member, device)) return;
    const bool known = std::any_of(out.begin(), out.end(), [&](const auto& each) {
      return each.key == *key && each.member == member && each.device == device;
    });
    if (!known) out.push_back({member, device, store::fingerprint(*key), *key, since});
  };
  for (const auto& offer : offers(workspace))
    take(offer, workspace.device(), std::nullopt);
  for (const auto& remote : store::remotes(repository))
    for (const auto& beat : sync::heartbeats(repository, remote.name))
      for (const auto& offer : beat.offers)
        take(offer, beat.device, beat.at);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(a.member, a.device, a.fingerprint) < std::tie(b.member, b.device, b.fingerprint);
  });
  return out;
}

Approved approve_key(Workspace& workspace, const ApproveRequest& request) {
  const auto& schema = workspace.schemas().get("member");
  if (schema.find(keys_field) == nullptr)
    throw base::Error(base::Kind::Usage, "members of this store have no keys: it was made by an older crm",
                      "give schemas/member.yaml the field `keys` of crm's own schema, then `crm commit`");
  if (const auto own = identity(workspace); own.keeps_keys && !own.approved && !own.revoked)
    throw base::Error(
        base::Kind::Denied,
        "the key of this device is not approved itself: nobody would believe what it vouches for",
        "on a device of an owner whose key is: `crm sync`, then `crm member approve " +
            base::printable(request.who) + "`;\n" + where_to_approve(workspace));
  Approved out;
  out.request = request.public_key.empty() ? asked_for(workspace, request.who) : given_key(request);
  Batch batch(workspace, "member.approve", request.mode);
  auto member = batch.load(resolve(workspace, "member", out.request.member));
  out.request.member = member.text(schema.key_field);
  core::List keys =
      member.get(keys_field).if_list() != nullptr ? *member.get(keys_field).if_list() : core::List{};
  const core::Value line = key_line(out.request.key, out.request.device);
  if (std::find(keys.begin(), keys.end(), line) == keys.end()) keys.push_back(line);
  batch.change(member, {{keys_field, core::Value(std::move(keys))}});
  out.committed = batch.commit("Approve the key of " + out.request.member + " on " + out.request.device);
  return out;
}

Identity identity(Workspace& workspace) {
  return identity_of(workspace, workspace.member());
}

Identity identity_of(Workspace& workspace, const std::string& of) {
  const auto& repository = workspace.repository();
  Identity out{of, "", "", workspace.device(), std::nullopt};
  const auto row = member_row(workspace, of);
  if (row && !row->deleted) {
    out.name = row->name;
    out.role = workspace.found(*row).record.text("role");
  }
  const auto allowed = sync::keys_at(repository, repository.head());
  out.keeps_keys = !allowed.empty();
  for (const auto& [member, key] : store::DeviceKeys(repository.private_dir()).list())
    if (member == out.member) out.key = key;
  out.revoked = row && out.key && is_revoked(workspace.found(*row).record, *out.key);
  out.approved = out.key && !out.revoked && is_allowed(allowed, *out.key, out.member, out.device);
  return out;
}

std::string command_to_approve(Workspace& workspace, const Identity& me) {
  const std::string command = "crm member approve " + me.member;
  if (!me.key || !store::remotes(workspace.repository()).empty()) return command;
  return fmt::format("{} --device {} --key \"{}\"", command, me.device, store::to_line(*me.key));
}

} // namespace crm::app
