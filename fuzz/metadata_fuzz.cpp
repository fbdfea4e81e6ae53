// A downloaded model's metadata.yaml and the names inside it: whatever the bytes, a value or a refusal, and names that are
// fit to be sent to clients.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "detect/flat_yaml.hpp"
#include "detect/model_metadata.hpp"

namespace {

void check_names(const std::vector<std::string>& names) {
  HAZARD_CHECK(names.size() <= hazard::detect::kClassesMax);
  for (const auto& name : names) {
    HAZARD_CHECK(!name.empty() && name.size() <= hazard::detect::kClassNameBytesMax && hazard::detect::is_clean_utf8(name));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto metadata = hazard::detect::parse_metadata(text)) {
    check_names(metadata->names);
  } else {
    HAZARD_CHECK(!metadata.error().message.empty());
  }
  if (const auto names = hazard::detect::parse_names(text)) check_names(*names);
  return 0;
}
