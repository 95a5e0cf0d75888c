#include "store/git_error.hpp"

#include "store/missing_object.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <git2.h>
#include <system_error>

namespace crm::store {
namespace {

base::Kind kind_of(int code) {
  switch (code) {
  case GIT_ENOTFOUND:
    return base::Kind::NotFound;
  case GIT_EAMBIGUOUS:
    return base::Kind::Ambiguous;
  case GIT_ELOCKED:
    return base::Kind::Busy;
  default:
    return base::Kind::Failure;
  }
}

std::string sentence(std::string_view doing, std::string_view what, std::string_view why) {
  std::string out = "could not ";
  out += doing;
  if (!what.empty()) {
    out += ' ';
    out += base::printable(what);
  }
  out += ": ";
  out += base::printable(why);
  return out;
}

} // namespace

std::string git_words(int code) {
  const git_error* last = git_error_last();
  return last != nullptr && last->message != nullptr ? last->message : "git error " + std::to_string(code);
}

void fail_git(int code, std::string_view doing, std::string_view what) {
  const git_error* last = git_error_last();
  if (code == GIT_ENOTFOUND && last != nullptr && last->klass == GIT_ERROR_ODB)
    throw MissingObject(base::Kind::Failure, sentence(doing, what, git_words(code)),
                        "the store is damaged: `crm doctor --deep` says what is lost");
  throw base::Error(kind_of(code), sentence(doing, what, git_words(code)),
                    kind_of(code) == base::Kind::Failure ? "run `crm doctor`" : "");
}

void fail_system(int error, std::string_view doing, std::string_view what) {
  std::string hint;
  if (error == ENOSPC || error == EDQUOT) hint = "free some space on the disk and run the command again";
  if (error == EROFS)
    hint = "the file system there is mounted read-only: `findmnt` shows that, and `dmesg` why";
  if (error == EACCES || error == EPERM) hint = "see who may write there with `ls -ld`";
  throw base::Error(base::Kind::Failure, sentence(doing, what, std::generic_category().message(error)), hint);
}

} // namespace crm::store
