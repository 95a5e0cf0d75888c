#include "app/init.hpp"

#include "app/keys.hpp"
#include "app/records.hpp"
#include "app/schema_set.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "codec/policy.hpp"
#include "codec/record.hpp"
#include "codec/schema.hpp"
#include "core/provenance.hpp"
#include "core/time.hpp"
#include "store/device_keys.hpp"
#include "store/paths.hpp"
#include "store/repository.hpp"
#include "store/ssh_signature.hpp"
#include "sync/authority.hpp"

#include <filesystem>
#include <fmt/format.h>

namespace crm::app {
namespace {

core::Hours usual_hours() {
  core::Hours hours;
  for (std::size_t day = 1; day <= 5; ++day)
    hours[day] = {{std::chrono::hours{8}, std::chrono::hours{18}}};
  return hours;
}

void check_code(const std::string& text, std::size_t letters, const char* what, const char* example) {
  const bool good =
      text.empty() ||
      (text.size() == letters && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos);
  if (!good)
    throw base::Error(base::Kind::Usage,
                      std::string(what) + " \"" + base::printable(text) + "\" is not a code like " + example);
}

void check_name(const std::string& what, const std::string& name, const std::string& example) {
  if (!core::is_name(name))
    throw base::Error(base::Kind::Usage, what + " \"" + base::printable(name) + "\" is not a name",
                      "lower-case letters, digits, '-', '_' and '.', at most 40, like " + example);
}

} // namespace

std::string to_name(std::string_view text, std::string_view otherwise) {
  std::string out;
  for (const char c : base::fold(text)) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (good) out += c;
    if (!good && (c == ' ' || c == '-' || c == '_' || c == '.') && !out.empty() && out.back() != '-')
      out += '-';
    if (out.size() == core::longest_name) break;
  }
  while (!out.empty() && out.back() == '-')
    out.pop_back();
  return core::is_name(out) ? out : std::string(otherwise);
}

std::string free_name(const std::string& name, const std::set<std::string>& taken) {
  std::string out = name.substr(0, core::longest_device);
  for (int n = 2; taken.contains(out); ++n) {
    const std::string number = "-" + std::to_string(n);
    out = name.substr(0, core::longest_device - number.size()) + number;
  }
  return out;
}

void check_member_name(const std::string& name) {
  check_name("member", name, "`--member alice`");
}

void check_device_name(const std::string& name) {
  check_name("device", name, "front-desk");
  if (!core::is_device_name(name))
    throw base::Error(base::Kind::Usage,
                      "a device cannot be called \"" + name + "\": git has no place for such a name",
                      "without \"..\", and with neither \".\" nor \".lock\" at its end");
  if (name.size() > core::longest_device || name.ends_with(core::calendar_suffix))
    throw base::Error(base::Kind::Usage,
                      "a device cannot be called \"" + name +
                          "\": what it reads from calendars is told apart by \"" +
                          std::string(core::calendar_suffix) + "\" behind its name",
                      fmt::format("at most {} characters, without that at its end", core::longest_device));
}

Initialized init(base::Environment& env, const InitRequest& request) {
  std::error_code error;
  const auto folder =
      std::filesystem::absolute(request.folder.empty() ? "." : request.folder, error).lexically_normal();
  Initialized out;
  out.root = folder.string();
  while (out.root.size() > 1 && out.root.back() == '/')
    out.root.pop_back();
  out.member = request.member.empty() ? to_name(env.user(), "owner") : request.member;
  out.device = request.device.empty() ? free_name(to_name(env.host(), "device"), {}) : request.device;
  check_member_name(out.member);
  check_device_name(out.device);
  Settings& settings = out.settings;
  settings.zone = request.zone.empty() ? env.zone() : request.zone;
  if (!core::is_zone(settings.zone))
    throw base::Error(base::Kind::Usage, "\"" + base::printable(settings.zone) + "\" is not a time zone",
                      "an IANA name like Europe/London: `crm init --zone …`");
  check_code(request.country, 2, "country", "GB");
  check_code(request.currency, 3, "currency", "GBP");
  settings.store = base::Id::random(env).str();
  settings.name = request.name.empty() ? std::filesystem::path(out.root).filename().string() : request.name;
  settings.country = request.country;
  settings.currency = request.currency;
  settings.hours = usual_hours();

  const core::Stamp stamp{env.now(), out.device, out.member};
  std::vector<store::Change> files{
      {"crm.yaml", emit_settings(settings)},
      {".gitattributes",
       "# Bytes stay as they are.\n* -text\n"
       "# Records are merged field by field, of the other files the newest counts, by `git "
       "merge` too.\n/*/*/*.yaml merge=crm\n/crm.yaml merge=crm\n/schemas/*.yaml merge=crm\n/" +
           std::string(sync::policy_path) +
           " merge=crm\n"
           "# Files that records name by what is in them.\n/attachments/*/* binary\n"}};
  files.push_back({std::string(sync::policy_path), std::string(codec::first_policy())});
  std::optional<core::Schema> member_schema;
  for (const auto& [type, text] : codec::embedded_schemas()) {
    files.push_back({schema_path(type), std::string(text)});
    if (type != "member") continue;
    auto parsed = codec::parse_schema(text, schema_path(type));
    member_schema = std::get<core::Schema>(std::move(parsed));
  }
  core::Map fields = initial_fields(*member_schema);
  fields.set("key", out.member);
  fields.set("name", out.member);
  fields.set("role", "owner");
  const auto key = store::SecretKey::random(env);
  fields.set("keys", core::List{key_line(key.public_key(), out.device)});
  const auto founder = core::create(base::Id::random(env), *member_schema, std::move(fields), stamp);
  files.push_back({store::record_path(member_schema->folder, founder.id.str()),
                   codec::emit_record(founder, *member_schema)});

  store::Message message{"Make the store",
                         "",
                         {{"Crm-Op", "init"},
                          {"Crm-Batch", base::Id::random(env).str()},
                          {"Crm-Actor", stamp.member},
                          {"Crm-Device", stamp.device},
                          {"Crm-Clock", core::to_text(stamp.time)}}};
  // The key is on the disk before anything is signed with it: by then there is a folder for it.
  const auto sign = [&](std::string_view payload) {
    const store::DeviceKeys keys(out.root + "/.git/" + std::string(store::private_folder));
    keys.keep(out.member, out.device, key, env);
    return store::ssh_sign(key, payload);
  };
  auto repository = store::Repository::create(
      out.root, files, message, {stamp.member, stamp.member + "@" + stamp.device, stamp.time}, sign);
  repository.sign_with({}); // it refers to what ends here
  repository.set_config("crm.member", out.member);
  repository.set_config("crm.device", out.device);
  // For commits that a person makes by hand.
  repository.set_config("user.name", out.member);
  repository.set_config("user.email", out.member + "@" + out.device);
  out.commit = repository.head();
  out.fingerprint = store::fingerprint(key.public_key());
  store::configure_signing(repository, out.member);
  repository.set_config(first_commit_setting, out.commit);
  refresh_signers(repository);
  return out;
}

} // namespace crm::app
