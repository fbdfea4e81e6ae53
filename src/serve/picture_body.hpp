// The picture in a request's body, whichever of the accepted ways it came: as the body itself (image/*), or as the part of a
// multipart form. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/error.hpp"
#include "domain/frame.hpp"
#include "serve/http_message.hpp"
#include "wire/multipart.hpp"

namespace hazard::serve {

struct PictureBody {
  domain::Bytes bytes;
  std::string filename;
};

bool is_image_type(std::string_view content_type) noexcept;
bool is_multipart_type(std::string_view content_type) noexcept;

// The parts of a multipart body; views into it. Errors: missing_file for another content type, bad_request for a form that is not
// well formed.
domain::Result<std::vector<wire::Part>> read_form(const Request& request);

// The picture of a part that was found to be one. Errors: missing_file (no file name), not_an_image, frame_too_large.
domain::Result<PictureBody> picture_of(const wire::Part& part, std::size_t frame_bytes_max);

// The body itself, whatever it was declared as. Errors: missing_file (it is empty), frame_too_large.
domain::Result<PictureBody> take_body(Request& request, std::size_t frame_bytes_max);

// Takes the picture out of `request`; in a form it is the part `name`. Errors: missing_file ("File field required"), not_an_image
// (declared as something else), bad_request (a form that is not well formed), frame_too_large.
domain::Result<PictureBody> take_picture(Request& request, std::size_t frame_bytes_max, std::string_view name = "file");

}  // namespace hazard::serve
