// What the routes of single pictures share: a picture through the door, and the words in which old clients are refused. Called on
// the I/O thread; answers come from a worker.
#pragma once

#include <functional>
#include <memory>

#include "serve/routes.hpp"

namespace hazard::serve {

// Why a frame had no result, as an error: drops of a single picture are ours (overload, restart), never the client's pace.
domain::Error error_of(const domain::FrameDrop& drop);

// 503 while the model is not there, in the words that old clients take for a start-up (legacy-clients W3).
domain::Error model_not_loaded();

// The result of a picture, or the error that took its place; with the model that looked.
using Looked = std::move_only_function<void(domain::Result<domain::FrameResult>, std::shared_ptr<const domain::ModelInfo>)>;

// Offers the picture to the door. `done` is called exactly once: from a worker, or at once when the door refused.
void look_at(Services& services, domain::Bytes&& picture, const session::SinglePictureOptions& options, Looked done);

}  // namespace hazard::serve
