// Identities nobody can guess: every call draws fresh bytes from the kernel. Thread-safe.
#pragma once

#include <string>

namespace hazard::base {

// A version 4 UUID (RFC 9562): 122 random bits in the canonical 36 characters. Sessions carry these.
std::string make_uuid();

// 128 random bits as 32 hex digits: resume tokens and tickets.
std::string make_token();

// 8 hex digits for X-Request-ID: tells requests apart in a log, guards nothing.
std::string make_request_id();

}  // namespace hazard::base
