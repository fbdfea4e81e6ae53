#include "store/job_writer.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/thread_rank.hpp"

namespace hazard::store {

JobWriter::JobWriter(std::size_t queue_most, std::size_t batch_most, StoreMetrics& metrics, RunBatch run_batch,
                     std::size_t bytes_most)
    : queue_most_(queue_most),
      batch_most_(batch_most),
      bytes_most_(bytes_most),
      metrics_(metrics),
      run_batch_(std::move(run_batch)),
      thread_([this] { run(); }) {
  HAZARD_CHECK(queue_most_ > 0 && batch_most_ > 0);
}

JobWriter::~JobWriter() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool JobWriter::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || jobs_queued_ >= queue_most_ || job.bytes > bytes_most_ - bytes_held_) {
      metrics_.jobs_refused.add();
      return false;
    }
    bytes_held_ += job.bytes;
    queue_.push_back({.job = std::move(job)});
    ++jobs_queued_;
    metrics_.queued.set(static_cast<std::int64_t>(jobs_queued_));
  }
  metrics_.jobs_taken.add();
  wake_.notify_one();
  return true;
}

bool JobWriter::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return false;
    Entry entry{.job = {}, .task = nullptr, .posted = std::move(task)};
    if (std::this_thread::get_id() == thread_.get_id()) {
      queue_.push_front(std::move(entry));  // what was submitted before whatever runs now has run
    } else {
      queue_.push_back(std::move(entry));
    }
  }
  wake_.notify_one();
  return true;
}

void JobWriter::call(const std::function<void()>& task) {
  HAZARD_CHECK(std::this_thread::get_id() != thread_.get_id());
  std::unique_lock lock(mutex_);
  queue_.push_back({.job = {}, .task = &task});
  const std::uint64_t mine = ++calls_begun_;
  wake_.notify_one();
  called_.wait(lock, [&] { return calls_done_ >= mine; });  // calls end in the order they began
}

void JobWriter::run() {
  base::step_back(base::kBehindFrames);
  std::vector<Job> batch;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return closing_ || !queue_.empty(); });
    if (queue_.empty()) return;  // closing, and all done
    std::size_t bytes = 0;
    while (!queue_.empty() && queue_.front().task == nullptr && !queue_.front().posted && batch.size() < batch_most_) {
      batch.push_back(std::move(queue_.front().job));
      bytes += batch.back().bytes;
      queue_.pop_front();
    }
    if (!batch.empty()) {
      jobs_queued_ -= batch.size();
      metrics_.queued.set(static_cast<std::int64_t>(jobs_queued_));
      lock.unlock();
      run_batch_(batch);
      batch.clear();  // frees what the jobs held, before it is counted as free
      lock.lock();
      bytes_held_ -= bytes;
      continue;
    }
    const std::function<void()>* task = queue_.front().task;
    const std::function<void()> posted = std::move(queue_.front().posted);
    queue_.pop_front();
    lock.unlock();
    if (posted) {
      posted();
      lock.lock();
      continue;
    }
    (*task)();
    lock.lock();
    ++calls_done_;
    called_.notify_all();
  }
}

}  // namespace hazard::store
