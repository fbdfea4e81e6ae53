#include "serve/ws_stream.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "domain/limits.hpp"
#include "serve/net_websocket.hpp"
#include "session/dialogue.hpp"
#include "wire/server_message.hpp"

namespace hazard::serve {
namespace {

using net::error_code;
using net::websocket::close_code;
using std::chrono::steady_clock;

constexpr std::size_t kBufferBytesKept = 16 * 1024;
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr auto kOverloadedRetry = std::chrono::seconds(1);
// Far beyond any honest client (one ping a heartbeat), far below what would cost us anything.
constexpr int kControlFramesPerSecondMax = 200;
// A ping behind the welcome of a session that was resumed: its pong proves that the welcome, and the new token in it, has arrived.
constexpr std::string_view kMisuse = "misuse";
constexpr std::string_view kArrived = "arrived?";

// A new session whose client never came to hear of it. Its id may belong to another session by now.
void give_up(StreamContext& context, const std::shared_ptr<session::Session>& session) {
  if (context.registry.find(session->id()) == session) {
    context.registry.close(session->id(), session::EndReason::closed_by_client);
  }
}

class WsStream final : public Connection, public std::enable_shared_from_this<WsStream> {
 public:
  WsStream(StreamContext& context, std::shared_ptr<session::Session> session, WsHandshake&& handshake, net::tcp::socket socket,
           Place place)
      : context_(context),
        session_(std::move(session)),
        handshake_(std::move(handshake)),
        dialogue_(session_, context.clock),
        place_(std::move(place)),
        share_(context.budget),
        ws_(std::move(socket)),
        buffer_(domain::text_message_bytes_max(context.frame_bytes_max) + kBufferBytesKept) {
    context_.metrics.websockets.add();
  }
  ~WsStream() override { context_.metrics.websockets.sub(); }

  void open(const std::string& leftover);
  void tick(base::SteadyTime now) override;
  void drain() override {}  // the registry ends the session, the outbox tells
  void abort() override { end(); }

 private:
  enum class State : std::uint8_t { opening, open, closing, lingering, ended };

  template <typename Work>
  void guarded(Work work) noexcept {
    if (!went_well(work)) end();
  }
  void configure();
  void on_open();
  void ask_for_arrival();
  void on_control(net::websocket::frame_type kind, std::string_view payload);
  void read();
  void on_read_failure(error_code failure);
  void linger();
  void on_piece();
  void on_message();
  void flush();
  void write(std::shared_ptr<const std::string> json, std::uint64_t event = 0);
  void leave(close_code code, std::string_view reason, bool reconnect, base::Duration retry_after);
  void leave(const Outbox::Ending& ending);
  void say_goodbye();
  void close(close_code code);
  void keep_alive(base::SteadyTime now);
  void end();

  StreamContext& context_;
  const std::shared_ptr<session::Session> session_;
  const WsHandshake handshake_;
  session::Dialogue dialogue_;
  Place place_;
  ByteShare share_;
  net::websocket::stream<net::PeerSocket, false> ws_;  // false: permessage-deflate is not even compiled in
  net::beast::flat_buffer buffer_;
  std::shared_ptr<Outbox> outbox_;
  std::string upgrade_;  // the request as Beast is shown it, until the handshake is done

  State state_ = State::opening;
  steady_clock::time_point state_since_ = steady_clock::now();
  steady_clock::time_point heard_at_ = state_since_;
  steady_clock::time_point said_at_ = state_since_;
  steady_clock::time_point write_since_{};
  steady_clock::time_point control_window_ = state_since_;
  int control_frames_ = 0;
  std::optional<steady_clock::time_point> message_since_;  // of one that is not whole yet
  bool writing_ = false;
  bool pinging_ = false;
  bool ping_on_its_way_ = false;
  bool for_good_ = false;  // ended by the client, or by us for misuse: nobody will come back

