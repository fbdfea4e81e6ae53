// The picture in a request's body, whichever of the accepted ways it came: as the body itself (image/*), or as the part of a
// multipart form. Pure.
#pragma once

#include <string>
#include <string_view>

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "serve/http_message.hpp"

namespace hazard::serve {

struct PictureBody {
  domain::Bytes bytes;
  std::string filename;
};

bool is_image_type(std::string_view content_type) noexcept;
bool is_multipart_type(std::string_view content_type) noexcept;

// Takes the picture out of `request`. Errors: missing_file ("File field required"), not_an_image (declared as something else),
// bad_request (a form that is not well formed), frame_too_large.
domain::Result<PictureBody> take_picture(Request& request, std::size_t frame_bytes_max);

}  // namespace hazard::serve
