// Transport is the git program's, so libgit2 never opens a socket. Where libgit2 is linked statically with
// -Wl,--wrap for each of these names, its TLS, SSH, HTTP and Kerberos code (and the 6 ms in which it loads
// every certificate authority at each start) is left out of the program; linked dynamically, nothing refers
// to them.
#include "store/library.hpp"

void crm::store::leave_transport_out() {}

extern "C" {

int __wrap_git_mbedtls_stream_global_init() {
  return 0;
}
int __wrap_git_transport_ssh_global_init() {
  return 0;
}
int __wrap_git_mbedtls__set_cert_location(const char*, const char*) {
  return -1;
}
int __wrap_git_mbedtls_stream_new(void**, const char*, const char*) {
  return -1;
}
int __wrap_git_mbedtls_stream_wrap(void**, void*, const char*) {
  return -1;
}
int __wrap_git_smart_subtransport_http(void**, void*, void*) {
  return -1;
}
int __wrap_git_smart_subtransport_ssh(void**, void*, void*) {
  return -1;
}
int __wrap_git_http_auth_negotiate(void**, const void*) {
  return -1;
}
}
