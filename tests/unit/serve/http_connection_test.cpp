// The HTTP edge on a live socket: framing, limits, deadlines, headers of every answer.
#include "serve/http_connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "support/live_server.hpp"

namespace hazard::serve {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(http_connection, answers_health) {
  LiveServer live;
  Client client(live.port());
  const auto reply = client.get("/health");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(R"("status":"healthy")"));
  EXPECT_EQ(reply.headers.at("content-type"), "application/json");
  EXPECT_EQ(reply.headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(reply.headers.at("cache-control"), "no-store");
  EXPECT_EQ(reply.headers.at("x-request-id").size(), 8U);
}

TEST(http_connection, keeps_the_connection_and_answers_pipelined_requests_in_order) {
  LiveServer live;
  Client client(live.port());
  client.send("GET /api/v1/health HTTP/1.1\r\nHost: a.localhost\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 403);  // a foreign name on loopback
  client.send(
      "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n\r\n"
      "HEAD /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 200);
  const auto missing = client.read_reply();
  EXPECT_EQ(missing.status, 404);
  EXPECT_THAT(missing.body, HasSubstr(R"("code":"not_found")"));
  const auto head = client.read_reply(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "15");
  EXPECT_EQ(client.get("/api/v1/health").body, R"({"status":"ok"})");
}

TEST(http_connection, one_400_after_a_framing_error_and_then_the_end) {
  LiveServer live;
  for (const char* bytes :
       {"GET /health HTTP/1.1\nHost: localhost\n\n",
        "POST /stream/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"
        "0\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /stream/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\n",
        "POST /stream/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /stream/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"}) {
    Client client(live.port());
    const auto reply = client.ask(bytes);
    EXPECT_EQ(reply.status, 400) << bytes;
    EXPECT_THAT(reply.body, HasSubstr(R"("code":"bad_request")"));
    EXPECT_EQ(reply.headers.at("connection"), "close");
    client.half_close();
    EXPECT_TRUE(client.at_end()) << bytes;
  }
}

TEST(http_connection, long_targets_and_headers_have_their_status) {
  LiveServer live;
  EXPECT_EQ(Client(live.port()).get("/" + std::string(2047, 'a')).status, 404);
  EXPECT_EQ(Client(live.port()).get("/" + std::string(2048, 'a')).status, 414);
  EXPECT_EQ(Client(live.port()).get("/health", "X: " + std::string(16 * 1024, 'a') + "\r\n").status, 431);
  std::string many;
  for (int i = 0; i < 64; ++i) many += "X: y\r\n";
  EXPECT_EQ(Client(live.port()).get("/health", many).status, 431);
}

TEST(http_connection, a_body_beyond_its_limit_is_413_before_it_is_sent) {
  LiveServer live;
  Client client(live.port());
  const auto reply =
      client.ask("POST /stream/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.headers.at("connection"), "close");
  EXPECT_EQ(Client(live.port()).post("/stream/sessions", "{" + std::string(65534, ' ') + "}").status, 200);
  EXPECT_EQ(Client(live.port()).get("/health", "Content-Length: 1\r\n").status, 413);
}

TEST(http_connection, bodies_beyond_what_all_may_hold_are_503_until_there_is_room) {
  LiveOptions options = live_options();
  options.server.body_bytes_max = 100'000;
  LiveServer live(std::move(options));
  const std::string large = "{" + std::string(60'000, ' ') + "}";
  int status = 0;
  {
    Client half(live.port());
    half.send("POST /stream/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60002\r\n\r\n" + large.substr(1));
    // The first is read at its own pace.
    for (int i = 0; i < 10'000 && status != 503; ++i) status = Client(live.port()).post("/stream/sessions", large).status;
    EXPECT_EQ(status, 503);
  }
  for (int i = 0; i < 10'000 && status != 200; ++i) status = Client(live.port()).post("/stream/sessions", large).status;
  EXPECT_EQ(status, 200);
}

TEST(http_connection, bodies_that_hold_all_they_may_cost_no_stream_its_place) {
  LiveOptions options = live_options();
  options.server.body_bytes_max = 100'000;
  LiveServer live(std::move(options));
  Client stream(live.port());
  ASSERT_EQ(stream.upgrade().status, 101);
  stream.read_message();
  Client half(live.port());
  half.send("POST /stream/process/none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n" + std::string(90'000, ' '));
  const std::string large = "{" + std::string(60'000, ' ') + "}";
  int status = 0;
  for (int i = 0; i < 10'000 && status != 503; ++i) status = Client(live.port()).post("/stream/sessions", large).status;
  ASSERT_EQ(status, 503);
  stream.send_binary(std::string(300'000, 'x'));
  EXPECT_THAT(stream.read_message().payload, HasSubstr("invalid_envelope"));
}

// Enough for every window, and not enough to come to an end in any reasonable time.
TEST(http_connection, a_body_that_trickles_on_for_ever_is_408) {
  LiveOptions options = live_options();
  options.server.body_window = std::chrono::milliseconds(1000);
  options.server.body_grace = std::chrono::milliseconds(100);
  LiveServer live(std::move(options));
  Client client(live.port());
  client.send("POST /stream/process/none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n");
  for (int i = 0; i < 3; ++i) {
    client.send(std::string(4'200, ' '));
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
  }
  const auto reply = client.read_reply();
  EXPECT_EQ(reply.status, 408);
  EXPECT_THAT(reply.body, HasSubstr("too slowly"));
}

// Nothing moves for minutes only if the reader wants it so: an answer that was begun has to be on its way to an end too.
TEST(http_connection, an_answer_that_nobody_takes_in_is_given_up) {
  const test::SmallBuffers small;
  LiveOptions options = live_options();
  options.server.write_stall = std::chrono::minutes(10);
  options.server.write_grace = std::chrono::milliseconds(100);
  LiveServer live(std::move(options));
  Client reader(live.port());
  std::string requests;
  for (int i = 0; i < 2'000; ++i) requests += "GET /hazards.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
  reader.send(requests);
  for (int i = 0; i < 2'000; ++i) {
    if (Client(live.port()).get("/metrics").body.find("hazardstream_http_timeouts_total 1\n") != std::string::npos) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_THAT(Client(live.port()).get("/metrics").body, HasSubstr("hazardstream_http_timeouts_total 1\n"));
  reader.read_all();
}

TEST(http_connection, answers_in_memory_that_wait_for_their_readers_have_a_bound_together) {
  LiveOptions options = live_options();
  options.server.answer_bytes_max = 3'000;
  LiveServer live(std::move(options));
  const auto reply = Client(live.port()).get("/metrics");
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("wait to be read"));
  EXPECT_EQ(Client(live.port()).get("/hazards.js").status, 200) << "lies in the program, not in memory of its own";
  EXPECT_EQ(Client(live.port()).get("/health/live").status, 200);
  EXPECT_EQ(Client(live.port()).get("/health/live").status, 200) << "what was sent is given back";
}

TEST(http_connection, a_client_that_waits_for_leave_gets_it) {
  LiveServer live;
  Client client(live.port());
  client.send("POST /stream/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("{}");
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST(http_connection, takes_chunked_bodies) {
  LiveServer live;
  Client client(live.port());
  const auto reply = client.ask(
      "POST /stream/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(client.get("/api/v1/health").status, 200);
}

TEST(http_connection, wrong_method_names_the_right_ones) {
  LiveServer live;
  Client client(live.port());
  const auto reply = client.post("/health", "");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.headers.at("allow"), "GET, HEAD, OPTIONS");
}

TEST(http_connection, preflight_of_an_installed_page_passes) {
  LiveServer live;
  Client client(live.port());
  const auto reply = client.ask(
      "OPTIONS /health HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:5173\r\nAccess-Control-Request-Method: GET\r\n"
      "Access-Control-Request-Headers: user-agent,accept,content-type,authorization\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("access-control-allow-origin"), "http://localhost:5173");
  EXPECT_EQ(reply.headers.at("vary"), "Origin");
  EXPECT_THAT(reply.headers.at("access-control-allow-headers"), HasSubstr("authorization"));
  const auto evil = client.ask(
      "OPTIONS /health HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: "
      "GET\r\n\r\n");
  EXPECT_FALSE(evil.headers.contains("access-control-allow-origin"));
}

TEST(http_connection, a_strange_page_may_not_change_anything) {
  LiveServer live;
  const auto reply = Client(live.port()).post("/stream/sessions", "{}", "Origin: https://evil.example\r\n");
  EXPECT_EQ(reply.status, 403);
  EXPECT_THAT(reply.body, HasSubstr(R"("code":"origin_refused")"));
  EXPECT_TRUE(live.registry().all().empty());
}

TEST(http_connection, slow_headers_are_408) {
  LiveOptions options = live_options();
  options.server.head_deadline = std::chrono::milliseconds(200);
  LiveServer live(std::move(options));
  Client client(live.port());
  const auto reply = client.ask("GET /health HTTP/1.1\r\nHost: loc");
  EXPECT_EQ(reply.status, 408);
  EXPECT_EQ(reply.headers.at("connection"), "close");
}

TEST(http_connection, a_silent_connection_is_closed_without_a_word) {
  LiveOptions options = live_options();
  options.server.head_deadline = std::chrono::milliseconds(200);
  LiveServer live(std::move(options));
  EXPECT_TRUE(Client(live.port()).at_end());
}

TEST(http_connection, an_idle_connection_is_closed) {
  LiveOptions options = live_options();
  options.server.idle_deadline = std::chrono::milliseconds(200);
  LiveServer live(std::move(options));
  Client client(live.port());
  EXPECT_EQ(client.get("/health").status, 200);
  EXPECT_TRUE(client.at_end());
}

TEST(http_connection, a_body_that_trickles_is_408) {
  LiveOptions options = live_options();
  options.server.body_window = std::chrono::milliseconds(200);
  LiveServer live(std::move(options));
  Client client(live.port());
  EXPECT_EQ(client.ask("POST /stream/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n{").status, 408);
}

TEST(http_connection, frame_that_is_never_finished_costs_only_its_own_connection) {
  LiveServer live;
  Client half(live.port());
  ASSERT_EQ(half.upgrade().status, 101);
  half.send(Client::masked_frame(2, std::string(100'000, 'x')).substr(0, 50'000));
  Client body(live.port());
  body.send("POST /detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 100000\r\n\r\nabc");
  EXPECT_EQ(Client(live.port()).get("/health").status, 200);
}

TEST(http_connection, endless_chunk_extension_and_endless_trailers_are_cut) {
  LiveServer live;
  const std::string start = "POST /stream/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& rest : {"1;" + std::string(100'000, 'x'), "0\r\nX: " + std::string(100'000, 'x')}) {
    Client client(live.port());
    client.send(start + rest);
    EXPECT_EQ(client.read_reply().status, 400);
  }
}

}  // namespace
}  // namespace hazard::serve
