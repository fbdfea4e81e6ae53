#include "client/frame_codec.hpp"

#include <cstring>

namespace hazard::client {
namespace {

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>((value >> shift) & 0xFF));
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

struct Head {
  std::uint8_t first = 0;
  std::size_t size = 0;  // of the head itself
  std::uint64_t payload = 0;
};

std::optional<Head> read_head(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  Head head{.first = static_cast<std::uint8_t>(bytes[0]), .size = 2};
  head.payload = static_cast<std::uint8_t>(bytes[1]) & 0x7FU;
  const std::size_t extra = head.payload == 126 ? 2 : head.payload == 127 ? 8 : 0;
  if (bytes.size() < 2 + extra) return std::nullopt;
  if (extra > 0) head.payload = big_endian(bytes.substr(2, extra));
  head.size += extra;
  return head;
}

}  // namespace

void append_masked(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask) {
  out.push_back(static_cast<char>(0x80 | static_cast<std::uint8_t>(opcode)));
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(0x80 | payload.size()));
  } else if (payload.size() <= 0xFFFF) {
    out.push_back(static_cast<char>(0x80 | 126));
    append_big_endian(out, payload.size(), 2);
  } else {
    out.push_back(static_cast<char>(0x80 | 127));
    append_big_endian(out, payload.size(), 8);
  }
  char key[4];
  std::memcpy(key, &mask, 4);
  out.append(key, 4);
  const std::size_t start = out.size();
  out.append(payload);
  // Eight bytes at a time: the load generator masks tens of megabytes a second.
  const std::uint64_t wide = static_cast<std::uint64_t>(mask) << 32 | mask;
  std::size_t i = start;
  for (; i + 8 <= out.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, out.data() + i, 8);
    word ^= wide;
    std::memcpy(out.data() + i, &word, 8);
  }
  for (; i < out.size(); ++i) out[i] = static_cast<char>(out[i] ^ key[(i - start) % 4]);
}

domain::Result<std::optional<Message>> MessageReader::next() {
  const std::string_view rest = std::string_view(buffer_).substr(read_);
  const auto head = read_head(rest);
  if (!head) return std::nullopt;
  if (head->payload > bytes_max_ || (head->first & 0x70) != 0) {
    return domain::refuse(domain::ErrorCode::bad_request,
                          "the server sent a WebSocket frame that is too long or uses an extension");
  }
  if (rest.size() < head->size + head->payload) return std::nullopt;
  const std::string_view payload = rest.substr(head->size, head->payload);
  const auto opcode = static_cast<Opcode>(head->first & 0x0F);
  const bool last = (head->first & 0x80) != 0;
  std::optional<Message> whole;
  if (static_cast<std::uint8_t>(opcode) >= 8) {
    whole = Message{opcode, std::string(payload)};
  } else {
    if (opcode == Opcode::continuation && !partial_) {
      return domain::refuse(domain::ErrorCode::bad_request, "the server continued a message that it never began");
    }
    if (opcode != Opcode::continuation) partial_ = Message{opcode, {}};
    if (partial_->payload.size() + payload.size() > bytes_max_) {
      return domain::refuse(domain::ErrorCode::bad_request, "the server sent a message that is too long");
    }
    partial_->payload.append(payload);
    if (last) {
      whole = std::move(partial_);
      partial_.reset();
    }
  }
  read_ += head->size + head->payload;
  if (read_ == buffer_.size()) {
    buffer_.clear();
    read_ = 0;
  } else if (read_ > 64 * 1024) {
    buffer_.erase(0, read_);
    read_ = 0;
  }
  if (!whole && read_ < buffer_.size()) return next();
  return whole;
}

}  // namespace hazard::client
