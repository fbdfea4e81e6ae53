// A connection on its way from the HTTP reader to the stream that takes it over: the descriptor, what was read too far, and the
// place it occupies among the server's connections. Moved between objects on the I/O thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

namespace hazard::serve {

// An open file descriptor, closed at the end of its life unless released.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int release() noexcept { return std::exchange(fd_, -1); }
  bool open() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

// One of the places that the server's limit on connections counts; given back at the end of its life.
class Place {
 public:
  Place() = default;
  explicit Place(std::shared_ptr<std::atomic<int>> taken) : taken_(std::move(taken)) { ++*taken_; }
  Place(Place&&) noexcept = default;
  Place& operator=(Place&& other) noexcept {
    std::swap(taken_, other.taken_);
    return *this;
  }
  ~Place() {
    if (taken_) --*taken_;
  }

 private:
  std::shared_ptr<std::atomic<int>> taken_;
};

struct TakenSocket {
  Descriptor descriptor;
  Place place;
  std::string leftover;  // bytes that came together with the request, after its end
};

}  // namespace hazard::serve
