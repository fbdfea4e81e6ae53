// Pipeline and registry over a scripted engine: what tests of sessions and of the server stand on.
#pragma once

#include <memory>

#include "detect/fake_engine.hpp"
#include "pipeline/pipeline.hpp"
#include "session/registry.hpp"
#include "support/pictures.hpp"

namespace hazard::test {

struct House {
  explicit House(const base::Clock& clock, detect::FakeScript script = {}, session::RegistryOptions options = default_options())
      : pipeline(clock), registry(options, pipeline) {
    pipeline.start(detect::make_fake_engine(std::move(script)));
  }
  ~House() {
    registry.close_all(session::EndReason::server_closing, {});
    pipeline.stop();
  }

  static session::RegistryOptions default_options() {
    session::RegistryOptions options;
    options.limits.frame_bytes_max = 4 * 1024 * 1024;
    options.limits.heartbeat = std::chrono::seconds(15);
    return options;
  }

  pipeline::Pipeline pipeline;
  session::Registry registry;
};

inline wire::FrameMessage frame_message(std::string label = {}, domain::SizePx size = {64, 48}) {
  wire::FrameMessage message;
  message.frame.frame_id = std::move(label);
  message.frame.buffer = jpeg(size);
  return message;
}

}  // namespace hazard::test
