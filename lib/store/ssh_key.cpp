#include "store/ssh_key.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/ssh_wire.hpp"

#include <algorithm>
#include <sodium.h>
#include <span>

namespace crm::store {
namespace {

using ssh::put_number;
using ssh::put_string;
using ssh::Reader;

constexpr std::string_view algorithm = "ssh-ed25519";
constexpr std::string_view magic{"openssh-key-v1\0", 15};
constexpr std::string_view label = "OPENSSH PRIVATE KEY";
constexpr std::size_t longest_file = 16 * 1024, longest_line = 4 * 1024, block = 8;

std::string_view view(const PublicKey& key) {
  return {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
}

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

PublicKey to_key(std::string_view bytes) {
  PublicKey out;
  std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
  return out;
}

/// One line, and nothing in it that could end a line or begin another field.
std::string as_comment(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  return out;
}

} // namespace

void start_sodium() {
  static const bool started = [] {
    if (sodium_init() < 0)
      throw base::Error(base::Kind::Failure, "libsodium cannot be started: no source of randomness");
    return true;
  }();
  (void)started;
}

std::string to_wire(const PublicKey& key) {
  std::string out;
  put_string(out, algorithm);
  put_string(out, view(key));
  return out;
}

std::optional<PublicKey> parse_wire_key(std::string_view bytes) {
  Reader reader(bytes);
  const auto type = reader.string(), key = reader.string();
  if (!reader.at_end() || type != algorithm || key.size() != crypto_sign_PUBLICKEYBYTES) return std::nullopt;
  return to_key(key);
}

std::string to_line(const PublicKey& key, std::string_view comment) {
  std::string out(algorithm);
  out += ' ' + ssh::to_base64(to_wire(key));
  if (!comment.empty()) out += ' ' + as_comment(comment);
  return out;
}

std::optional<PublicKey> parse_public_key(std::string_view line) {
  if (line.size() > longest_line || line.find_first_of("\r\n") != std::string_view::npos) return std::nullopt;
  const auto parts = base::split(base::trim(line), ' ');
  if (parts.size() < 2 || parts[0] != algorithm) return std::nullopt;
  const auto bytes = ssh::from_base64(parts[1]);
  return bytes ? parse_wire_key(*bytes) : std::nullopt;
}

std::string fingerprint(const PublicKey& key) {
  const std::string wire = to_wire(key);
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()), raw(wire), wire.size());
  std::string out = "SHA256:" + ssh::to_base64(hash);
  while (out.back() == '=')
    out.pop_back();
  return out;
}

void SecretKey::Free::operator()(unsigned char* memory) const noexcept {
  sodium_free(memory); // zeroes it first
}

SecretKey SecretKey::from_seed(std::string_view seed) {
  start_sodium();
  Memory secret(static_cast<unsigned char*>(sodium_malloc(crypto_sign_SECRETKEYBYTES)));
  if (!secret) throw base::Error(base::Kind::Failure, "there is no memory for a key");
  PublicKey key;
  crypto_sign_seed_keypair(key.bytes.data(), secret.get(), raw(seed));
  return {std::move(secret), key};
}

SecretKey SecretKey::random(base::Environment& env) {
  std::string seed(crypto_sign_SEEDBYTES, '\0');
  env.random(std::as_writable_bytes(std::span(seed)));
  auto out = from_seed(seed);
  ssh::wipe(seed);
  return out;
}

std::array<std::uint8_t, 64> SecretKey::sign(std::string_view message) const {
  std::array<std::uint8_t, 64> out{};
  crypto_sign_detached(out.data(), nullptr, raw(message), message.size(), m_secret.get());
  return out;
}

std::string SecretKey::to_file(std::string_view comment, base::Environment& env) const {
  std::string check(4, '\0');
  env.random(std::as_writable_bytes(std::span(check)));
  std::string inner = check + check;
  put_string(inner, algorithm);
  put_string(inner, view(m_public));
  put_string(inner, {reinterpret_cast<const char*>(m_secret.get()), crypto_sign_SECRETKEYBYTES});
  put_string(inner, as_comment(comment));
  for (char padding = 1; inner.size() % block != 0; ++padding)
    inner += padding;
  std::string bytes(magic);
  put_string(bytes, "none"); // cipher
  put_string(bytes, "none"); // how its key comes from a passphrase
  put_string(bytes, "");
  put_number(bytes, 1);
  put_string(bytes, to_wire(m_public));
  put_string(bytes, inner);
  ssh::wipe(inner);
  std::string out = ssh::armor(label, bytes);
  ssh::wipe(bytes);
  return out;
}

/// The parser, which alone may make a key from what a file says.
struct SecretKeyReader {
  static std::variant<SecretKey, KeyProblem> read(std::string_view bytes) {
    Reader outer(bytes);
    if (outer.bytes(magic.size()) != magic) return KeyProblem{"it is not in OpenSSH's format"};
    const auto cipher = outer.string(), derivation = outer.string();
    outer.string();
    const auto count = outer.number();
    const auto listed = outer.string();
    Reader inner(outer.string());
    if (!outer.at_end() || count != 1) return KeyProblem{"it is cut off, or holds several keys"};
    if (cipher != "none" || derivation != "none") return KeyProblem{"it has a passphrase", true};
    const auto first = inner.number(), second = inner.number();
    const auto type = inner.string();
    if (!inner.ok() || first != second) return KeyProblem{"it is damaged"};
    if (type != algorithm) return KeyProblem{"it is no ed25519 key"};
    const auto key = inner.string(), secret = inner.string();
    inner.string(); // the comment
    if (!inner.ok() || key.size() != crypto_sign_PUBLICKEYBYTES ||
        secret.size() != crypto_sign_SECRETKEYBYTES || inner.left().size() >= block)
      return KeyProblem{"it is damaged"};
    for (std::size_t i = 0; i < inner.left().size(); ++i)
      if (inner.left()[i] != static_cast<char>(i + 1)) return KeyProblem{"it is damaged"};
    auto out = SecretKey::from_seed(secret.substr(0, crypto_sign_SEEDBYTES));
    // A key that signs as another one than it names would give its seed away.
    if (view(out.public_key()) != key || secret.substr(crypto_sign_SEEDBYTES) != key ||
        parse_wire_key(listed) != out.public_key())
      return KeyProblem{"its public half is another key's"};
    return out;
  }
};

std::variant<SecretKey, KeyProblem> parse_secret_key(std::string_view file) {
  if (file.size() > longest_file) return KeyProblem{"it is too large"};
  auto bytes = ssh::unarmor(label, file);
  if (!bytes) return KeyProblem{"it is not a private key of OpenSSH"};
  auto out = SecretKeyReader::read(*bytes);
  ssh::wipe(*bytes);
  return out;
}

} // namespace crm::store
