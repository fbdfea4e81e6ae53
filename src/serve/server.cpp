#include "serve/server.hpp"

#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <thread>
#include <utility>

#include "desk/desk.hpp"
#include "serve/doorkeeper.hpp"
#include "serve/http_connection.hpp"
#include "serve/listener.hpp"
#include "serve/net.hpp"
#include "serve/routes.hpp"

namespace hazard::serve {
namespace {

using net::error_code;
using std::chrono::steady_clock;

constexpr auto kReapEvery = std::chrono::seconds(1);

// The reason names files of this machine: for its owner, not for strangers.
std::function<std::string()> reason_for(std::function<std::string()> reason, bool on_loopback) {
  if (on_loopback || !reason) return reason;
  return [reason = std::move(reason)] {
    return reason().empty() ? std::string() : std::string("the model cannot be loaded; the server's log says why");
  };
}

class RunningServer final : public Server {
 public:
  RunningServer(const ServerOptions& options, Dependencies&& dependencies, bool on_loopback);
  ~RunningServer() override;

  domain::Result<void> listen();
  void run();

  std::uint16_t port() const noexcept override { return ports_.front(); }
  std::vector<std::uint16_t> ports() const override { return ports_; }
  void drain() override;
  void join() override;

 private:
  void tick_again();
  void on_tick();
  void begin_drain();
  void finish();

  const ServerOptions options_;
  session::Registry& registry_;
  const base::Clock& clock_;
  const std::shared_ptr<EventLoop> loop_ = std::make_shared<EventLoop>();
  ConnectionSet connections_;
  ByteBudget bodies_;
  ByteBudget messages_;
  ByteBudget answers_;
  const OriginPolicy origins_;
  Doorkeeper door_;
  HttpMetrics http_metrics_;
  StreamContext streams_;
  DemoRenderer demo_;
  Services services_;
  HttpContext http_;

  const std::shared_ptr<std::atomic<int>> taken_ = std::make_shared<std::atomic<int>>(0);
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::vector<std::uint16_t> ports_;
  std::unique_ptr<net::asio::steady_timer> timer_;
  steady_clock::time_point reaped_at_{};
  steady_clock::time_point drain_until_{};
  std::thread thread_;
};

HttpDeadlines deadlines_of(const ServerOptions& options) {
  HttpDeadlines deadlines;
  deadlines.head = options.head_deadline;
  deadlines.body_window = options.body_window;
  deadlines.body_grace = options.body_grace;
  deadlines.idle = options.idle_deadline;
  deadlines.write_stall = options.write_stall;
  deadlines.write_grace = options.write_grace;
  return deadlines;
}

RunningServer::RunningServer(const ServerOptions& options, Dependencies&& dependencies, bool on_loopback)
    : options_(options),
      registry_(dependencies.registry),
      clock_(registry_.pipeline().clock()),
      bodies_(options.body_bytes_max),
      messages_(options.message_bytes_max),
      answers_(options.answer_bytes_max),
      origins_(options.cors_origins, on_loopback),
      door_({.keys = options.keys,
             .on_loopback = on_loopback,
             .allow_anonymous = options.allow_anonymous,
             .public_metrics = options.public_metrics},
            clock_),
      streams_{.loop = loop_,
               .connections = connections_,
               .budget = messages_,
               .registry = registry_,
               .clock = clock_,
               .times = {.write_stall = options.write_stall, .message = options.message_deadline, .comment = options.sse_comment},
               .outbox = {},
               .frame_bytes_max = options.frame_bytes_max,
               .heartbeat = options.heartbeat,
               .metrics = {}},
      services_{.registry = registry_,
                .pictures = dependencies.pictures,
                .version = std::move(dependencies.version),
                .model_error = reason_for(std::move(dependencies.model_error), on_loopback),
                .loop = loop_,
                .streams = streams_,
                .http = http_metrics_,
                .origins = origins_,
                .door = door_,
                .demo = demo_,
                .frame_bytes_max = options.frame_bytes_max,
                .delivery = dependencies.delivery,
                .desk = dependencies.desk,
                .drives = dependencies.drives},
      http_{.loop = loop_,
            .gate = Gate(make_router(services_), origins_,
                         [this](const Route& route, const std::vector<std::string>& params, const RequestHead& head) {
                           return door_.admit(route, params, head);
                         }),
            .clock = clock_,
            .deadlines = deadlines_of(options),
            .limits = {},
            .connections = connections_,
            .bodies = bodies_,
            .answers = answers_,
            .metrics = http_metrics_},
      timer_(std::make_unique<net::asio::steady_timer>(loop_->context())) {}

RunningServer::~RunningServer() {
  loop_->stop();
  join();
  // The loop's thread is gone: its sockets are this thread's now, and end before the loop does.
  connections_.abort();
  timer_.reset();
  listeners_.clear();
  loop_->close();
}

domain::Result<void> RunningServer::listen() {
  std::vector<std::uint16_t> wanted{options_.port};
  wanted.insert(wanted.end(), options_.extra_ports.begin(), options_.extra_ports.end());
  for (const std::uint16_t port : wanted) {
    auto listener =
        Listener::bind(*loop_, {.host = options_.host, .port = port, .connections_max = options_.connections_max}, taken_);
    if (!listener) return std::unexpected(listener.error());
    ports_.push_back((*listener)->port());
    listeners_.push_back(std::move(*listener));
  }
  return {};
}

void RunningServer::run() {
  for (const auto& listener : listeners_) {
    listener->start(
        [this](TakenSocket socket, std::string peer) {
          http_metrics_.connections.add();
          HttpConnection::start(http_, std::move(socket), std::move(peer));
        },
        [this] { http_metrics_.connections_refused.add(); });
  }
  tick_again();
  thread_ = std::thread([this] { loop_->run(); });
}

void RunningServer::tick_again() {
  timer_->expires_after(ConnectionSet::kTick);
  timer_->async_wait([this](error_code cancelled) {
    if (cancelled) return;
    on_tick();
  });
}

void RunningServer::on_tick() {
  const auto now = steady_clock::now();
  connections_.tick(now);
  if (now - reaped_at_ >= kReapEvery) {
    reaped_at_ = now;
    registry_.reap();
    if (services_.desk != nullptr) services_.desk->tick();
  }
  if (http_.draining) {
    if (now >= drain_until_) connections_.abort();
    if (connections_.size() == 0) return finish();
  }
  tick_again();
}

void RunningServer::drain() {
  loop_->post([this] { begin_drain(); });
}

void RunningServer::begin_drain() {
  if (http_.draining) return;
  http_.draining = true;
  drain_until_ = steady_clock::now() + options_.drain_deadline;
  for (const auto& listener : listeners_) listener->stop();
  registry_.close_all(session::EndReason::server_closing, options_.reconnect_after);
  connections_.drain();
  if (connections_.size() == 0) finish();
}

void RunningServer::finish() { loop_->stop(); }

void RunningServer::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace

domain::Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Dependencies dependencies) {
  const bool on_loopback = is_loopback_host(options.host);
  if (!on_loopback && options.keys.empty() && !options.allow_anonymous) {
    return domain::refuse(domain::ErrorCode::invalid_value,
                          fmt::format("HOST={} can be reached by others, and everyone could use this server: give it keys "
                                      "(API_KEYS_FILE), --allow-anonymous if that is meant, or HOST=127.0.0.1",
                                      options.host));
  }
  auto server = std::make_unique<RunningServer>(options, std::move(dependencies), on_loopback);
  if (auto listening = server->listen(); !listening) return std::unexpected(listening.error());
  server->run();
  return server;
}

}  // namespace hazard::serve
