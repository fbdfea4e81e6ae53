#include "track/alignment_sums.hpp"

#include <cmath>

namespace hazard::track {
namespace {

// What came nearer by more looks otherwise than before.
constexpr float kGrowthMost = 2.2F;
// Things above the horizon move with the camera's turning alone only when far, which most are near the focus: share of the width.
constexpr float kFarReach = 0.3F;
constexpr float kCut = 20;  // levels: a larger difference is as bad as this one

// As many pixels at a time as the CPU's registers hold; the compiler splits what is wider than they are.
template <int kLanes>
using Floats = float __attribute__((ext_vector_type(kLanes)));
template <int kLanes>
using Ints = int __attribute__((ext_vector_type(kLanes)));

struct Constants {
  float horizon, focus, mx, my;  // a pixel's number counts from its middle: half a pixel less than the view's
  float dx, dy, roll, k;
  float far_reach_squared;
  float spread;
  float left_least, right_most, top_least, bottom_most;  // where a pixel's four neighbours in `before` must lie
};

Constants constants_of(const GreyLevel& level, const RoadView& view, const CameraStep& step, float spread) {
  const auto w = static_cast<float>(level.size.width);
  const auto h = static_cast<float>(level.size.height);
  constexpr auto kBorder = static_cast<float>(kMeanRadius);
  return {.horizon = static_cast<float>(view.horizon - 0.5),
          .focus = static_cast<float>(view.focus - 0.5),
          .mx = static_cast<float>(view.middle_x - 0.5),
          .my = static_cast<float>(view.middle_y - 0.5),
          .dx = static_cast<float>(step.dx),
          .dy = static_cast<float>(step.dy),
          .roll = static_cast<float>(step.roll),
          .k = static_cast<float>(step.k),
          .far_reach_squared = (kFarReach * w) * (kFarReach * w),
          .spread = spread,
          .left_least = kBorder,
          .right_most = w - 1 - kBorder,
          .top_least = kBorder,
          .bottom_most = h - 1 - kBorder};
}

#define HAZARD_INLINE __attribute__((always_inline)) inline

template <int kLanes>
struct Sums {
  std::array<Floats<kLanes>, 10> a{};
  std::array<Floats<kLanes>, 4> b{};
  Floats<kLanes> absolute{};
  Floats<kLanes> pixels{};
};

template <int kLanes>
HAZARD_INLINE double total(const Floats<kLanes>& lanes) {
  double sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += static_cast<double>(lanes[i]);
  return sum;
}

// `x` counts pixels of `now` from its left side, `seen` is what it shows there; `counts` is -1 in the lanes that are pixels at all.
template <int kLanes>
HAZARD_INLINE void add_pixels(const Constants& c, const GreyLevel& before, const Floats<kLanes>& x, float y,
                              const Floats<kLanes>& seen, const Ints<kLanes>& counts, bool low_half, Sums<kLanes>& sums) {
  using F = Floats<kLanes>;
  using I = Ints<kLanes>;
  const F one = 1.0F;
  const F none = 0.0F;
  const F qx = x - (c.dx + c.mx);
  const float qy = y - (c.dy + c.my);
  const F rx = qx + (c.roll * qy + c.mx);
  const F ry = (qy + c.my) - c.roll * qx;
  const F below = ry - c.horizon;
  const F side = rx - c.focus;
  const I road = below > none;
  const F near = one / (one + c.k * (road ? below : none));
  const F x0 = c.focus + side * near;
  const F y0 = c.horizon + below * near;
  const I inside = counts & (near * kGrowthMost >= one) & (x0 >= c.left_least) & (y0 >= c.top_least) & (x0 < c.right_most) &
                   (y0 < c.bottom_most);
  // Bilinear. Lanes that do not count read a place that exists.
  const F from_x = inside ? x0 : F(c.left_least);
  const F from_y = inside ? y0 : F(c.top_least);
  const I left = __builtin_convertvector(from_x, I);
  const I above = __builtin_convertvector(from_y, I);
  const I at = above * before.size.width + left;
  F p00, p01, p10, p11;
  const float* pixels = before.pixels.data();
  for (int i = 0; i < kLanes; ++i) {
    const float* p = pixels + at[i];
    p00[i] = p[0];
    p01[i] = p[1];
    p10[i] = p[before.size.width];
    p11[i] = p[before.size.width + 1];
  }
  const F fx = from_x - __builtin_convertvector(left, F);
  const F fy = from_y - __builtin_convertvector(above, F);
  const F top = p00 + fx * (p01 - p00);
  const F bottom = p10 + fx * (p11 - p10);
  const F gx = (p01 - p00) + fy * ((p11 - p10) - (p01 - p00));
  const F gy = bottom - top;
  const F error = inside ? top + fy * gy - seen : none;
  const F away = road ? none : (side * side + below * below) / c.far_reach_squared;
  // Geman and McClure's weight: what differs by several times the usual is something else.
  const F ratio = error / c.spread;
  const F robust = one + ratio * ratio;
  const F weight = inside ? one / ((one + away * away) * robust * robust) : none;
  const F near2 = near * near;
  const F by_x = gx * near;
  const F by_y = gy * near2 - (road ? gx * side * c.k * near2 : none);
  const F j[4] = {-by_x, -by_y, by_x * qy - by_y * qx, road ? -near2 * below * (gx * side + gy * below) : none};
  for (std::size_t i = 0, to = 0; i < 4; ++i) {
    const F weighted = weight * j[i];
    for (std::size_t k = 0; k <= i; ++k) sums.a[to++] += weighted * j[k];
    sums.b[i] -= weighted * error;
  }
  // Only the road tells how far the vehicle drove; it is what most cameras see in the lower half.
  if (!low_half) return;
  const F size = error < none ? -error : error;
  sums.absolute += size < F(kCut) ? size : F(kCut);
  sums.pixels += inside ? one : none;
}

template <int kLanes>
HAZARD_INLINE AlignmentSums sums_of(const GreyLevel& before, const GreyLevel& now, int stride, const RoadView& view,
                                    const CameraStep& step, float spread) {
  // Not so far that the numbers below overflow, which "not a number" is not either.
  const auto sane = [](double value) { return std::abs(value) < 1e6; };
  if (!sane(step.dx) || !sane(step.dy) || !sane(step.roll) || !sane(step.k) || step.k < 0) return {};
  const Constants c = constants_of(now, view, step, spread);
  const int w = now.size.width;
  const int h = now.size.height;
  Sums<kLanes> sums;
  // Near the border the mean is one-sided and leaves a pattern that stands still, and so would say that the camera does.
  constexpr int kBorder = kMeanRadius;
  for (int y = kBorder; y < h - kBorder; y += stride) {
    const float* row = now.pixels.data() + static_cast<std::ptrdiff_t>(y) * w;
    for (int x = kBorder; x < w - kBorder; x += stride * kLanes) {
      Floats<kLanes> columns;
      Floats<kLanes> seen;
      Ints<kLanes> counts;
      for (int i = 0; i < kLanes; ++i) {
        const int column = x + i * stride;
        const bool there = column < w - kBorder;
        counts[i] = there ? -1 : 0;
        columns[i] = static_cast<float>(column);
        seen[i] = row[there ? column : x];
      }
      add_pixels<kLanes>(c, before, columns, static_cast<float>(y), seen, counts, 2 * y >= h, sums);
    }
  }
  AlignmentSums result{.absolute = total<kLanes>(sums.absolute), .pixels = total<kLanes>(sums.pixels)};
  for (std::size_t i = 0; i < sums.a.size(); ++i) result.a[i] = total<kLanes>(sums.a[i]);
  for (std::size_t i = 0; i < sums.b.size(); ++i) result.b[i] = total<kLanes>(sums.b[i]);
  return result;
}

AlignmentSums sums_4(const GreyLevel& before, const GreyLevel& now, int stride, const RoadView& view, const CameraStep& step,
                     float spread) {
  return sums_of<4>(before, now, stride, view, step, spread);
}

#if defined(__x86_64__)

__attribute__((target("avx2,fma"))) AlignmentSums sums_8(const GreyLevel& before, const GreyLevel& now, int stride,
                                                         const RoadView& view, const CameraStep& step, float spread) {
  return sums_of<8>(before, now, stride, view, step, spread);
}

__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma"))) AlignmentSums sums_16(const GreyLevel& before,
                                                                                        const GreyLevel& now, int stride,
                                                                                        const RoadView& view,
                                                                                        const CameraStep& step, float spread) {
  return sums_of<16>(before, now, stride, view, step, spread);
}

#endif

#undef HAZARD_INLINE

std::vector<NamedAlignmentKernel> supported() {
  std::vector<NamedAlignmentKernel> kernels{{"4 lanes", sums_4}};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) kernels.push_back({"avx2", sums_8});
  if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) {
    kernels.push_back({"avx512", sums_16});
  }
#endif
  return kernels;
}

}  // namespace

const std::vector<NamedAlignmentKernel>& alignment_kernels() {
  static const std::vector<NamedAlignmentKernel> kKernels = supported();
  return kKernels;
}

}  // namespace hazard::track
