// Saved sessions. The bytes get a digest that fits, as whoever can write the file can make one: every law must hold all the same.
#include "base/check.hpp"
#include "base/sha256.hpp"
#include "wire/session_state.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)hazard::wire::parse_saved_sessions(text);
  const auto saved = hazard::wire::parse_saved_sessions(text + "\n{\"sha256\":\"" +
                                                        hazard::base::to_hex(hazard::base::sha256(text + "\n")) + "\"}\n");
  if (!saved) return 0;
  for (const auto& state : saved->sessions) {
    HAZARD_CHECK(state.counters.in_flight == 0 && state.counters.received == state.last_event &&
                 state.last_seq == state.last_event);
    HAZARD_CHECK(state.handed_event <= state.last_event);
    for (std::size_t i = 0; i < state.verdicts.size(); ++i) {
      const auto& verdict = state.verdicts[i];
      HAZARD_CHECK(verdict.event + (state.verdicts.size() - i) == state.last_event + 1);
      (void)hazard::wire::mark_replayed(verdict.json);
      (void)hazard::wire::sse_event(verdict.event, verdict.json);
    }
    (void)hazard::wire::config_object(state.config);
  }
  return 0;
}
