// The bounded queue in front of the database and the one thread that empties it in batches. Any thread submits; the frame path never
// waits here: a full queue refuses at once. What always holds: jobs run in the order they were taken, each in exactly one batch; the
// pictures that jobs hold, waiting and running, are at most `bytes_most` bytes.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "store/store.hpp"

namespace hazard::store {

class JobWriter {
 public:
  // `run_batch` keeps the jobs of a batch together, calls their `done`, and runs on the writer's thread.
  using RunBatch = std::function<void(std::vector<Job>&)>;

  // A dozen of the largest pictures that clients may upload, or some hundred frames of streams.
  static constexpr std::size_t kBytesMost = 128 * 1024 * 1024;

  JobWriter(std::size_t queue_most, std::size_t batch_most, StoreMetrics& metrics, RunBatch run_batch,
            std::size_t bytes_most = kBytesMost);
  ~JobWriter();  // runs what was taken, then ends the thread
  JobWriter(const JobWriter&) = delete;
  JobWriter& operator=(const JobWriter&) = delete;

  bool submit(Job job);  // false: full or closing

  // Runs `task` on the writer's thread between two batches, after all that was submitted before; from that thread, as the next thing.
  // False: closing.
  bool post(std::function<void()> task);

  // The same, and waits for it. Not to be called
  // from that thread (it would wait for itself).
  void call(const std::function<void()>& task);

 private:
  struct Entry {
    Job job = {};
    const std::function<void()>* task = nullptr;  // set: a call, which somebody waits for
    std::function<void()> posted = {};            // set: one that nobody waits for
  };
  void run();

  const std::size_t queue_most_;
  const std::size_t batch_most_;
  const std::size_t bytes_most_;
  StoreMetrics& metrics_;
  RunBatch run_batch_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable called_;
  std::deque<Entry> queue_;
  std::size_t jobs_queued_ = 0;
  std::size_t bytes_held_ = 0;  // by what is queued and by the batch that runs
  std::uint64_t calls_begun_ = 0;
  std::uint64_t calls_done_ = 0;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace hazard::store
