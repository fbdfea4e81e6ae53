#include "serve/taken_socket.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace hazard::serve {
namespace {

int open_file() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

TEST(taken_socket, descriptor_closes_what_it_holds) {
  const int fd = open_file();
  {
    const Descriptor held(fd);
  }
  EXPECT_FALSE(is_open(fd));
}

TEST(taken_socket, descriptor_moves_and_releases) {
  const int fd = open_file();
  {
    Descriptor first(fd);
    Descriptor second(std::move(first));
    EXPECT_TRUE(second.open());
    EXPECT_EQ(second.release(), fd);
    EXPECT_FALSE(second.open());
  }
  EXPECT_TRUE(is_open(fd));
  ::close(fd);
}

TEST(taken_socket, a_place_is_counted_once_however_often_it_moves) {
  const auto taken = std::make_shared<std::atomic<int>>(0);
  {
    Place first(taken);
    EXPECT_EQ(*taken, 1);
    Place second(std::move(first));
    TakenSocket socket{.descriptor = Descriptor(), .place = std::move(second), .leftover = {}};
    EXPECT_EQ(*taken, 1);
    Place other(taken);
    other = std::move(socket.place);
    EXPECT_EQ(*taken, 2);
  }
  EXPECT_EQ(*taken, 0);
}

}  // namespace
}  // namespace hazard::serve
