#include "serve/http_connection.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "serve/answer.hpp"
#include "serve/chunked_body.hpp"
#include "serve/net.hpp"

namespace hazard::serve {
namespace {

using domain::Error;
using domain::ErrorCode;
using net::error_code;
using std::chrono::steady_clock;

// Small, so that what follows an upgrade request stays small too: the WebSocket's own buffer must be able to take it.
constexpr std::size_t kHeadReadBytes = 1024;
constexpr std::size_t kBodyReadBytes = 64 * 1024;
constexpr std::size_t kLingerBytesMax = 256 * 1024;

class Http11 final : public HttpConnection, public OutcomeTaker, public std::enable_shared_from_this<Http11> {
 public:
  Http11(HttpContext& context, net::tcp::socket socket, Place place, std::string peer)
      : context_(context), socket_(std::move(socket)), place_(std::move(place)), peer_(std::move(peer)) {}

  void begin() {
    enter(State::head);
    read_head();
  }
  void tick(base::SteadyTime now) override;
  void drain() override {
    if (state_ == State::idle || (state_ == State::head && in_.empty())) end();
    close_after_ = true;
  }
  void abort() override { end(); }
  void on_outcome(std::uint64_t turn, Outcome outcome) override;

 private:
  enum class State : std::uint8_t { idle, head, body, handling, writing, lingering, ended };

  void enter(State state) {
    state_ = state;
    since_ = steady_clock::now();
  }
  template <typename Work>
  void guarded(Work work) noexcept;
  template <typename Next>
  void read_into(char* data, std::size_t size, Next next);
  void note(const std::exception& exception) noexcept;
  void read_head();
  void look_for_head();
  void on_head(RequestHead&& head);
  void begin_body();
  void read_sized_body();
  void read_chunked_body();
  void call_handler();
  void give_away(Takeover takeover);

  void refuse_head(const Error& error);
  void respond(Response response);
  void write_some();
  void after_write();
  void linger();
  void end();

  HttpContext& context_;
  net::tcp::socket socket_;
  Place place_;
  const std::string peer_;
  ByteShare share_{context_.bodies};
  ByteShare unsent_{context_.answers};

  State state_ = State::head;
  steady_clock::time_point since_{};
  steady_clock::time_point headed_at_{};  // of the request that is to be answered
  steady_clock::time_point answered_at_{};
  std::uint64_t turn_ = 0;  // counts requests
  std::uint64_t read_ = 0;  // counts reads: one that was given up completes under an old number

  std::string in_;  // bytes read and not yet used; bounded by the head's limit and one read
  HeadScanner scanner_;
  bool head_begun_ = false;
  bool forgave_empty_line_ = false;
  Request request_;  // until the handler has it
  std::string request_id_;
  std::string cors_lines_;
  std::string path_;
  bool head_only_ = false;
  bool unread_body_ = false;  // bytes of the request are left, and nobody knows where they end
  const Route* route_ = nullptr;
  std::optional<ChunkedBody> chunks_;
  std::size_t window_bytes_ = 0;

