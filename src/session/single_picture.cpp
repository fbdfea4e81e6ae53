#include "session/single_picture.hpp"

#include <mutex>
#include <utility>

namespace hazard::session {
namespace {

// Hears the one verdict and closes its lane.
class OneVerdict final : public pipeline::ResultSink, public std::enable_shared_from_this<OneVerdict> {
 public:
  OneVerdict(pipeline::Pipeline& pipeline, std::shared_ptr<Totals> totals, std::shared_ptr<std::atomic<int>> waiting,
             SinglePictureDoor::Done done)
      : pipeline_(pipeline), totals_(std::move(totals)), waiting_(std::move(waiting)), done_(std::move(done)) {}

  // The lane is set before the frame is offered, so on_verdict always finds it.
  void use(pipeline::LanePtr lane) { lane_ = std::move(lane); }

  void on_verdict(domain::Verdict&& verdict) noexcept override {
    const auto keep = shared_from_this();  // closing the lane lets go of its sink
    totals_->frame_ended(verdict, pipeline_.clock().now() - verdict.received_at);
    waiting_->fetch_sub(1);
    pipeline_.scheduler().close_lane(std::exchange(lane_, nullptr));
    done_(std::move(verdict));
  }

 private:
  pipeline::Pipeline& pipeline_;
  const std::shared_ptr<Totals> totals_;
  const std::shared_ptr<std::atomic<int>> waiting_;
  SinglePictureDoor::Done done_;
  pipeline::LanePtr lane_;
};

}  // namespace

SinglePictureDoor::SinglePictureDoor(pipeline::Pipeline& pipeline, std::shared_ptr<Totals> totals, int waiting_max)
    : pipeline_(pipeline),
      totals_(std::move(totals)),
      waiting_max_(waiting_max),
      waiting_(std::make_shared<std::atomic<int>>(0)) {}

domain::Result<void> SinglePictureDoor::submit(domain::Bytes&& picture, const SinglePictureOptions& options, Done done) {
  if (!pipeline_.ready())
    return domain::refuse(domain::ErrorCode::model_not_ready, "model not loaded: the server is still starting");
  if (waiting_->fetch_add(1) >= waiting_max_) {
    waiting_->fetch_sub(1);
    return domain::refuse(domain::ErrorCode::overloaded, "too many pictures wait already");
  }
  pipeline::LaneSettings settings;
  settings.delivery = domain::Delivery::all;
  settings.detect = {.confidence_threshold = options.confidence_threshold,
                     .iou_threshold = options.iou_threshold,
                     .max_detections = options.max_detections};
  auto sink = std::make_shared<OneVerdict>(pipeline_, totals_, waiting_, std::move(done));
  const pipeline::LanePtr lane = pipeline_.scheduler().open_lane(settings, sink);
  sink->use(lane);

  domain::EncodedFrame frame;
  frame.seq = 1;
  frame.buffer = std::move(picture);
  frame.ignore_orientation = options.ignore_orientation;
  frame.received_at = pipeline_.clock().now();
  totals_->frame_received();
  if (!pipeline_.scheduler().offer(lane, std::move(frame))) {
    domain::Verdict closed{.seq = 1, .received_at = frame.received_at};
    closed.outcome = domain::Error{domain::ErrorCode::server_closing, "the server is restarting"};
    sink->on_verdict(std::move(closed));
  }
  return {};
}

}  // namespace hazard::session
