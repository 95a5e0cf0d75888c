#include "store/ssh_wire.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <sodium.h>

namespace crm::store::ssh {
namespace {

constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
constexpr std::size_t line_length = 70; // as ssh-keygen has it

} // namespace

std::string to_base64(std::string_view bytes) {
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), variant);
  out.pop_back(); // the zero at its end
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string out(text.size() / 4 * 3 + 3, '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(),
                        "\r\n", &length, &end, variant) != 0 ||
      end != text.data() + text.size()) {
    wipe(out);
    return std::nullopt;
  }
  out.resize(length);
  return out;
}

std::string armor(std::string_view label, std::string_view bytes) {
  std::string text = to_base64(bytes);
  std::string out = "-----BEGIN " + std::string(label) + "-----\n";
  for (std::size_t at = 0; at < text.size(); at += line_length) {
    out.append(text, at, line_length);
    out += '\n';
  }
  wipe(text);
  return out + "-----END " + std::string(label) + "-----\n";
}

std::optional<std::string> unarmor(std::string_view label, std::string_view text) {
  const std::string begin = "-----BEGIN " + std::string(label) + "-----\n",
                    end = "-----END " + std::string(label) + "-----";
  text = base::trim(text);
  if (text.size() < begin.size() + end.size() || !text.starts_with(begin) || !text.ends_with(end))
    return std::nullopt;
  return from_base64(text.substr(begin.size(), text.size() - begin.size() - end.size()));
}

void wipe(std::string& secret) {
  sodium_memzero(secret.data(), secret.size());
  secret.clear();
}

} // namespace crm::store::ssh
