#include "serve/single_pictures.hpp"

#include <utility>

namespace hazard::serve {

using domain::Error;
using domain::ErrorCode;

Error error_of(const domain::FrameDrop& drop) {
  if (drop.reason == domain::DropReason::session_closed) return {ErrorCode::server_closing, "The server is restarting."};
  return {ErrorCode::overloaded, "The server has too much to do: " + std::string(to_string(drop.reason)) + "."};
}

Error model_not_loaded() { return {ErrorCode::model_not_ready, "model not loaded: the server is still starting"}; }

void look_at(Services& services, domain::Bytes&& picture, const session::SinglePictureOptions& options, Looked done) {
  if (picture.empty()) return done(domain::refuse(ErrorCode::undecodable_image, "The picture is empty."), nullptr);
  // It goes with the picture; should the door refuse it, the shared holder gives it back.
  const auto holder = std::make_shared<Looked>(std::move(done));
  auto heard = [&services, holder](domain::Verdict&& verdict) {
    auto model = services.registry.pipeline().model();
    if (auto* error = std::get_if<Error>(&verdict.outcome))
      return (*holder)(std::unexpected(std::move(*error)), std::move(model));
    if (const auto* drop = std::get_if<domain::FrameDrop>(&verdict.outcome))
      return (*holder)(std::unexpected(error_of(*drop)), std::move(model));
    (*holder)(std::move(std::get<domain::FrameResult>(verdict.outcome)), std::move(model));
  };
  const auto submitted = services.pictures.submit(std::move(picture), options, std::move(heard));
  if (!submitted) (*holder)(std::unexpected(submitted.error()), nullptr);
}

}  // namespace hazard::serve
