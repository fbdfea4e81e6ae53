// The bytes of unfinished requests, messages or unsent answers that all connections together may hold: each is bounded by itself, but
// a thousand of them, all one byte short of the end, must not add up to the machine's memory. I/O thread only.
#pragma once

#include <cstddef>

namespace hazard::serve {

class ByteBudget {
 public:
  explicit ByteBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  std::size_t held() const noexcept { return held_; }

 private:
  friend class ByteShare;
  const std::size_t bytes_max_;
  std::size_t held_ = 0;
};

// What one connection holds of it; given back at the end of its life.
class ByteShare {
 public:
  explicit ByteShare(ByteBudget& budget) : budget_(budget) {}
  ~ByteShare() { budget_.held_ -= bytes_; }
  ByteShare(const ByteShare&) = delete;
  ByteShare& operator=(const ByteShare&) = delete;

  // From now on this connection holds `bytes`. False, and nothing is changed, when it asks for more than is left.
  [[nodiscard]] bool hold(std::size_t bytes) noexcept {
    if (bytes > bytes_ && bytes - bytes_ > budget_.bytes_max_ - budget_.held_) return false;
    budget_.held_ = budget_.held_ - bytes_ + bytes;
    bytes_ = bytes;
    return true;
  }
  void give_back() noexcept { (void)hold(0); }

 private:
  ByteBudget& budget_;
  std::size_t bytes_ = 0;
};

}  // namespace hazard::serve
