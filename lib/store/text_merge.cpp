#include "store/text_merge.hpp"

#include "store/git_error.hpp"
#include "store/git_handles.hpp"
#include "store/library.hpp"

namespace crm::store {
namespace {

git_merge_file_input input(std::string_view text) {
  git_merge_file_input out = GIT_MERGE_FILE_INPUT_INIT;
  out.ptr = text.data();
  out.size = text.size();
  return out;
}

} // namespace

TextMerge merge_lines(std::string_view base, std::string_view ours, std::string_view theirs) {
  start_library();
  git_merge_file_options options = GIT_MERGE_FILE_OPTIONS_INIT;
  options.our_label = "ours";
  options.their_label = "theirs";
  const auto a = input(base), b = input(ours), c = input(theirs);
  git_merge_file_result result{};
  check_git(git_merge_file(&result, &a, &b, &c, &options), "merge the lines of three texts");
  TextMerge out{std::string(result.ptr, result.len), result.automergeable != 0};
  git_merge_file_result_free(&result);
  return out;
}

} // namespace crm::store
