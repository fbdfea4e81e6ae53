#include "serve/connection_set.hpp"

#include <vector>

namespace hazard::serve {

// Over a copy: an action may remove its connection.
template <typename Action>
void ConnectionSet::for_each(Action action) {
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) action(*connection);
}

void ConnectionSet::tick(base::SteadyTime now) {
  for_each([now](Connection& connection) { connection.tick(now); });
}

void ConnectionSet::drain() {
  for_each([](Connection& connection) { connection.drain(); });
}

void ConnectionSet::abort() {
  for_each([](Connection& connection) { connection.abort(); });
}

}  // namespace hazard::serve
