#include "serve/answer.hpp"

#include <exception>
#include <utility>

#include "base/ids.hpp"

namespace hazard::serve {

Answer::Answer(std::shared_ptr<EventLoop> loop, std::weak_ptr<OutcomeTaker> taker, std::uint64_t turn)
    : loop_(std::move(loop)), taker_(std::move(taker)), turn_(turn) {}

Answer::~Answer() {
  if (!loop_) return;
  try {
    (*this)(error_response({domain::ErrorCode::internal, "The request was given up."}, base::make_request_id()));
  } catch (const std::exception&) {  // out of memory: the connection's own deadline answers instead
  }
}

void Answer::operator()(Outcome outcome) {
  const auto loop = std::exchange(loop_, nullptr);
  loop->dispatch([taker = std::move(taker_), turn = turn_, outcome = std::move(outcome)]() mutable {
    if (const auto alive = taker.lock()) alive->on_outcome(turn, std::move(outcome));
  });
}

}  // namespace hazard::serve
