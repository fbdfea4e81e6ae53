#include "serve/taken_socket.hpp"

#include <unistd.h>

namespace hazard::serve {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace hazard::serve
