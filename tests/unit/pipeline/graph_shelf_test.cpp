#include "pipeline/graph_shelf.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "detect/fake_engine.hpp"

namespace hazard::pipeline {
namespace {

using namespace std::chrono_literals;
using detect::GraphForm;
using detect::Strategies;
using detect::Strategy;
using domain::SizePx;

constexpr SizePx kSquare{640, 640};
constexpr SizePx kWide{1280, 720};
constexpr SizePx kWideInput{640, 384};

class GraphShelfTest : public testing::Test {
 protected:
  void use(ShelfOptions options = {}, Strategies strategies = Strategies::both) {
    script_.strategies = strategies;
    script_.on_compile = [this](const GraphForm& form) -> domain::Result<void> {
      asked_.push_back(form);
      if (refuse_) return domain::refuse(domain::ErrorCode::model_not_ready, "one size only");
      return {};
    };
    engine_ = detect::make_fake_engine(script_);
    shelf_ = std::make_unique<GraphShelf>(*engine_, clock_, options);
  }
  SizePx borrow(SizePx picture, Strategy strategy = Strategy::shared, double scale = 1) {
    const Loan loan = shelf_->borrow(picture, {.scale = scale}, strategy);
    return loan.request().input().size;
  }
  void borrow_often(SizePx picture, Strategy strategy = Strategy::shared, double scale = 1) {
    for (int i = 0; i < 8; ++i) borrow(picture, strategy, scale);
  }
  bool has(SizePx input, Strategy strategy) const { return std::ranges::count(shelf_->forms(), GraphForm{input, strategy}) == 1; }

