// Every open connection, whatever it speaks, so that one timer can watch all deadlines (a timer each would cost memory per idle
// socket) and a drain reaches everybody. Used on the I/O thread alone.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>

#include "base/clock.hpp"

namespace hazard::serve {

class Connection {
 public:
  virtual ~Connection() = default;
  // Every kTick: ends what has been waiting for too long. `now` is the steady clock's.
  virtual void tick(base::SteadyTime now) = 0;
  // The server is stopping: finish what was begun, say goodbye, end.
  virtual void drain() = 0;
  // Close the socket at once.
  virtual void abort() = 0;
};

class ConnectionSet {
 public:
  static constexpr std::chrono::milliseconds kTick{100};

  void add(std::shared_ptr<Connection> connection) {
    auto* const key = connection.get();
    connections_.emplace(key, std::move(connection));
  }
  void remove(const Connection* connection) { connections_.erase(connection); }
  std::size_t size() const noexcept { return connections_.size(); }

  void tick(base::SteadyTime now);
  void drain();
  void abort();

 private:
  template <typename Action>
  void for_each(Action action);
  std::unordered_map<const Connection*, std::shared_ptr<Connection>> connections_;
};

}  // namespace hazard::serve
