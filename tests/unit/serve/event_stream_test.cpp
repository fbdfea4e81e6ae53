// What both kinds of event stream have in common, on a live socket.
#include "serve/event_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_desk.hpp"
#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

TEST(event_stream, a_reader_of_http_1_0_gets_events_without_chunks_until_the_connection_ends) {
  LiveDesk live;
  Client listener(live.port());
  listener.send("GET /events HTTP/1.0\r\nHost: localhost\r\n\r\n");
  const std::string head = listener.read_until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("text/event-stream"));
  EXPECT_THAT(head, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(listener.read_until("\n\n"), testing::StartsWith(R"(data: {"type":"connection")"));
  live.server().drain();
  EXPECT_THAT(listener.read_until("\n\n"), HasSubstr(R"("type":"disconnect")"));
  EXPECT_TRUE(listener.at_end());
}

TEST(event_stream, what_a_reader_says_is_read_and_dropped) {
  LiveServer live;
  open_session(live);
  Client reader(live.port());
  reader.get("/stream/events/mine");
  reader.read_event();
  reader.send(std::string(1000, 'x'));
  Client(live.port()).post("/stream/process/mine", process_body("a"));
  EXPECT_THAT(reader.read_event(), HasSubstr(R"("type":"detection_result")"));
}

TEST(event_stream, an_ended_stream_says_so_in_a_last_chunk) {
  LiveServer live;
  open_session(live);
  Client reader(live.port());
  reader.send("GET /stream/events/mine HTTP/1.1\r\nHost: localhost\r\n\r\n");
  reader.read_until("\r\n\r\n");
  reader.read_event();
  Client(live.port()).ask("DELETE /stream/sessions/mine HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(reader.read_event(), HasSubstr(R"("type":"session_closing")"));
  EXPECT_EQ(reader.read_event(), "") << "the empty chunk, not a broken line";
}

}  // namespace
}  // namespace hazard::serve
