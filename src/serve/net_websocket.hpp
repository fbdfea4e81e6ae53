// The one door to Boost.Beast's WebSocket, for ws_stream.cpp alone: each unit that instantiates it takes 20 s to compile.
#pragma once

#include "serve/net.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

namespace hazard::serve::net {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

}  // namespace hazard::serve::net
