// The tables, and how an older database becomes one of today. Each step runs once, in a transaction of its own; the number of the last
// one stands in the database (PRAGMA user_version).
#pragma once

#include "store/sqlite_connection.hpp"

namespace hazard::store {

int schema_version() noexcept;

// Brings the database up to schema_version(), or to an older one for tests of the way from there. Refused when a newer program made it,
// or when a step fails (nothing of that step is kept).
domain::Result<void> migrate(Connection& connection, int to = schema_version());

}  // namespace hazard::store
