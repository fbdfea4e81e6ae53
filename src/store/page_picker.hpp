// Finds one page of a sorted list among rows that come in any order: their number is counted, and the keys of the page are kept, at
// most some twice as many as the page's end needs. A walk over an index and this are quicker than SQLite's sort of all rows, which
// grows with the page's number. Used by sqlite_list.cpp only; one thread.
//
// Quickselect (C. A. R. Hoare, "Algorithm 65: Find", 1961) as std::nth_element, whenever twice the needed number has gathered: linear
// in the number of rows whatever page is asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace hazard::store {

template <typename Value>
class PagePicker {
 public:
  // Rows `offset` to `offset + limit` in the order of value, then key, both the same way. offset >= 0, limit >= 1.
  PagePicker(std::int64_t offset, std::int64_t limit, bool descending)
      : offset_(static_cast<std::size_t>(offset)),
        needed_(static_cast<std::size_t>(offset) + static_cast<std::size_t>(limit)),
        descending_(descending) {}

  void add(Value value, std::int64_t key) {
    ++met_;
    Row row{std::move(value), key};
    if (worst_ && !before(row, *worst_)) return;
    rows_.push_back(std::move(row));
    if (rows_.size() >= 2 * needed_ + kSlack) cut();
  }

  std::int64_t met() const noexcept { return met_; }  // all that were added

  std::vector<std::int64_t> keys() {
    const auto order = [this](const Row& a, const Row& b) { return before(a, b); };
    std::vector<std::int64_t> keys;
    if (rows_.size() <= offset_) return keys;
    const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(offset_);
    if (offset_ > 0) std::nth_element(rows_.begin(), begin, rows_.end(), order);
    const auto end = rows_.begin() + static_cast<std::ptrdiff_t>(std::min(needed_, rows_.size()));
    std::partial_sort(begin, end, rows_.end(), order);
    for (auto row = begin; row != end; ++row) keys.push_back(row->second);
    return keys;
  }

 private:
  using Row = std::pair<Value, std::int64_t>;
  static constexpr std::size_t kSlack = 64;  // so that a page of one is not cut at every second row

  bool before(const Row& a, const Row& b) const { return descending_ ? b < a : a < b; }

  void cut() {
    const auto last = rows_.begin() + static_cast<std::ptrdiff_t>(needed_ - 1);
    std::nth_element(rows_.begin(), last, rows_.end(), [this](const Row& a, const Row& b) { return before(a, b); });
    worst_ = *last;
    rows_.resize(needed_);
  }

  std::size_t offset_;
  std::size_t needed_;
  bool descending_;
  std::int64_t met_ = 0;
  std::optional<Row> worst_;
  std::vector<Row> rows_;
};

}  // namespace hazard::store