  bool close_after_ = false;  // the answer is the last one
  OutgoingResponse out_;
  std::size_t lingered_ = 0;
};

// Runs a completion's work; an exception ends this connection and nothing else.
template <typename Work>
void Http11::guarded(Work work) noexcept {
  try {
    work();
  } catch (const std::exception& exception) {
    note(exception);
    end();
  }
}

// Ours to mend: no byte of a client may throw as far as this.
void Http11::note(const std::exception& exception) noexcept {
  context_.metrics.exceptions.add();
  base::log::error("http_exception", "A request failed inside the server.",
                   {{"what", exception.what()}, {"request_id", request_id_}});
}

template <typename Next>
void Http11::read_into(char* data, std::size_t size, Next next) {
  socket_.async_read_some(net::asio::buffer(data, size),
                          [self = shared_from_this(), next, mine = ++read_](error_code failure, std::size_t count) {
                            if (self->state_ == State::ended || mine != self->read_) return;
                            if (failure) return self->end();
                            self->guarded([&] { next(*self, count); });
                          });
}

void Http11::tick(base::SteadyTime now) {
  const HttpDeadlines& limit = context_.deadlines;
  const std::array most{limit.idle, limit.head, limit.body_window, limit.handler, limit.write_stall, limit.linger};
  const bool drags = state_ == State::writing && !limit.is_taken(out_.done(), now - answered_at_);
  if (state_ == State::ended || (!drags && now - since_ < most[static_cast<std::size_t>(state_)])) return;
  const auto time_out = [this](const char* sentence) {
    context_.metrics.timeouts.add();
    ++read_;
    error_code ignored;
    socket_.cancel(ignored);
    refuse_head({ErrorCode::request_timeout, sentence});
  };
  switch (state_) {
    case State::head: return head_begun_ ? time_out("The request's headers took too long.") : end();
    case State::body:
      if (!limit.is_quick(window_bytes_, request_.body.size(), now - headed_at_)) return time_out("The body comes too slowly.");
      window_bytes_ = 0;
      since_ = now;
      return;
    case State::handling:
      context_.metrics.timeouts.add();
      return on_outcome(turn_,
                        error_response({ErrorCode::inference_timeout, "The server was too slow for this request."}, request_id_));
    case State::writing: context_.metrics.timeouts.add(); [[fallthrough]];
    case State::idle:
    case State::lingering:
    case State::ended: return end();
  }
}

void Http11::read_head() {
  const std::size_t have = in_.size();
  in_.resize(have + kHeadReadBytes);
  read_into(in_.data() + have, kHeadReadBytes, [have](Http11& self, std::size_t count) {
    self.in_.resize(have + count);
    self.head_begun_ = true;
    if (self.state_ == State::idle) self.enter(State::head);
    self.look_for_head();
  });
}

void Http11::look_for_head() {
  // One empty line before a request is forgiven (RFC 9112 section 2.2): some old clients end a body with one.
  if (!forgave_empty_line_ && in_.starts_with("\r\n")) {
    forgave_empty_line_ = true;
    in_.erase(0, 2);
  }
  const auto length = scanner_.scan(in_, context_.limits);
  if (!length) return refuse_head(length.error());
  if (!*length) return read_head();
  auto head = check_head(std::string_view(in_).substr(0, **length), context_.limits);
  if (!head) return refuse_head(head.error());
  in_.erase(0, **length);
  on_head(std::move(*head));
}

void Http11::on_head(RequestHead&& head) {
  context_.metrics.requests.add();
  headed_at_ = steady_clock::now();
  ++turn_;
  close_after_ = !head.keep_alive || context_.draining;
  unread_body_ = head.framing != BodyFraming::none;
  head_only_ = head.method == Method::head;
  cors_lines_ = context_.gate.origins().cors_lines(head);
  path_ = head.path;  // without the query: tickets come in there
  request_.head = std::move(head);
  request_id_ = base::make_request_id();

  auto decision = context_.gate.judge(request_.head);
  if (const auto* refused = std::get_if<Gate::Refused>(&decision)) {
    Response response = error_response(refused->error, request_id_);
    if (!refused->allow.empty()) response.headers.emplace_back("Allow", refused->allow);
    return respond(std::move(response));
  }
  if (const auto* options = std::get_if<Gate::Options>(&decision)) {
    // 200 rather than 204: installed pages expect it of OPTIONS /health.
    Response response;
    response.headers.emplace_back("Allow", options->allow);
    if (options->preflight) cors_lines_.append(OriginPolicy::preflight_lines());
    return respond(std::move(response));
  }
  auto& passed = std::get<Gate::Passed>(decision);
  route_ = passed.route;
  request_.params = std::move(passed.params);
  if (unread_body_) {
    begin_body();
  } else {
    call_handler();
  }
}

void Http11::begin_body() {
  enter(State::body);
  window_bytes_ = 0;
  if (request_.head.expects_continue && in_.empty()) {
    // 25 bytes into an empty send buffer; a client that never sees them goes on after a moment (RFC 9110 section 10.1.1).
    error_code ignored;
    socket_.write_some(net::asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")), ignored);
  }
  if (request_.head.framing == BodyFraming::chunked) {
    chunks_.emplace(route_->body.bytes_max);
    return read_chunked_body();
  }
  const auto ready = std::min<std::size_t>(in_.size(), request_.head.content_length);
  request_.body.assign(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(ready));
  in_.erase(0, ready);
  read_sized_body();
}

void Http11::read_sized_body() {
  domain::Bytes& body = request_.body;
  const std::size_t have = body.size();
  const std::size_t whole = request_.head.content_length;
  if (have == whole) return call_handler();
  const std::size_t piece = std::min(whole - have, kBodyReadBytes);
  if (!share_.hold(have + piece)) return refuse_head({ErrorCode::overloaded, "Too many requests are being read."});
  // Grows with what really came, not with what was announced; room that is not written to costs nothing, and a read only its piece.
  if (body.capacity() < have + piece) body.reserve(std::min(whole, std::max(kBodyReadBytes, 4 * have)));
  body.resize(have + piece);
  read_into(reinterpret_cast<char*>(body.data()) + have, piece, [have](Http11& self, std::size_t count) {
    self.request_.body.resize(have + count);
    self.window_bytes_ += count;
    self.read_sized_body();
  });
}

void Http11::read_chunked_body() {
  const auto used = chunks_->feed(in_, request_.body);
  if (!used) return refuse_head(used.error());  // nothing after this can be read
  in_.erase(0, *used);
  if (chunks_->done()) return call_handler();
  if (!share_.hold(request_.body.size())) return refuse_head({ErrorCode::overloaded, "Too many requests are being read."});
  in_.resize(kBodyReadBytes / 4);
  read_into(in_.data(), in_.size(), [](Http11& self, std::size_t count) {
    self.in_.resize(count);
    self.window_bytes_ += count;
    self.read_chunked_body();
  });
}

void Http11::call_handler() {
  enter(State::handling);
  unread_body_ = false;
  share_.give_back();
  request_.request_id = request_id_;
  request_.peer = peer_;
  request_.received_at = context_.clock.now();
  try {
    route_->handler(std::exchange(request_, Request{}), Answer(context_.loop, weak_from_this(), turn_));
  } catch (const std::exception& exception) {
    note(exception);
    on_outcome(turn_, error_response({ErrorCode::internal, "Something went wrong on our side."}, request_id_));
  }
}

void Http11::on_outcome(std::uint64_t turn, Outcome outcome) {
  if (turn != turn_ || state_ != State::handling) return;
  guarded([&] {
    if (auto* takeover = std::get_if<Takeover>(&outcome)) return give_away(std::move(*takeover));
    respond(std::move(std::get<Response>(outcome)));
  });
}

void Http11::give_away(Takeover takeover) {
  state_ = State::ended;
  error_code failure;
  TakenSocket taken{.descriptor = Descriptor(socket_.release(failure)), .place = std::move(place_), .leftover = std::move(in_)};
  const auto self = shared_from_this();
  context_.connections.remove(this);
  if (!failure) takeover(std::move(taken));
}

// For whatever leaves the framing in doubt: one answer, then the end.
void Http11::refuse_head(const Error& error) {
  context_.metrics.refused_heads.add();
  request_id_ = base::make_request_id();
  unread_body_ = true;
  respond(error_response(error, request_id_));
}

void Http11::respond(Response response) {
  enter(State::writing);
  answered_at_ = since_;
  if (!unsent_.hold(response.payload.held()))
    response = error_response({ErrorCode::overloaded, "Too many answers wait to be read."}, request_id_);
  close_after_ = close_after_ || unread_body_ || context_.draining;
  base::log::debug("http_answer", "Answered.", {{"request_id", request_id_}, {"path", path_}, {"status", response.status}});
  if (const auto headed_at = std::exchange(headed_at_, {}); headed_at != steady_clock::time_point{})
    context_.metrics.answer_time.observe(steady_clock::now() - headed_at);
  context_.metrics.responses[static_cast<std::size_t>(std::clamp(response.status / 100, 1, 5) - 1)].add();
  out_ = OutgoingResponse(std::move(response), request_id_, !close_after_, head_only_, cors_lines_);
  write_some();
}

void Http11::write_some() {
  const auto rest = out_.rest();
  const std::array<net::asio::const_buffer, 2> pieces{net::asio::buffer(rest[0]), net::asio::buffer(rest[1])};
  socket_.async_write_some(pieces, [self = shared_from_this()](error_code failure, std::size_t count) {
    if (self->state_ != State::writing) return;
    if (failure) return self->end();
    self->since_ = steady_clock::now();
    self->out_.advance(count);
    self->guarded([&] {
      if (!self->out_.finished()) return self->write_some();
      self->after_write();
    });
  });
}

void Http11::after_write() {
  out_ = {};
  request_ = Request{};
  unsent_.give_back();
  cors_lines_.clear();
  path_.clear();
  head_only_ = false;
  chunks_.reset();
  scanner_ = {};
  forgave_empty_line_ = false;
  if (close_after_) {
    // A socket closed over unread bytes resets the connection, and the answer may be lost on its way.
    return unread_body_ || !in_.empty() ? linger() : end();
  }
  head_begun_ = !in_.empty();
  if (head_begun_) {
    enter(State::head);
    return look_for_head();
  }
  in_.shrink_to_fit();
  enter(State::idle);
  read_head();
}

void Http11::linger() {
  if (state_ != State::lingering) {
    enter(State::lingering);
    error_code ignored;
    socket_.shutdown(net::tcp::socket::shutdown_send, ignored);
    in_.resize(kBodyReadBytes / 4);
  }
  read_into(in_.data(), in_.size(), [](Http11& self, std::size_t count) {
    self.lingered_ += count;
    if (self.lingered_ > kLingerBytesMax) return self.end();
    self.linger();
  });
}

void Http11::end() {
  if (state_ == State::ended) return;
  state_ = State::ended;
  error_code ignored;
  socket_.close(ignored);
  context_.connections.remove(this);
}

}  // namespace

void HttpConnection::start(HttpContext& context, TakenSocket taken, std::string peer) {
  auto socket = net::adopt(context.loop->context(), taken.descriptor);
  if (!socket) return;
  error_code ignored;
  socket->non_blocking(true, ignored);
  auto connection = std::make_shared<Http11>(context, std::move(*socket), std::move(taken.place), std::move(peer));
  context.connections.add(connection);
  connection->begin();
}

}  // namespace hazard::serve
