// A small strict reader of the flat subset of YAML that model exporters write in metadata.yaml: top-level keys with a
// scalar, a list of scalars or a map of scalars, in block or flow form, plain or quoted. Called once at start by
// model_metadata. The text comes from a file somebody downloaded: every size is bounded and nothing is ever evaluated
// (no anchors, tags or merges). What lies deeper than this reader goes is kept as `nested`, so that unknown keys are harmless.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/error.hpp"

namespace hazard::detect {

inline constexpr std::size_t kYamlBytesMax = 256 * 1024;  // 1,203 class names, the most in public use, need 40 kB
inline constexpr std::size_t kYamlKeysMax = 256;
inline constexpr std::size_t kYamlItemsMax = 4096;
inline constexpr std::size_t kYamlScalarBytesMax = 4096;

struct YamlEntry {
  enum class Kind : std::uint8_t { scalar, list, map, nested };
  std::string key;
  int line = 0;  // of the key, from 1
  Kind kind = Kind::scalar;
  std::string scalar;
  std::vector<std::string> items;
  std::vector<std::pair<std::string, std::string>> pairs;
};

// The document's top-level entries in their order. Errors: model_not_ready, "line N: what is wrong"; also for text that is
// not UTF-8, holds control characters or is larger than the bounds above.
domain::Result<std::vector<YamlEntry>> read_flat_yaml(std::string_view text);

// One value by itself, `[a, b]`, `{0: a}` or a scalar: the form in which exporters hide names inside other formats.
domain::Result<YamlEntry> read_yaml_value(std::string_view text);

// True for well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without control characters but \t, \n and \r.
bool is_clean_utf8(std::string_view text) noexcept;

}  // namespace hazard::detect
