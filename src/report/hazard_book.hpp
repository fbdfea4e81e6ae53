// One hazard for one physical defect: decides for each sighting whether it is a hazard already known, and keeps it. Called in jobs on
// the store's writer thread, one at a time; never locked. What the book itself remembers (the last minute of each drive) only helps
// to decide; after a restart it begins empty. docs/hazards.md explains the rules and what they reach.
//
// With a place: by class, place, heading and what the drive saw just before (drive_window.hpp). Without: the same client, within
// minutes, the same place in the picture and a picture that looks alike.
#pragma once

#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "report/drive_window.hpp"
#include "store/store.hpp"

namespace hazard::report {

struct BookOptions {
  DriveWindow::Options window;
  // A defect seen again by the same client after this long is a new pass.
  base::Duration pass_gap = std::chrono::minutes(10);
  // Without places: how long, how far in the picture (share of its diagonal) and how many of 64 likeness bits may differ.
  base::Duration placeless_gap = std::chrono::minutes(5);
  float placeless_distance = 0.10F;
  int likeness_bits = 10;
  // ... and without a likeness: only within the same session, and this soon.
  base::Duration same_session_gap = std::chrono::seconds(2);
  std::size_t drives_most = 4096;  // remembered at once; the one idle longest goes
};

enum class TakenAs : std::uint8_t {
  created,    // a hazard nobody knew
  new_pass,   // a known one, on another drive
  same_pass,  // a known one, still the same drive
};

struct Taken {
  TakenAs as = TakenAs::created;
  domain::Hazard hazard;            // as it is now
  domain::Sighting sighting;        // as it was kept
  bool reopened = false;            // it had been fixed or archived
  std::vector<std::string> merged;  // hazards that turned out to be known ones: ids, now in state merged
};

class HazardBook {
 public:
  HazardBook(BookOptions options, const base::Clock& clock);

  // Keeps the sighting (id filled in) with its hazard. `drive` names what shares one receiver: the session of a stream, the client of
  // a session storm.
  Taken take(store::Transaction& transaction, domain::Sighting sighting, const std::string& drive);

  std::size_t drives() const noexcept { return drives_.size(); }

 private:
  struct Drive {
    DriveWindow window;
    std::list<std::string>::iterator use;
  };
  DriveWindow& window_of(const std::string& drive);
  Taken take_placed(store::Transaction& transaction, domain::Sighting sighting, DriveWindow& window);
  Taken take_placeless(store::Transaction& transaction, domain::Sighting sighting);
  Taken join(store::Transaction& transaction, domain::Hazard hazard, domain::Sighting sighting, bool same_drive, double map_gain);
  Taken create(store::Transaction& transaction, domain::Sighting sighting);
  void correct(store::Transaction& transaction, DriveWindow& window, const Alignment& alignment, Taken& taken);
  bool move_sighting(store::Transaction& transaction, WindowEntry& entry, const std::string& to, Taken& taken);
  void write_history(store::Transaction& transaction, const std::string& hazard_id, std::string action,
                     std::optional<domain::ReviewState> from, std::optional<domain::ReviewState> to, std::string reason);

  const BookOptions options_;
  const base::Clock& clock_;
  std::unordered_map<std::string, Drive> drives_;
  std::list<std::string> by_use_;  // the longest idle first
};

}  // namespace hazard::report
