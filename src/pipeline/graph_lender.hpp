// Where the frame path gets the graph for a picture from: the shelf in the server, one fixed request in `detect`, benchmarks and
// tests.
#pragma once

#include <memory>
#include <utility>

#include "detect/engine.hpp"
#include "pipeline/rung.hpp"

namespace hazard::pipeline {

// A request for the time of one frame; gives itself back.
class Loan {
 public:
  class Lender {
   public:
    virtual ~Lender() = default;
    virtual void take_back(std::unique_ptr<detect::InferenceRequest> request) noexcept = 0;
  };

  explicit Loan(detect::InferenceRequest& request) : request_(&request) {}
  Loan(std::unique_ptr<detect::InferenceRequest> request, std::shared_ptr<Lender> lender)
      : owned_(std::move(request)), request_(owned_.get()), lender_(std::move(lender)) {}
  Loan(Loan&&) noexcept = default;
  Loan& operator=(Loan&&) = delete;
  ~Loan() {
    if (lender_ && owned_) lender_->take_back(std::move(owned_));
  }

  detect::InferenceRequest& request() const noexcept { return *request_; }

 private:
  std::unique_ptr<detect::InferenceRequest> owned_;
  detect::InferenceRequest* request_;
  std::shared_ptr<Lender> lender_;
};

class GraphLender {
 public:
  virtual ~GraphLender() = default;
  // The best graph that is there now for a picture of this size.
  virtual Loan borrow(domain::SizePx picture, Fit fit, detect::Strategy strategy) = 0;
};

// Always the same one.
class FixedGraph final : public GraphLender {
 public:
  explicit FixedGraph(detect::InferenceRequest& request) : request_(request) {}
  Loan borrow(domain::SizePx, Fit, detect::Strategy) override { return Loan(request_); }

 private:
  detect::InferenceRequest& request_;
};

}  // namespace hazard::pipeline
