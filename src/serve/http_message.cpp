#include "serve/http_message.hpp"

#include <algorithm>
#include <chrono>

#include "wire/rest_message.hpp"

namespace hazard::serve {

Payload Payload::own(std::string text) {
  auto keep = std::make_shared<const std::string>(std::move(text));
  const std::string_view bytes(*keep);
  return Payload(std::move(keep), bytes);
}

Payload Payload::share(std::shared_ptr<const domain::Bytes> bytes) {
  const std::string_view view(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  return Payload(std::move(bytes), view);
}

Response json_response(std::string body, int status) {
  return Response{.status = status, .content_type = "application/json", .payload = Payload::own(std::move(body))};
}

Response text_response(std::string body, std::string_view content_type) {
  return Response{.content_type = std::string(content_type), .payload = Payload::own(std::move(body))};
}

Response error_response(const domain::Error& error, std::string_view request_id, std::optional<base::Duration> retry_after) {
  const auto& info = domain::describe(error.code);
  if (!retry_after) retry_after = error.retry_after;
  if (info.retry == domain::Retry::later && !retry_after) retry_after = std::chrono::seconds(1);
  Response response = json_response(wire::error_body(error, request_id, retry_after), info.http_status);
  if (retry_after) {
    // Whole seconds, rounded up, at least one (RFC 9110 section 10.2.3).
    const auto seconds = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(*retry_after).count());
    response.headers.emplace_back("Retry-After", std::to_string(seconds));
  }
  if (error.code == domain::ErrorCode::unauthorized)
    response.headers.emplace_back("WWW-Authenticate", "Bearer");  // RFC 9110 15.5.2
  return response;
}

std::string serialise_head(const Response& response, std::string_view request_id, std::optional<std::size_t> content_length,
                           bool keep_alive, std::string_view extra) {
  std::string head;
  head.reserve(512);
  const auto line = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  head.append("HTTP/1.1 ")
      .append(std::to_string(response.status))
      .append(" ")
      .append(reason_phrase(response.status))
      .append("\r\n");
  if (!response.content_type.empty()) line("Content-Type", response.content_type);
  if (content_length) line("Content-Length", std::to_string(*content_length));
  line("Connection", keep_alive ? "keep-alive" : "close");
  line("X-Request-ID", request_id);
  line("X-Content-Type-Options", "nosniff");
  if (!response.may_be_cached) line("Cache-Control", "no-store");
  for (const auto& [name, value] : response.headers) line(name, value);
  head.append(extra).append("\r\n");
  return head;
}

OutgoingResponse::OutgoingResponse(Response&& response, std::string_view request_id, bool keep_alive, bool bodiless,
                                   std::string_view extra)
    : payload_(std::move(response.payload)) {
  const bool lengthless = response.status == 204 || response.status == 304;
  const std::size_t size = payload_.bytes().size();
  head_ = serialise_head(response, request_id, lengthless ? std::nullopt : std::optional(size), keep_alive, extra);
  if (!bodiless && !lengthless) body_ = payload_.bytes();
}

std::array<std::string_view, 2> OutgoingResponse::rest() const noexcept {
  const std::string_view head(head_);
  if (done_ < head.size()) return {head.substr(done_), body_};
  return {std::string_view{}, body_.substr(std::min(body_.size(), done_ - head.size()))};
}

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Status";
  }
}

}  // namespace hazard::serve
