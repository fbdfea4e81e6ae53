// Single pictures as older clients send them: POST /detect-base64, /detect-batch and /predict. The same door as /detect.
#include <algorithm>
#include <atomic>
#include <utility>

#include "domain/limits.hpp"
#include "serve/connection_set.hpp"
#include "serve/picture_body.hpp"
#include "serve/server_timing.hpp"
#include "serve/single_pictures.hpp"
#include "wire/client_message.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::serve {
namespace {

using domain::Error;
using domain::ErrorCode;

constexpr std::size_t kBatchPictures = 8;  // of the largest size; more smaller ones fit too

// An answer that the client does not want to wait for longer than it said: the result, or 504 when the time is over. answer() on
// any thread, the rest on the I/O thread.
class TimedReply final : public Connection, public std::enable_shared_from_this<TimedReply> {
 public:
  TimedReply(Services& services, Reply reply, std::string request_id, std::chrono::milliseconds timeout)
      : loop_(services.loop),
        connections_(services.streams.connections),
        reply_(std::move(reply)),
        request_id_(std::move(request_id)),
        deadline_(std::chrono::steady_clock::now() + timeout) {}

  void start() { connections_.add(shared_from_this()); }
  void answer(Response response) {
    loop_->dispatch([self = shared_from_this(), response = std::move(response)]() mutable { self->finish(std::move(response)); });
  }

  void tick(base::SteadyTime now) override {
    if (now < deadline_) return;
    const Error late{ErrorCode::inference_timeout, "The picture was not looked at within the time that the request gives."};
    finish(error_response(late, request_id_));
  }
  void drain() override {}  // the result is still to come
  void abort() override { finish(error_response({ErrorCode::server_closing, "The server is restarting."}, request_id_)); }

 private:
  void finish(Response response) {
    const auto self = shared_from_this();
    connections_.remove(this);
    if (auto reply = std::exchange(reply_, Reply{})) reply(std::move(response));
  }

  const std::shared_ptr<EventLoop> loop_;
  ConnectionSet& connections_;
  Reply reply_;
  const std::string request_id_;
  const base::SteadyTime deadline_;
};

void detect_base64(Services& services, Request request, Reply reply) {
  const auto refused = [&](const Error& error) { reply(error_response(error, request.request_id)); };
  const auto asked = wire::parse_base64_request(request.body_text());
  if (!asked) return refused(asked.error());
  if (!services.registry.pipeline().ready()) return refused(model_not_loaded());
  auto picture = wire::decode_image_data(asked->image, services.frame_bytes_max);
  if (!picture) return refused(picture.error());
  session::SinglePictureOptions options;
  options.confidence_threshold = static_cast<float>(asked->confidence_threshold);
  const auto timed = std::make_shared<TimedReply>(services, std::move(reply), request.request_id, asked->timeout);
  timed->start();
  look_at(services, std::move(*picture), options,
          [&services, timed, id = request.request_id, threshold = asked->confidence_threshold, received_at = request.received_at](
              auto result, const auto& model) {
            if (!result) return timed->answer(error_response(result.error(), id));
            auto times = result->times;
            times.total = services.streams.clock.now() - received_at;
            Response response = json_response(wire::base64_reply(*result, *model, base::to_ms(times.total), threshold));
            response.headers.emplace_back(kServerTiming, server_timing(times));
            timed->answer(std::move(response));
          });
}

// Answers when the last of its pictures is there; its items are written by workers, each its own.
struct Batch {
  std::vector<wire::BatchItem> items;
  std::atomic<std::size_t> left;
  base::SteadyTime received_at;
  Reply reply;
};

void finish_one(Services& services, Batch& batch) {
  if (batch.left.fetch_sub(1) != 1) return;
  const auto model = services.registry.pipeline().model();
  const double ms = base::to_ms(services.streams.clock.now() - batch.received_at);
  batch.reply(json_response(wire::batch_reply(batch.items, *model, ms)));
}

void detect_batch(Services& services, Request request, Reply reply) {
  const auto refused = [&](const Error& error) { reply(error_response(error, request.request_id)); };
  const auto parts = read_form(request);
  if (!parts) return refused(parts.error());
  std::vector<const wire::Part*> files;
  for (const wire::Part& part : *parts) {
    if (part.name == "files" && part.has_filename && !part.filename.empty()) files.push_back(&part);
  }
  if (files.empty()) return refused({ErrorCode::missing_file, "File field required: the form has no part named files."});
  if (!services.registry.pipeline().ready()) return refused(model_not_loaded());

  const auto batch = std::make_shared<Batch>();
  batch->items.resize(files.size());
  batch->left = files.size();
  batch->received_at = request.received_at;
  batch->reply = std::move(reply);
  session::SinglePictureOptions options;
  options.confidence_threshold = static_cast<float>(services.registry.options().limits.stream.default_confidence);
  for (std::size_t i = 0; i < files.size(); ++i) {
    wire::BatchItem& item = batch->items[i];
    item.filename = files[i]->filename;
    auto picture = picture_of(*files[i], services.frame_bytes_max);
    if (!picture) {
      item.result =
          std::unexpected(picture.error().code == ErrorCode::not_an_image ? "File must be an image" : picture.error().message);
      finish_one(services, *batch);
      continue;
    }
    look_at(services, std::move(picture->bytes), options, [&services, batch, i](auto result, const auto&) {
      if (result) {
        batch->items[i].result = std::move(*result);
      } else {
        const bool no_picture = result.error().code == ErrorCode::unsupported_format;
        batch->items[i].result =
            std::unexpected(no_picture ? "File must be an image: " + result.error().message : result.error().message);
      }
      finish_one(services, *batch);
    });
  }
}

// The app rotates boxes itself from EXIF: they are those of the stored pixels (legacy-clients section 9).
void predict(Services& services, Request request, Reply reply) {
  const auto refused = [](const Error& error, const std::string& id) {
    Response response = error_response(error, id);
    if (error.code == ErrorCode::not_an_image) response.status = 400;
    return response;
  };
  auto picture = take_picture(request, services.frame_bytes_max, "image");
  if (!picture) return reply(refused(picture.error(), request.request_id));
  if (!services.registry.pipeline().ready()) return reply(error_response(model_not_loaded(), request.request_id));
  session::SinglePictureOptions options;
  options.confidence_threshold = static_cast<float>(services.registry.options().limits.stream.default_confidence);
  options.ignore_orientation = true;
  look_at(services, std::move(picture->bytes), options,
          [refused, reply = std::move(reply), id = request.request_id](auto result, const auto& model) mutable {
            if (!result) return reply(refused(result.error(), id));
            reply(json_response(wire::predict_reply(*result, *model)));
          });
}

}  // namespace

void add_single_routes(Router& router, Services& services) {
  const auto add = [&](Method method, std::string_view pattern, BodyRule body, auto handle) {
    router.add({.method = method,
                .pattern = pattern,
                .access = Access::detect,
                .body = body,
                .handler = [&services, handle](Request request, Reply reply) {
                  handle(services, std::move(request), std::move(reply));
                }});
  };
  const std::size_t one = services.frame_bytes_max + domain::kControlMessageBytesMax;
  const BodyRule text{.kind = BodyKind::json, .bytes_max = domain::text_message_bytes_max(services.frame_bytes_max)};
  add(Method::post, "/detect-base64", text, detect_base64);
  add(Method::post, "/detect-batch", {.kind = BodyKind::picture, .bytes_max = kBatchPictures * one}, detect_batch);
  add(Method::post, "/predict", {.kind = BodyKind::picture, .bytes_max = one}, predict);
}

}  // namespace hazard::serve
