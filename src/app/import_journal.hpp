// What an import has looked at so far, on disk: a line of JSON for each picture, and now and then a checkpoint with the tracker. After a
// kill at any moment the journal goes back to its last checkpoint, from where the pictures are looked at once more, with the same
// outcome. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "desk/evidence.hpp"
#include "domain/error.hpp"
#include "report/frame_facts.hpp"

namespace hazard::app {

// A picture that was looked at. Of the facts only what differs from picture to picture is kept; the rest is the import's to fill in.
struct JournalLine {
  std::uint64_t number = 0;
  bool unreadable = false;  // then nothing else is there
  report::FrameFacts facts;
};

std::string to_line(const JournalLine& line);  // with its line break
// Errors: invalid_json, invalid_value.
domain::Result<JournalLine> read_line(std::string_view text);

class ImportJournal {
 public:
  // Takes up what a run with the same `plan` left in the folder; of another plan, or damaged, it begins anew. Errors: internal, when
  // the folder cannot be written.
  static domain::Result<std::unique_ptr<ImportJournal>> open(const std::filesystem::path& folder, const std::string& plan);

  std::uint64_t pictures() const noexcept { return pictures_; }               // in the journal
  const std::string& tracker() const noexcept { return tracker_; }            // at the last checkpoint; empty: none
  domain::Result<void> add(const JournalLine& line);                          // errors: internal, the disk
  domain::Result<void> checkpoint(std::string tracker);                       // errors: internal, the disk
  domain::Result<void> each(const std::function<void(JournalLine&&)>& take);  // all lines in order

  // The best picture's part of a track, under the number of the picture; the one before it goes.
  void keep_crop(std::uint64_t track, std::uint64_t number, const desk::EvidencePicture& crop,
                 std::optional<std::uint64_t> instead);
  std::optional<desk::EvidencePicture> crop(std::uint64_t track, std::uint64_t number) const;

  void remove();  // the folder and all in it

 private:
  explicit ImportJournal(std::filesystem::path folder) : folder_(std::move(folder)) {}
  bool resume(const std::string& plan);
  domain::Result<void> begin(const std::string& plan);
  std::filesystem::path crop_path(std::uint64_t track, std::uint64_t number) const;

  const std::filesystem::path folder_;
  std::string plan_;
  std::ofstream lines_;
  std::uint64_t pictures_ = 0;
  std::uint64_t bytes_ = 0;
  std::string tracker_;
};

}  // namespace hazard::app
