// Chunked bodies: the same payload or the same refusal in whatever pieces the bytes come, and never more than the limit.
#include <string_view>

#include "base/check.hpp"
#include "serve/chunked_body.hpp"

namespace {

using namespace hazard;

constexpr std::size_t kLimit = 4096;

struct Outcome {
  bool done = false;
  bool refused = false;
  std::size_t used = 0;
  domain::Bytes body;
  bool operator==(const Outcome&) const = default;
};

Outcome read_in_pieces(std::string_view bytes, std::size_t piece) {
  serve::ChunkedBody chunks(kLimit);
  Outcome outcome;
  while (!bytes.empty() && !chunks.done()) {
    const auto used = chunks.feed(bytes.substr(0, piece), outcome.body);
    HAZARD_CHECK(outcome.body.size() <= kLimit);
    if (!used) return {.done = false, .refused = true, .used = 0, .body = {}};
    HAZARD_CHECK(*used > 0 && *used <= bytes.size());
    outcome.used += *used;
    bytes.remove_prefix(*used);
  }
  outcome.done = chunks.done();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Outcome whole = read_in_pieces(bytes, bytes.size());
  HAZARD_CHECK(read_in_pieces(bytes, 1) == whole);
  HAZARD_CHECK(read_in_pieces(bytes, 5) == whole);
  return 0;
}
