#include "serve/picture_body.hpp"

#include <algorithm>
#include <utility>

#include "serve/request_validator.hpp"

namespace hazard::serve {
namespace {

using domain::ErrorCode;
using domain::refuse;

domain::Result<void> check_size(std::size_t bytes, std::size_t most) {
  if (bytes > most) return refuse(ErrorCode::frame_too_large, "The picture is larger than " + std::to_string(most) + " bytes.");
  return {};
}

}  // namespace

bool is_image_type(std::string_view content_type) noexcept {
  return content_type.size() > 6 && equals_ignoring_case(content_type.substr(0, 6), "image/");
}

bool is_multipart_type(std::string_view content_type) noexcept {
  constexpr std::string_view kForm = "multipart/form-data";
  return content_type.size() >= kForm.size() && equals_ignoring_case(content_type.substr(0, kForm.size()), kForm);
}

domain::Result<std::vector<wire::Part>> read_form(const Request& request) {
  const auto type = request.head.get("content-type");
  if (!is_multipart_type(type))
    return refuse(ErrorCode::missing_file, "File field required: send multipart/form-data with a part named file.");
  const auto boundary = wire::multipart_boundary(type);
  if (!boundary) return std::unexpected(boundary.error());
  return wire::parse_multipart(request.body_text(), *boundary);
}

domain::Result<PictureBody> picture_of(const wire::Part& part, std::size_t frame_bytes_max) {
  if (!part.has_filename || part.filename.empty())
    return refuse(ErrorCode::missing_file, "File field required: the part has no file name.");
  // Bytes decide what a picture is, but who says that it is none is believed (legacy-clients W8).
  const bool undeclared = part.content_type.empty() || part.content_type == "application/octet-stream";
  if (!undeclared && !is_image_type(part.content_type)) {
    return refuse(ErrorCode::not_an_image, "File field required: File must be an image, this one is declared as something else.");
  }
  if (auto fits = check_size(part.content.size(), frame_bytes_max); !fits) return std::unexpected(fits.error());
  return PictureBody{.bytes = domain::Bytes(part.content.begin(), part.content.end()), .filename = part.filename};
}

domain::Result<PictureBody> take_body(Request& request, std::size_t frame_bytes_max) {
  if (request.body.empty()) return refuse(ErrorCode::missing_file, "File field required: the body is empty.");
  if (auto fits = check_size(request.body.size(), frame_bytes_max); !fits) return std::unexpected(fits.error());
  return PictureBody{.bytes = std::move(request.body), .filename = {}};
}

domain::Result<PictureBody> take_picture(Request& request, std::size_t frame_bytes_max, std::string_view name) {
  if (is_image_type(request.head.get("content-type"))) return take_body(request, frame_bytes_max);
  const auto parts = read_form(request);
  if (!parts) return std::unexpected(parts.error());
  const auto part = std::ranges::find(*parts, name, &wire::Part::name);
  if (part == parts->end() || !part->has_filename || part->filename.empty()) {
    return refuse(ErrorCode::missing_file,
                  "File field required: the form has no part named " + std::string(name) + " with a file name.");
  }
  return picture_of(*part, frame_bytes_max);
}

}  // namespace hazard::serve
