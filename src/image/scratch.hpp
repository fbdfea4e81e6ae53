// Memory that a decoder keeps from frame to frame, so that the frame path allocates nothing once warm. One owner, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace hazard::image {

class Scratch {
 public:
  // At least `bytes` bytes, contents unspecified: whoever takes them writes all that is read later.
  // The pointer holds until the next call.
  std::uint8_t* room(std::size_t bytes) {
    if (bytes > capacity_) {
      memory_.reset();  // never both at once
      memory_ = std::make_unique_for_overwrite<std::uint8_t[]>(bytes + kTailBytes);
      capacity_ = bytes;
    }
    return memory_.get();
  }

  // Gives a large block back, so that one big picture does not stay paid for by every worker.
  void trim(std::size_t bytes_kept) noexcept {
    if (capacity_ <= bytes_kept) return;
    memory_.reset();
    capacity_ = 0;
  }

 private:
  static constexpr std::size_t kTailBytes = 64;  // vector code of the scalers may touch a little past a row's end
  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t capacity_ = 0;
};

}  // namespace hazard::image
