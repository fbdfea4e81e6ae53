// The bytes of unfinished requests (or messages) that all connections together may hold: each is bounded by itself, but a
// thousand of them, all one byte short of the end, must not add up to the machine's memory. I/O thread only.
#pragma once

#include <cstddef>

namespace hazard::serve {

class ReadBudget {
 public:
  explicit ReadBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  std::size_t held() const noexcept { return held_; }

 private:
  friend class ReadShare;
  const std::size_t bytes_max_;
  std::size_t held_ = 0;
};

// What one connection holds of it; given back at the end of its life.
class ReadShare {
 public:
  explicit ReadShare(ReadBudget& budget) : budget_(budget) {}
  ~ReadShare() { budget_.held_ -= bytes_; }
  ReadShare(const ReadShare&) = delete;
  ReadShare& operator=(const ReadShare&) = delete;

  // From now on this connection holds `bytes`. False, and nothing is changed, when it asks for more than is left.
  [[nodiscard]] bool hold(std::size_t bytes) noexcept {
    if (bytes > bytes_ && bytes - bytes_ > budget_.bytes_max_ - budget_.held_) return false;
    budget_.held_ = budget_.held_ - bytes_ + bytes;
    bytes_ = bytes;
    return true;
  }
  void give_back() noexcept { (void)hold(0); }

 private:
  ReadBudget& budget_;
  std::size_t bytes_ = 0;
};

}  // namespace hazard::serve