  // How this ends, once that is decided: the client is told, then the close frame goes out.
  struct Goodbye {
    close_code code;
    std::string_view reason;
    bool reconnect;
    base::Duration retry_after;
    bool said = false;
  };
  std::optional<Goodbye> goodbye_;
};

void WsStream::configure() {
  error_code ignored;
  ws_.next_layer().set_option(net::tcp::no_delay(true), ignored);
  // All deadlines are ours (tick): Beast 1.81 rules the closing handshake by the wrong time-out.
  ws_.set_option(
      net::websocket::stream_base::timeout{net::websocket::stream_base::none(), net::websocket::stream_base::none(), false});
  ws_.set_option(
      net::websocket::stream_base::decorator([request_id = handshake_.request_id](net::websocket::response_type& response) {
        response.set("X-Request-ID", request_id);
        response.set("X-Content-Type-Options", "nosniff");
        response.set("Cache-Control", "no-store");
      }));
  ws_.auto_fragment(false);
  ws_.read_message_max(domain::text_message_bytes_max(context_.frame_bytes_max));
  ws_.text(true);
  ws_.control_callback([this](net::websocket::frame_type kind, net::beast::string_view payload) {
    on_control(kind, {payload.data(), payload.size()});
  });
}

void WsStream::on_control(net::websocket::frame_type kind, std::string_view payload) {
  heard_at_ = steady_clock::now();
  if (heard_at_ - control_window_ >= std::chrono::seconds(1)) {
    control_window_ = heard_at_;
    control_frames_ = 0;
  }
  ++control_frames_;
  if (kind == net::websocket::frame_type::pong && payload == kArrived && handshake_.claim) {
    session_->confirm(handshake_.claim->number);
  }
}

void WsStream::open(const std::string& leftover) {
  configure();
  // Our own validator has read the request already. Beast gets the few lines it wants to see, and behind them whatever the
  // client sent too early, so that nothing is lost.
  upgrade_ =
      "GET / HTTP/1.1\r\nHost: s\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: " +
      handshake_.key + "\r\n\r\n" + leftover;
  ws_.async_accept(net::asio::buffer(upgrade_), [self = shared_from_this()](error_code failure) {
    if (self->state_ != State::opening) return;
    if (failure) return self->end();
    self->guarded([&] { self->on_open(); });
  });
}

void WsStream::on_open() {
  upgrade_ = {};
  state_ = State::open;
  state_since_ = heard_at_ = said_at_ = steady_clock::now();
  outbox_ = std::make_shared<Outbox>(context_.outbox, [loop = context_.loop, weak = weak_from_this()] {
    loop->post([weak] {
      if (const auto self = weak.lock()) self->guarded([&] { self->flush(); });
    });
  });
  const auto& claim = handshake_.claim;
  outbox_->say(claim ? session_->greeting_again(claim->token) : session_->greeting());
  if (const auto ended = session_->attach_owner(outbox_, claim ? claim->number : 0, handshake_.seen)) {
    outbox_->session_ended(*ended, {});
  }
  outbox_->begin_live();
  flush();
  if (claim) ask_for_arrival();
  read();
}

void WsStream::ask_for_arrival() {
  ping_on_its_way_ = true;
  ws_.async_ping(net::websocket::ping_data(kArrived.data(), kArrived.size()),
                 [self = shared_from_this()](error_code) { self->ping_on_its_way_ = false; });
}

void WsStream::read() {
  // Piece by piece, so that a long message on a slow line counts as a sign of life, and its bytes against the budget.
  ws_.async_read_some(buffer_, kReadBytes, [self = shared_from_this()](error_code failure, std::size_t) {
    if (self->state_ == State::ended) return;
    if (failure) return self->on_read_failure(failure);
    self->guarded([&] {
      self->on_piece();
      if (self->state_ == State::open || self->state_ == State::closing) self->read();
    });
  });
}

void WsStream::on_read_failure(error_code failure) {
  const bool left_alone = state_ == State::open && !goodbye_;
  const bool closed = failure == net::websocket::error::closed;
  const auto code = ws_.reason().code;
  // A close without a code is a client's own too: what is lost says nothing. Beast's other findings are misuse.
  const bool own_close = closed && (code == close_code::normal || code == close_code::none);
  const bool misuse = !closed && failure.category() == error_code(net::websocket::error::closed).category();
  for_good_ = for_good_ || (left_alone && (own_close || misuse));
  if (closed || failure == net::asio::error::eof) return end();
  linger();  // Beast has sent a close frame for what it found wrong (1002, 1007, 1009)
}

// The rest of what the client was sending is read and dropped, for a moment: a socket closed over unread bytes takes the close
// frame back.
void WsStream::linger() {
  if (state_ != State::lingering) {
    state_ = State::lingering;
    state_since_ = steady_clock::now();
    buffer_.clear();
  }
  ws_.next_layer().async_read_some(buffer_.prepare(kBufferBytesKept),
                                   [self = shared_from_this()](error_code failure, std::size_t) {
                                     if (self->state_ == State::ended) return;
                                     if (failure) return self->end();
                                     self->guarded([&] { self->linger(); });
                                   });
}

void WsStream::on_piece() {
  heard_at_ = steady_clock::now();
  // Nobody answers it any more. Also when the session has just gone over to another connection: its frames are counted there.
  if (state_ == State::closing || goodbye_ || outbox_->ending()) return buffer_.consume(buffer_.size());
  if (!message_since_) message_since_ = heard_at_;
  if (ws_.is_message_done()) {
    message_since_.reset();
    on_message();
  }
  if (!share_.hold(buffer_.capacity())) {
    buffer_.consume(buffer_.size());
    leave(close_code::try_again_later, "overloaded", true, spread(kOverloadedRetry));
  }
}

void WsStream::on_message() {
  const auto data = buffer_.cdata();
  const std::string_view bytes(static_cast<const char*>(data.data()), data.size());
  context_.metrics.websocket_messages_in.add();
  context_.metrics.websocket_bytes_in.add(bytes.size());
  if (ws_.got_binary()) {
    if (bytes.size() > context_.frame_bytes_max + domain::kEnvelopeHeaderBytes + domain::kEnvelopeJsonBytesMax) {
      close(close_code::too_big);
    } else if (auto answer = dialogue_.on_binary(domain::Bytes(bytes.begin(), bytes.end()))) {
      if (!outbox_->say(std::move(*answer))) leave(close_code::policy_error, kMisuse, false, {});
    }
  } else if (ends_inside_character(bytes)) {
    close(close_code::bad_payload);
  } else if (auto answer = dialogue_.on_text(bytes)) {
    if (!outbox_->say(std::move(*answer))) leave(close_code::policy_error, kMisuse, false, {});
  }
  buffer_.consume(buffer_.size());
  if (buffer_.capacity() > kBufferBytesKept) buffer_.shrink_to_fit();  // an idle session does not keep its largest frame
}

void WsStream::flush() {
  if (state_ != State::open || writing_) return;
  if (goodbye_) return say_goodbye();
  if (auto next = outbox_->pop()) return write(std::move(next->json), next->event);
  if (const auto ending = outbox_->ending()) leave(*ending);
}

void WsStream::write(std::shared_ptr<const std::string> json, std::uint64_t event) {
  writing_ = true;
  write_since_ = steady_clock::now();
  const auto buffer = net::asio::buffer(*json);
  context_.metrics.messages_out.add();
  context_.metrics.bytes_out.add(json->size());
  ws_.async_write(buffer, [self = shared_from_this(), json = std::move(json), event](error_code failure, std::size_t) {
    self->writing_ = false;
    self->said_at_ = steady_clock::now();
    if (!failure) self->outbox_->note_handed(event);
    if (self->state_ == State::ended || self->state_ == State::lingering) return;
    if (failure) return self->end();
    self->guarded([&] { self->flush(); });
  });
}

void WsStream::leave(const Outbox::Ending& ending) {
  constexpr std::string_view kReasons[] = {"closed", "idle", "server_closing", "replaced"};
  const std::string_view reason = kReasons[static_cast<std::size_t>(ending.reason)];
  switch (ending.reason) {
    case session::EndReason::closed_by_client: return leave(close_code::normal, reason, false, {});
    case session::EndReason::server_closing: return leave(close_code::service_restart, reason, true, spread(ending.retry_after));
    case session::EndReason::idle: return leave(close_code::going_away, reason, true, {});
    case session::EndReason::replaced: return leave(close_code::going_away, reason, false, {});
  }
}

void WsStream::leave(close_code code, std::string_view reason, bool reconnect, base::Duration retry_after) {
  if (goodbye_) return;
  for_good_ = for_good_ || reason == kMisuse;
  goodbye_ = Goodbye{.code = code, .reason = reason, .reconnect = reconnect, .retry_after = retry_after};
  flush();
}

void WsStream::say_goodbye() {
  if (std::exchange(goodbye_->said, true)) return close(goodbye_->code);
  write(std::make_shared<const std::string>(
      wire::session_closing(goodbye_->reason, goodbye_->reconnect, goodbye_->retry_after, context_.clock.wall())));
}

void WsStream::close(close_code code) {
  if (state_ != State::open) return;
  for_good_ = for_good_ || !goodbye_;  // 1007 and 1009 come without one
  state_ = State::closing;
  state_since_ = steady_clock::now();
  ws_.async_close(code, [self = shared_from_this()](error_code) {
    if (self->state_ == State::closing) self->end();
  });
}

void WsStream::tick(base::SteadyTime now) {
  guarded([&] {
    if (state_ == State::opening && now - state_since_ >= context_.times.handshake) return end();
    const bool leaving = state_ == State::closing || state_ == State::lingering;
    if (leaving && now - state_since_ >= context_.times.close) return end();
    if (writing_ && now - write_since_ >= context_.times.write_stall) {
      context_.metrics.stalled.add();
      return end();
    }
    if (state_ != State::open) return;
    if (message_since_ && now - *message_since_ >= context_.times.message)
      return leave(close_code::policy_error, "too_slow", true, {});
    if (control_frames_ > kControlFramesPerSecondMax) return leave(close_code::policy_error, kMisuse, false, {});
    keep_alive(now);
    flush();
  });
}

void WsStream::keep_alive(base::SteadyTime now) {
  if (now - heard_at_ >= 2 * context_.heartbeat) {
    context_.metrics.vanished.add();
    return end();
  }
  if (now - std::max(heard_at_, said_at_) >= context_.heartbeat && !writing_) {
    outbox_->say(wire::ping(context_.clock.wall()));
  }
  if (now - heard_at_ >= context_.heartbeat && !ping_on_its_way_ && !std::exchange(pinging_, true)) {
    ping_on_its_way_ = true;
    ws_.async_ping({}, [self = shared_from_this()](error_code) { self->ping_on_its_way_ = false; });
  } else if (now - heard_at_ < context_.heartbeat) {
    pinging_ = false;
  }
}

void WsStream::end() {
  if (std::exchange(state_, State::ended) == State::ended) return;
  const auto self = shared_from_this();
  error_code ignored;
  ws_.next_layer().close(ignored);
  if (outbox_) {
    context_.metrics.verdicts_dropped_for_slow_viewers.add(outbox_->dropped());
    context_.registry.lose_owner(session_, outbox_.get(), for_good_);
  } else if (!handshake_.claim) {
    give_up(context_, session_);
  }
  context_.connections.remove(this);
}

}  // namespace

bool ends_inside_character(std::string_view text) noexcept {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) return false;
    if (byte >= 0xC0) return back < (byte >= 0xF0 ? 4U : byte >= 0xE0 ? 3U : 2U);
  }
  return false;
}

void start_ws_stream(StreamContext& context, std::shared_ptr<session::Session> session, WsHandshake handshake,
                     TakenSocket taken) {
  auto socket = net::adopt(context.loop->context(), taken.descriptor);
  if (!socket) {
    if (!handshake.claim) give_up(context, session);
    return;
  }
  const auto stream =
      std::make_shared<WsStream>(context, std::move(session), std::move(handshake), std::move(*socket), std::move(taken.place));
  context.connections.add(stream);
  stream->open(taken.leftover);
}

}  // namespace hazard::serve