  base::ManualClock clock_;
  detect::FakeScript script_;
  std::vector<GraphForm> asked_;
  bool refuse_ = false;
  std::unique_ptr<detect::Engine> engine_;
  std::unique_ptr<GraphShelf> shelf_;
};

TEST_F(GraphShelfTest, begins_with_the_models_own_form_and_serves_everything_from_it) {
  use();
  EXPECT_EQ(borrow(kWide), kSquare);
  EXPECT_EQ(borrow(kWide, Strategy::alone), kSquare);
  EXPECT_FALSE(shelf_->tend()) << "one picture is no reason to compile";
}

TEST_F(GraphShelfTest, a_form_with_slack_is_a_form_of_its_own_and_the_larger_one_serves_until_it_is_there) {
  use();
  borrow_often(kWide);
  EXPECT_TRUE(shelf_->tend());
  for (int i = 0; i < 8; ++i) {
    const Loan loan = shelf_->borrow(kWide, {.scale = 1, .slack = 0.05}, Strategy::shared);
    EXPECT_EQ(loan.request().input().size, kWideInput);
  }
  EXPECT_TRUE(shelf_->tend());
  EXPECT_TRUE(has({608, 352}, Strategy::shared));
  EXPECT_EQ(shelf_->borrow(kWide, {.scale = 1, .slack = 0.05}, Strategy::shared).request().input().size, (SizePx{608, 352}));
  EXPECT_EQ(borrow(kWide), kWideInput) << "who asked for quality keeps the larger one";
}

TEST_F(GraphShelfTest, a_shape_that_really_comes_is_compiled_and_then_used) {
  use();
  for (int i = 0; i < 7; ++i) borrow(kWide);
  EXPECT_FALSE(shelf_->tend());
  borrow(kWide);
  EXPECT_TRUE(shelf_->tend());
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(asked_[0], (GraphForm{kWideInput, Strategy::shared}));
  EXPECT_EQ(borrow(kWide), kWideInput);
  EXPECT_EQ(borrow({500, 500}), kSquare) << "others still get theirs";
  EXPECT_FALSE(shelf_->tend());
}

TEST_F(GraphShelfTest, wishes_of_long_ago_do_not_count) {
  use();
  for (int i = 0; i < 7; ++i) borrow(kWide);
  clock_.advance(10001ms);
  for (int i = 0; i < 7; ++i) borrow(kWide);
  EXPECT_FALSE(shelf_->tend());
}

TEST_F(GraphShelfTest, both_strategies_of_a_shape_are_forms_of_their_own) {
  use();
  borrow_often(kWide, Strategy::alone);
  EXPECT_TRUE(shelf_->tend());
  EXPECT_TRUE(has(kWideInput, Strategy::alone));
  EXPECT_EQ(borrow(kWide, Strategy::alone), kWideInput);
  EXPECT_EQ(borrow(kWide, Strategy::shared), kSquare) << "never a graph for all cores beside another picture";
}

TEST_F(GraphShelfTest, a_picture_alone_takes_a_smaller_shared_form_before_a_larger_one) {
  use();
  borrow_often(kWide);
  ASSERT_TRUE(shelf_->tend());
  EXPECT_EQ(borrow(kWide, Strategy::alone), kWideInput);
}

TEST_F(GraphShelfTest, a_form_is_never_one_that_shows_the_picture_smaller_when_a_larger_one_is_there) {
  use();
  borrow_often(kWide);
  ASSERT_TRUE(shelf_->tend());
  EXPECT_EQ(borrow({720, 1280}), kSquare);
}

TEST_F(GraphShelfTest, a_smaller_rung_is_served_by_the_smallest_form_that_is_not_smaller_still) {
  use();
  borrow_often(kWide);
  ASSERT_TRUE(shelf_->tend());
  EXPECT_EQ(borrow(kWide, Strategy::shared, 0.65), kWideInput);
  borrow_often(kWide, Strategy::shared, 0.65);
  ASSERT_TRUE(shelf_->tend());
  EXPECT_EQ(borrow(kWide, Strategy::shared, 0.65), (SizePx{416, 256}));
  EXPECT_EQ(borrow(kWide), kWideInput);
}

TEST_F(GraphShelfTest, forms_are_given_up_after_20_seconds_without_use_but_never_the_last_shared_one) {
  use();
  borrow_often(kWide);
  borrow_often(kWide, Strategy::alone);
  while (shelf_->tend()) {
  }
  ASSERT_EQ(shelf_->forms().size(), 3u);
  clock_.advance(19s);
  borrow(kWide);
  EXPECT_TRUE(shelf_->tend()) << "the square";
  EXPECT_FALSE(shelf_->tend());
  EXPECT_EQ(shelf_->forms().size(), 2u);
  clock_.advance(1s);
  while (shelf_->tend()) {
  }
  EXPECT_EQ(shelf_->forms().size(), 1u);
  EXPECT_TRUE(has(kWideInput, Strategy::shared));
  clock_.advance(1h);
  EXPECT_FALSE(shelf_->tend());
}

TEST_F(GraphShelfTest, the_square_goes_after_5_seconds_once_cameras_have_forms_of_their_own) {
  use();
  borrow_often(kWide);
  ASSERT_TRUE(shelf_->tend());
  const SizePx square = shelf_->forms().front().input;
  clock_.advance(4999ms);
  borrow(kWide);
  EXPECT_FALSE(shelf_->tend());
  EXPECT_TRUE(has(square, Strategy::shared));
  clock_.advance(1ms);
  EXPECT_TRUE(shelf_->tend());
  EXPECT_FALSE(has(square, Strategy::shared));
}

TEST_F(GraphShelfTest, a_picture_that_would_be_shown_smaller_gets_its_form_without_waiting) {
  use();
  borrow_often(kWide);
  ASSERT_TRUE(shelf_->tend());
  clock_.advance(60s);
  borrow(kWide);
  ASSERT_TRUE(shelf_->tend()) << "the square is given up";
  EXPECT_EQ(borrow({720, 1280}), kWideInput) << "small, but answered";
  ASSERT_TRUE(shelf_->tend());
  EXPECT_EQ(borrow({720, 1280}), (SizePx{384, 640}));
}

TEST_F(GraphShelfTest, the_number_of_forms_is_bounded_and_the_longest_unused_makes_room) {
  use({.graphs_max = 2});
  borrow_often(kWide);
  ASSERT_TRUE(shelf_->tend());
  borrow_often({640, 480});
  EXPECT_FALSE(shelf_->tend()) << "both were in use a moment ago";
  EXPECT_EQ(shelf_->forms().size(), 2u);
  clock_.advance(5s);
  borrow(kWide);
  borrow_often({640, 480});
  clock_.advance(4s);
  borrow(kWide);
  borrow_often({500, 376});
  EXPECT_LE(shelf_->forms().size(), 2u);
}

TEST_F(GraphShelfTest, a_stranger_with_a_hundred_shapes_compiles_none_and_keeps_none_in_memory) {
  use();
  for (int i = 0; i < 100; ++i) borrow({1280, 200 + 8 * i});
  while (shelf_->tend()) {
  }
  EXPECT_LE(shelf_->forms().size(), 4u);
  EXPECT_LE(asked_.size(), 3u);
}

TEST_F(GraphShelfTest, a_model_of_one_size_is_asked_once_and_keeps_serving) {
  use();
  refuse_ = true;
  borrow_often(kWide);
  EXPECT_TRUE(shelf_->tend());
  borrow_often(kWide);
  borrow_often({640, 480});
  EXPECT_FALSE(shelf_->tend());
  EXPECT_EQ(asked_.size(), 1u);
  EXPECT_EQ(borrow(kWide), kSquare);
}

TEST_F(GraphShelfTest, asked_to_it_keeps_the_models_own_shape) {
  use({.fit_camera = false});
  borrow_often(kWide);
  EXPECT_FALSE(shelf_->tend());
  borrow_often(kWide, Strategy::shared, 0.65);
  EXPECT_TRUE(shelf_->tend());
  EXPECT_EQ(borrow(kWide, Strategy::shared, 0.65), (SizePx{416, 416}));
}

TEST_F(GraphShelfTest, a_request_comes_back_and_is_lent_again) {
  use();
  const detect::InferenceRequest* first = nullptr;
  {
    const Loan loan = shelf_->borrow(kSquare, {}, Strategy::shared);
    first = &loan.request();
    const Loan second = shelf_->borrow(kSquare, {}, Strategy::shared);
    EXPECT_NE(&second.request(), first) << "one at a time each";
  }
  const Loan again = shelf_->borrow(kSquare, {}, Strategy::shared);
  const Loan again_too = shelf_->borrow(kSquare, {}, Strategy::shared);
  EXPECT_TRUE(&again.request() == first || &again_too.request() == first);
}

TEST_F(GraphShelfTest, a_loan_outlives_its_form_on_the_shelf) {
  use();
  borrow_often(kWide);
  ASSERT_TRUE(shelf_->tend());
  const Loan square = shelf_->borrow(kSquare, {}, Strategy::shared);
  clock_.advance(60s);
  borrow(kWide);
  while (shelf_->tend()) {
  }
  ASSERT_FALSE(has(kSquare, Strategy::shared));
  EXPECT_EQ(square.request().input().size, kSquare);
  EXPECT_TRUE(square.request().infer());
}

TEST_F(GraphShelfTest, stopped_it_waits_for_nothing) {
  use();
  shelf_->stop();
  EXPECT_FALSE(shelf_->wait());
  borrow_often(kWide);
  EXPECT_FALSE(shelf_->tend());
}

}  // namespace
}  // namespace hazard::pipeline
