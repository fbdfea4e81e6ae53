// The one door to Boost.Beast's WebSocket, for ws_stream.cpp alone: each unit that instantiates it takes 20 s to compile.
#pragma once

#include "serve/net.hpp"

#include <boost/asio/prepend.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket.hpp>
#include <utility>

namespace hazard::serve::net {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

// A socket whose end Beast leaves to us: its own teardown (1.81) closes over unread bytes, which resets the connection, so that
// a client in the middle of too large a message never sees the close frame that explains it.
class PeerSocket : public tcp::socket {
 public:
  explicit PeerSocket(tcp::socket&& socket) : tcp::socket(std::move(socket)) {}
};

inline void teardown(beast::role_type, PeerSocket& socket, error_code& failure) {
  socket.shutdown(tcp::socket::shutdown_send, failure);
}

template <typename Handler>
void async_teardown(beast::role_type, PeerSocket& socket, Handler&& handler) {
  error_code failure;
  socket.shutdown(tcp::socket::shutdown_send, failure);
  const auto executor = socket.get_executor();
  asio::post(executor, asio::prepend(std::forward<Handler>(handler), error_code{}));
}

}  // namespace hazard::serve::net
