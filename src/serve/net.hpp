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

namespace hazard::serve::net {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = boost::asio::ip::tcp;

}  // namespace hazard::serve::net
