// The one door to Boost.Asio. Include it from .cpp files of this folder only: it costs seconds to compile, and nothing outside
// serve may know of sockets. WebSockets have their own, dearer door: net_websocket.hpp.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>
#include <optional>

#include "serve/taken_socket.hpp"

namespace hazard::serve::net {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = boost::asio::ip::tcp;

// The descriptor as a socket of `context`, or nothing when the kernel will not watch it (the descriptor stays where it was).
inline std::optional<tcp::socket> adopt(asio::io_context& context, Descriptor& descriptor) {
  tcp::socket socket(context);
  error_code failure;
  const int fd = descriptor.release();
  socket.assign(tcp::v4(), fd, failure);
  if (!failure) return socket;
  descriptor = Descriptor(fd);
  return std::nullopt;
}

}  // namespace hazard::serve::net
