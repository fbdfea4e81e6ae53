// multipart/form-data (RFC 7578) over a whole, bounded body. Views point into the body.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/error.hpp"

namespace hazard::wire {

struct Part {
  std::string name;
  std::string filename;  // empty when the part has none
  bool has_filename = false;
  std::string content_type;  // lower case, without parameters; empty when the part has none
  std::string_view content;
};

// The boundary of a Content-Type value, or nothing.
domain::Result<std::string> multipart_boundary(std::string_view content_type);

// Errors: bad_request for a body that is not well formed, has more than `parts_max` parts, or a part head over 4 KiB.
domain::Result<std::vector<Part>> parse_multipart(std::string_view body, std::string_view boundary, std::size_t parts_max = 32);

}  // namespace hazard::wire
