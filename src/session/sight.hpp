// What a stream's looked-at picture showed, for those who make reports of it. Called on the worker's thread in order of the session,
// while the session is locked: a listener must be quick, must not wait, and must not call the session.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "domain/frame.hpp"
#include "domain/model_info.hpp"
#include "domain/verdict.hpp"

namespace hazard::session {

struct Sight {
  const std::string& session_id;
  const std::string& frame_id;
  const domain::FrameResult& result;
  const domain::ModelInfo& model;
  std::optional<domain::Location> location;  // as the picture's message said
  base::WallTime at{};                       // received
  double confidence_threshold = 0;
  std::shared_ptr<const domain::EncodedFrame>
      picture{};  // null where nothing was found; kept only in memory, and only while needed
};

struct SightListener {
  std::function<void(const Sight&)> saw;
  // `life`: Session::life(). A session that opens under the id of one just closed may be told of before that one's end.
  std::function<void(const std::string& session_id, std::uint64_t life)> ended;
};

}  // namespace hazard::session
